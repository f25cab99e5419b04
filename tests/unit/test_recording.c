/*
 * Recordings: what was written comes back, whatever happens to the file.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "profile/recording.h"
#include "profile/recording_format.h"
#include "support/collect.h"
#include "support/profiles.h"

enum {
	UNIT_NS = 15625, /* of times at 1 kHz: those that are used here are whole units */
	PERIOD_UNITS = 64,
};

/* The same looks into a recording and into memory. */
struct both {
	int fd;
	struct profile dictionary;
	struct collector collector;
	struct recording_writer *writer;
	uint64_t now_ns;
};

static void both_init_with(struct both *both, struct sources *sources)
{
	const struct recording_options options = { .rate_hz = 1000, .sources = sources };

	*both = (struct both) { .fd = memfd_create("recording", MFD_CLOEXEC) };
	cr_assert_null(profile_init(&both->dictionary));
	collector_init(&both->collector, &both->dictionary);
	cr_assert_null(
		recording_writer_create(both->fd, &both->dictionary, &options, &both->writer));
}

static void both_init(struct both *both)
{
	both_init_with(both, NULL);
}

static void both_deinit(struct both *both)
{
	recording_writer_destroy(both->writer);
	collector_deinit(&both->collector);
	profile_deinit(&both->dictionary);
	close(both->fd);
}

static void look(struct both *both, uint64_t passed_ns, uint64_t weight_ns,
		 const struct sample *samples, size_t count)
{
	struct sink *sink = recording_writer_sink(both->writer);
	struct tick tick = { .weight_ns = weight_ns, .samples = samples, .count = count };

	both->now_ns += passed_ns;
	tick.time_ns = both->now_ns;
	cr_assert_null(both->collector.sink.add(&both->collector.sink, &tick));
	cr_assert_null(sink->add(sink, &tick));
}

static void finish(struct both *both)
{
	collector_settle(&both->collector);
	both->dictionary.capture.stats = (struct stats) { .rate_asked = 1000, .retries = 3 };
	cr_assert_null(recording_writer_finish(both->writer, &both->dictionary.capture.stats));
}

static void read_back(int fd, struct profile *ret)
{
	struct error *err = recording_read(fd, "test.sonde", ret);

	cr_assert_null(err, "%s", err ? error_message(err) : "");
}

static void assert_func(const struct func *got, const struct func *wanted)
{
	cr_assert_eq(got->kind, wanted->kind);
	cr_assert_str_eq(got->name, wanted->name);
	cr_assert_str_eq(got->path, wanted->path);
	cr_assert_str_eq(got->file, wanted->file);
	cr_assert_eq(got->first_line, wanted->first_line);
	cr_assert_eq(got->last_line, wanted->last_line);
}

static void assert_people(const struct profile *got, const struct profile *wanted)
{
	cr_assert_eq(got->process_count, wanted->process_count);
	for (size_t i = 0; i < got->process_count; i++) {
		const struct process_info *a = &got->processes[i], *b = &wanted->processes[i];

		cr_assert_eq(a->pid, b->pid);
		cr_assert_eq(a->parent, b->parent);
		cr_assert_str_eq(a->command, b->command);
		cr_assert_str_eq(a->exe, b->exe);
		cr_assert_str_eq(a->python, b->python);
	}
	cr_assert_eq(got->thread_count, wanted->thread_count);
	for (size_t i = 0; i < got->thread_count; i++) {
		const struct thread_info *a = &got->threads[i], *b = &wanted->threads[i];

		cr_assert_eq(a->process, b->process);
		cr_assert_eq(a->tid, b->tid);
		cr_assert_eq(a->ident, b->ident);
		cr_assert_eq(a->interp, b->interp);
		cr_assert_str_eq(a->name, b->name);
	}
}

static void assert_runs(const struct profile *got, const struct profile *wanted)
{
	cr_assert_eq(got->run_count, wanted->run_count, "%zu runs, not %zu", got->run_count,
		     wanted->run_count);
	for (size_t i = 0; i < got->run_count; i++) {
		const struct run *a = &got->runs[i], *b = &wanted->runs[i];

		cr_assert_eq(a->thread, b->thread, "run %zu", i);
		cr_assert_eq(a->start_ns, b->start_ns, "run %zu", i);
		cr_assert_eq(a->time_ns, b->time_ns, "run %zu", i);
		cr_assert_eq(a->node, b->node, "run %zu", i);
		cr_assert_eq(a->samples, b->samples, "run %zu", i);
		cr_assert_eq(a->state, b->state, "run %zu", i);
		cr_assert_eq(a->flags, b->flags, "run %zu", i);
	}
}

static void assert_same(const struct profile *got, const struct profile *wanted)
{
	cr_assert_eq(got->func_count, wanted->func_count);
	for (size_t i = 0; i < got->func_count; i++)
		assert_func(&got->funcs[i], &wanted->funcs[i]);
	cr_assert_eq(got->frame_count, wanted->frame_count);
	for (size_t i = 0; i < got->frame_count; i++) {
		cr_assert_eq(got->frames[i].func, wanted->frames[i].func);
		cr_assert_eq(got->frames[i].line, wanted->frames[i].line);
	}
	cr_assert_eq(got->node_count, wanted->node_count);
	for (size_t i = 1; i < got->node_count; i++) {
		cr_assert_eq(got->nodes[i].parent, wanted->nodes[i].parent);
		cr_assert_eq(got->nodes[i].frame, wanted->nodes[i].frame);
	}
	assert_people(got, wanted);
	assert_runs(got, wanted);
}

/* A dictionary with hostile names and some people. */
static void fill_dictionary(struct profile *dictionary)
{
	profile_recorded(dictionary);
	dictionary->run_count = 0;
}

static void add_thread(struct profile *dictionary, pid_t tid, const char *name)
{
	const struct thread_info thread = { .tid = tid, .name = name };
	uint32_t number;

	cr_assert_null(profile_thread(dictionary, &thread, &number));
}

/* Threads come, change, pause and go, some looks come late, and some stand for less. */
static void look_at_random(struct both *both, unsigned int seed, size_t looks)
{
	struct sample now[40] = { 0 };

	for (size_t n = 0; n < looks; n++) {
		struct sample seen[40];
		size_t count = 0, threads = both->dictionary.thread_count;
		uint64_t passed = (uint64_t)(1 + rand_r(&seed) % (2 * PERIOD_UNITS)) * UNIT_NS;
		uint64_t weight = passed;

		if (rand_r(&seed) % 50 == 0 && threads < 40)
			add_thread(&both->dictionary, (pid_t)n, "new");
		if (rand_r(&seed) % 40 == 0) {
			passed *= 1000;
			weight = passed / 2 / UNIT_NS * UNIT_NS;
		}
		for (uint32_t i = 0; i < both->dictionary.thread_count; i++) {
			if (rand_r(&seed) % 8 == 0)
				now[i].node = (uint32_t)rand_r(&seed) %
					      (uint32_t)both->dictionary.node_count;
			if (rand_r(&seed) % 16 == 0)
				now[i].state = (uint8_t)(rand_r(&seed) % SAMPLE_STATES);
			if (rand_r(&seed) % 16 == 0)
				now[i].flags = (uint8_t)rand_r(&seed) & SAMPLE_FLAGS_ALL;
			now[i].thread = i;
			if (rand_r(&seed) % 32)
				seen[count++] = now[i];
		}
		look(both, passed, weight, seen, count);
	}
}

Test(recording, comes_back_as_it_was)
{
	struct both both;
	struct profile got;

	both_init(&both);
	fill_dictionary(&both.dictionary);
	look_at_random(&both, 1, 5000);
	cr_assert_gt(both.dictionary.run_count, 1000);
	finish(&both);
	read_back(both.fd, &got);
	assert_same(&got, &both.dictionary);
	cr_assert_not(got.capture.truncated);
	cr_assert_str_eq(got.capture.command, "python3 app.py");
	cr_assert_str_eq(got.capture.host, "host.example");
	cr_assert_eq(got.capture.start_unix_ns, UINT64_C(1780000000123456789));
	cr_assert_eq(got.capture.stats.rate_asked, 1000);
	cr_assert_eq(got.capture.stats.retries, 3);
	profile_deinit(&got);
	both_deinit(&both);
}

/* Of this file itself: it is older than the process that has it read. */
Test(recording, has_the_source_that_is_wanted)
{
	CLEANUP(process_deinit)
	struct process process = { .pidfd = -1 };
	struct source_origin *origin;
	struct sources *sources;
	const struct func *func;
	struct profile got;
	struct both both;
	uint32_t number;

	cr_assert_null(sources_create(&sources));
	both_init_with(&both, sources);
	fill_dictionary(&both.dictionary);
	cr_assert_null(profile_func(&both.dictionary,
				    &(struct func) { .name = "f",
						     .path = TESTS_DIR "/unit/test_recording.c",
						     .file = "f",
						     .first_line = 1,
						     .last_line = 3 },
				    &number));
	func = &both.dictionary.funcs[number];
	cr_assert_null(process_open(getpid(), &process));
	cr_assert_null(source_origin_create(&process, &origin));
	cr_assert_null(sources_want(sources, origin, func, 2));
	source_origin_release(origin);
	look_at_random(&both, 1, 50);
	cr_assert_null(recording_writer_flush(both.writer, NULL));
	finish(&both);
	read_back(both.fd, &got);
	cr_assert_eq(got.source_count, 3);
	cr_assert_str_eq(profile_source_text(&got, func->path, 1), "/*");
	cr_assert_str_eq(profile_source_text(&got, func->path, 3), " */");
	cr_assert_null(profile_source_text(&got, func->path, 4));
	profile_deinit(&got);
	both_deinit(&both);
	sources_destroy(sources);
}

Test(recording, of_nothing)
{
	struct both both;
	struct profile got;

	both_init(&both);
	finish(&both);
	read_back(both.fd, &got);
	assert_same(&got, &both.dictionary);
	cr_assert_not(got.capture.truncated);
	profile_deinit(&got);
	both_deinit(&both);
}

/* Flushed at every look, or by itself once a second: the same comes back. */
Test(recording, is_whole_after_each_flush)
{
	struct both both;

	both_init(&both);
	fill_dictionary(&both.dictionary);
	for (unsigned int i = 0; i < 60; i++) {
		struct profile got;

		look_at_random(&both, i, 1 + i % 7);
		cr_assert_null(recording_writer_flush(both.writer, NULL));
		read_back(both.fd, &got);
		cr_assert(got.capture.truncated, "it has no end yet");
		cr_assert_eq(got.run_count, both.dictionary.run_count);
		profile_deinit(&got);
	}
	both_deinit(&both);
}

Test(recording, is_copied_whole_while_it_goes_on)
{
	struct both both;
	struct profile got;
	int fd = memfd_create("copy", MFD_CLOEXEC);

	both_init(&both);
	fill_dictionary(&both.dictionary);
	look_at_random(&both, 1, 500);
	cr_assert_null(recording_writer_copy(both.writer, NULL, fd));
	read_back(fd, &got);
	cr_assert_not(got.capture.truncated);
	cr_assert_eq(got.run_count, both.dictionary.run_count);
	profile_deinit(&got);
	look_at_random(&both, 2, 500);
	finish(&both);
	read_back(both.fd, &got);
	assert_same(&got, &both.dictionary);
	profile_deinit(&got);
	both_deinit(&both);
	close(fd);
}

Test(recording, is_not_copied_to_where_nothing_can_be_written)
{
	struct both both;
	struct error *err;
	int fd = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	cr_assert_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	both_init(&both);
	fill_dictionary(&both.dictionary);
	look_at_random(&both, 1, 50);
	err = recording_writer_copy(both.writer, NULL, fd);
	cr_assert_not_null(err);
	error_destroy(err);
	look_at_random(&both, 2, 50);
	finish(&both);
	both_deinit(&both);
	close(fd);
}

Test(recording, flushes_itself_within_a_second_also_when_nothing_changes)
{
	struct both both;
	const struct sample sample = { 0 };
	struct profile got;

	both_init(&both);
	fill_dictionary(&both.dictionary);
	for (int i = 0, written_at = 0; i < 10500; i++) {
		off_t before = lseek(both.fd, 0, SEEK_END);

		look(&both, PERIOD_UNITS * UNIT_NS, PERIOD_UNITS * UNIT_NS, &sample, 1);
		if (lseek(both.fd, 0, SEEK_END) > before)
			written_at = i;
		cr_assert_leq(i - written_at, 1000);
	}
	read_back(both.fd, &got);
	cr_assert_eq(got.run_count, 1);
	cr_assert_geq(got.runs[0].samples, 9500);
	profile_deinit(&got);
	both_deinit(&both);
}

Test(recording, knows_a_threads_last_name)
{
	struct both both;
	struct profile got;

	both_init(&both);
	fill_dictionary(&both.dictionary);
	cr_assert_null(recording_writer_flush(both.writer, NULL));
	both.dictionary.threads[1].name = profile_string(&both.dictionary, "renamed");
	both.dictionary.processes[1].command = profile_string(&both.dictionary, "exec");
	finish(&both);
	read_back(both.fd, &got);
	assert_people(&got, &both.dictionary);
	profile_deinit(&got);
	both_deinit(&both);
}

/* Times that are no whole units: nothing adds up, each is less than a unit too early. */
Test(recording, does_not_add_up_the_errors_of_times)
{
	struct both both;
	struct profile got;
	uint64_t sum = 0;

	both_init(&both);
	fill_dictionary(&both.dictionary);
	for (uint32_t i = 0; i < 3000; i++) {
		const struct sample sample = { .node = 1 + i % 3 };
		uint64_t passed = 700001 + (uint64_t)i * 7919 % 600000;

		look(&both, passed, passed, &sample, 1);
	}
	finish(&both);
	read_back(both.fd, &got);
	cr_assert_eq(got.run_count, 3000);
	for (size_t i = 0; i < got.run_count; i++) {
		const struct run *wanted = &both.dictionary.runs[i];

		cr_assert_leq(got.runs[i].start_ns, wanted->start_ns);
		cr_assert_lt(wanted->start_ns - got.runs[i].start_ns, UNIT_NS);
		sum += got.runs[i].time_ns;
	}
	cr_assert_leq(sum, both.now_ns);
	cr_assert_lt(both.now_ns - sum, UNIT_NS);
	profile_deinit(&got);
	both_deinit(&both);
}

/* More than one block of each kind, strings of any length. */
Test(recording, of_a_large_dictionary)
{
	struct both both;
	struct profile got;
	uint32_t func, frame, node = 0;
	char *longest = malloc(STRING_MAX_BYTES + 1);

	both_init(&both);
	memset(longest, 'x', STRING_MAX_BYTES);
	longest[STRING_MAX_BYTES] = '\0';
	for (int32_t i = 0; i < 60000; i++) {
		char name[32];
		struct func given = { .name = name, .path = "p", .file = "f", .first_line = i };

		snprintf(name, sizeof(name), "function_%d", i);
		if (i == 30000)
			given.name = longest;
		cr_assert_null(profile_func(&both.dictionary, &given, &func));
		cr_assert_null(profile_frame(&both.dictionary, func, i % 7 ? i + 3 : -1, &frame));
		cr_assert_null(profile_child(&both.dictionary, i % 900 ? node : 0, frame, &node));
	}
	finish(&both);
	read_back(both.fd, &got);
	assert_same(&got, &both.dictionary);
	profile_deinit(&got);
	both_deinit(&both);
	free(longest);
}

Test(recording, cuts_what_is_too_long_between_two_characters)
{
	struct both both;
	struct profile got;
	char *longest = malloc(STRING_MAX_BYTES + 3);
	uint32_t func;

	both_init(&both);
	memset(longest, 'x', STRING_MAX_BYTES - 1);
	strcpy(longest + STRING_MAX_BYTES - 1, "\u00fc");
	cr_assert_null(profile_func(&both.dictionary,
				    &(struct func) { .name = longest, .path = "", .file = "" },
				    &func));
	finish(&both);
	read_back(both.fd, &got);
	cr_assert_eq(strlen(got.funcs[0].name), STRING_MAX_BYTES - 1);
	profile_deinit(&got);
	both_deinit(&both);
	free(longest);
}
