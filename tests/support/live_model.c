/*
 * live_model.c - what the program of the live view's tests does.
 */
#include "support/live_model.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *name, *path, *file;
	int32_t line, first, last;
} functions[] = {
	{ "<module>", "/srv/app/app.py", "app.py", 40, 1, 44 },
	{ "main", "/srv/app/app.py", "app.py", 33, 30, 36 },
	{ "Server.serve", "/srv/app/server.py", "server.py", 21, 12, 24 },
	{ "walk", "/srv/app/tree.py", "tree.py", 5, 3, 8 },
	{ "leaf", "/srv/app/tree.py", "tree.py", 12, 11, 13 },
	{ "get", "/usr/lib/python3/dist-packages/requests/api.py", "requests/api.py", 73, 62, 73 },
	{ "loads", "/usr/lib/python3.12/json/__init__.py", "json/__init__.py", 346, 299, 359 },
	{ "Thread._bootstrap", "/usr/lib/python3.12/threading.py", "threading.py", 1030, 1010,
	  1032 },
	{ "work.<locals>.inner", "/srv/app/app.py", "app.py", 17, 16, 19 },
	{ "na\nme \xE4\xB8\xAD\033[1m", "/srv/app/\xC3\xBF.py", "\xC3\xBF.py", 1, 1, 2 },
};

static uint32_t frame_of(struct profile *dictionary, const char *name)
{
	uint32_t frame = 0;

	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		const struct func func = { .kind = FRAME_PYTHON,
					   .name = functions[i].name,
					   .path = functions[i].path,
					   .file = functions[i].file,
					   .first_line = functions[i].first,
					   .last_line = functions[i].last };
		uint32_t index;

		if (strcmp(functions[i].name, name) != 0)
			continue;
		cr_assert_null(profile_func(dictionary, &func, &index));
		cr_assert_null(profile_frame(dictionary, index, functions[i].line, &frame));
		return frame;
	}
	cr_assert_fail("no function %s", name);
	return frame;
}

uint32_t live_model_stack(struct profile *dictionary, const char *const *names)
{
	uint32_t node = 0;

	for (; **names; names++)
		cr_assert_null(
			profile_child(dictionary, node, frame_of(dictionary, *names), &node));
	return node;
}

#define STACK(dictionary, ...)                                                                     \
	live_model_stack(dictionary, (const char *const[]) { __VA_ARGS__, "" })

void live_model_dictionary(struct profile *dictionary)
{
	static const struct thread_info threads[] = {
		{ 0, 100, 1, 0, "MainThread" },
		{ 0, 101, 2, 0, "worker-1" },
		{ 0, 102, 3, 0, "worker-2" },
		{ 1, 200, 4, 0, "MainThread" },
	};
	const struct process_info processes[] = {
		{ 100, 1, "python3 app.py", "/usr/bin/python3", "3.12.1" },
		{ 200, 100, "python3 -m child", "/usr/bin/python3", "3.12.1" },
	};
	uint32_t index;

	cr_assert_null(profile_init(dictionary));
	for (size_t i = 0; i < 2; i++)
		cr_assert_null(profile_process(dictionary, &processes[i], &index));
	for (size_t i = 0; i < 4; i++)
		cr_assert_null(profile_thread(dictionary, &threads[i], &index));
}

void live_model_look(struct model *model, uint64_t time_ns, const struct sample *samples,
		     size_t count)
{
	const struct tick tick = { time_ns, LOOK_NS, samples, count };

	cr_assert_null(model->sink.add(&model->sink, &tick));
}

/*
 * The main thread computes in walk() (which calls itself) and leaf(), half and half; one worker
 * parses for a tenth of the time and waits for the GIL for the rest; one waits for input; the
 * child runs what means harm.
 */
void live_model_run(struct model *model, unsigned int from_s, unsigned int seconds)
{
	struct profile *dictionary = (struct profile *)model->dictionary;
	uint32_t walk = STACK(dictionary, "<module>", "main", "walk", "walk");
	uint32_t leaf = STACK(dictionary, "<module>", "main", "walk", "walk", "leaf");
	uint32_t loads = STACK(dictionary, "Thread._bootstrap", "work.<locals>.inner", "loads");
	uint32_t get = STACK(dictionary, "Thread._bootstrap", "Server.serve", "get");
	uint32_t harm = STACK(dictionary, "<module>", "na\nme \xE4\xB8\xAD\033[1m");
	const uint64_t looks = CLOCK_SECOND_NS / LOOK_NS;

	for (uint64_t i = from_s * looks; i < (from_s + seconds) * looks; i++) {
		const struct sample samples[] = {
			{ 0, i % 2 ? walk : leaf, SAMPLE_RUNNING, i % 10 ? SAMPLE_HOLDS_GIL : 0 },
			{ 1, loads, i % 10 ? SAMPLE_GIL_WAIT : SAMPLE_RUNNING,
			  i % 10 ? 0 : SAMPLE_HOLDS_GIL | SAMPLE_IN_GC },
			{ 2, get, SAMPLE_WAIT_IO, 0 },
			{ 3, harm, SAMPLE_RUNNING, i % 4 ? 0 : SAMPLE_HOLDS_GIL },
		};

		live_model_look(model, (i + 1) * LOOK_NS, samples, 3 + i % 2);
		if ((i + 1) % looks == 0) {
			const struct load load = { .cpu = 0.25 + (double)(i / looks % 8) / 4,
						   .rss_bytes = (100 + i / looks) << 20,
						   .age_ns = 3723 * (uint64_t)CLOCK_SECOND_NS,
						   .threads = 4,
						   .processes = 2 };
			const struct stats stats = { .rate_asked = 100,
						     .elapsed_ns = (i + 1) * LOOK_NS,
						     .ticks = i + 1,
						     .samples = (i + 1) * 3,
						     .torn = i / 50,
						     .own_cpu_ns = (i + 1) * LOOK_NS / 100 };

			model_measure(model, &load, &stats);
		}
	}
	cr_assert_null(model_refresh(model, 5 * (uint64_t)CLOCK_SECOND_NS));
}
