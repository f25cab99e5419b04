/*
 * profiles.c - profiles made by hand.
 */
#include "support/profiles.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/report.h"

static uint32_t child(struct profile *profile, uint32_t node, const struct frame_given *given)
{
	const struct func func = {
		.kind = given->kind,
		.name = given->name,
		.path = given->file,
		.file = given->file,
	};
	uint32_t number, frame;

	cr_assert_null(profile_func(profile, &func, &number));
	cr_assert_null(profile_frame(profile, number, given->line, &frame));
	cr_assert_null(profile_child(profile, node, frame, &node));
	return node;
}

void profile_count(struct profile *profile, const struct frame_given *stack, uint64_t count)
{
	uint32_t node = 0;

	for (; stack->name; stack++)
		node = child(profile, node, stack);
	profile_add(profile, node, count, count * SAMPLE_NS);
}

void profile_count_deep(struct profile *profile, uint32_t depth, uint64_t count)
{
	struct frame_given given = PY(NULL, "deep.py", 1);
	uint32_t node = 0, i;
	char name[32];

	for (i = 0; i < depth; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		given.name = name;
		node = child(profile, node, &given);
	}
	profile_add(profile, node, count, count * SAMPLE_NS);
}

void profile_ordinary(struct profile *profile)
{
	const struct frame_given process = { FRAME_PROCESS, "process 7:\"python3 app.py\"", "", 0 };
	const struct frame_given main = { FRAME_THREAD, "thread (7): MainThread", "", 0 };
	const struct frame_given worker = { FRAME_THREAD, "thread (9)", "", 0 };

	COUNT(profile, 30, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 31));
	COUNT(profile, 12, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 33),
	      PY("Parser.parse", "parse/core.py", 7));
	COUNT(profile, 5, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 33),
	      PY("Parser.parse", "parse/core.py", 9), PY("Parser.parse", "parse/core.py", 9),
	      PY("Parser.parse", "parse/core.py", 7));
	COUNT(profile, 2, process, main, PY("<module>", "app.py", 40), MARK("<torn>"));
	COUNT(profile, 1, process, worker, PY("run", "threading.py", 0), PY("wait", "", 0));
}

void profile_hostile(struct profile *profile)
{
	CLEANUP(freep)
	char *longest = malloc(5001);

	memset(longest, 'x', 5000);
	longest[5000] = '\0';
	COUNT(profile, 1, PY("semi;colon", "a;b.py", 1), PY("new\nline", "tab\there.py", 2));
	COUNT(profile, 2, PY("semi:colon", "a:b.py", 1), PY("new line", "tab here.py", 2));
	COUNT(profile, 3, PY("\"quoted\" 'twice' \\", "C:\\a.py", 3));
	COUNT(profile, 4, PY("\U0001F40D.\u86C7", "\u00fcber.py", 4));
	COUNT(profile, 5, PY(longest, "long.py", 5));
	COUNT(profile, 6, PY("ends in 7", "", 0));
	COUNT(profile, 8, PY("ends in", "", 0));
	COUNT(profile, 9, PY("ends in 7", "", 0), PY("below 7", "", 0));
	COUNT(profile, 10, PY("bad \xff\xc3 bytes \xed\xa0\x80", "x.py", 1));
	COUNT(profile, 11, PY("\033[31mred\033[0m \xc2\x85 \u2028", "<string>", 1));
	COUNT(profile, 12, PY("<img src=x onerror=alert(1)>", "</script>", 1));
	COUNT(profile, 13, MARK("<torn>"));
	COUNT(profile, 14, PY("a", "f", 1), PY("b", "f", 1));
	COUNT(profile, 15, PY("a", "f", 1));
	COUNT(profile, 16, PY("a", "f", 1), PY(" ", "f", 1));
	COUNT(profile, 17, PY("a b", "f", 1));
	COUNT(profile, 18, PY("a;", "f", 1));
	profile_add(profile, 0, 19, 19 * SAMPLE_NS);
}

static uint32_t node_of(struct profile *profile, const struct frame_given *stack)
{
	uint32_t node = 0;

	for (; stack->name; stack++)
		node = child(profile, node, stack);
	return node;
}
#define NODE(profile, ...) node_of(profile, (struct frame_given[]) { __VA_ARGS__, { 0 } })

/* The function at the end of a stack begins and ends at these lines. */
static void set_lines(struct profile *profile, uint32_t node, int32_t first, int32_t last)
{
	struct func *func = &profile->funcs[profile_frame_of(profile, node)->func];

	func->first_line = first;
	func->last_line = last;
}

static void add_people(struct profile *profile)
{
	const struct process_info processes[] = {
		{ 7, 1, "python3 app.py", "/usr/bin/python3.11", "3.11.2" },
		{ 12, 7, "python3 -c \"print('a;b')\" <&>", "/opt/py/bin/python", "3.15.0" },
	};
	const struct thread_info threads[] = {
		{ 0, 7, 0x7f0000000001, 0, "MainThread" },
		{ 0, 9, 0x7f0000000002, 0, "worker \"<;>\" \U0001F40D 1" },
		{ 0, 10, 0x7f0000000003, 2, "" },
		{ 1, 12, 0x7f0000000001, 0, "MainThread" },
	};
	uint32_t number;

	for (size_t i = 0; i < sizeof(processes) / sizeof(*processes); i++)
		cr_assert_null(profile_process(profile, &processes[i], &number));
	for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++)
		cr_assert_null(profile_thread(profile, &threads[i], &number));
}

static void add_runs(struct profile *profile, uint32_t main_node, uint32_t parse, uint32_t hostile)
{
	const uint32_t torn = NODE(profile, PY("<module>", "/srv/app.py", 40), MARK("<torn>"));
	const uint64_t ms = 1000 * 1000;
	const struct run runs[] = {
		{ 0, 3 * ms, 0, main_node, 3, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL },
		{ 3 * ms, 4 * ms, 0, parse, 4, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL },
		{ 7 * ms, 2 * ms, 0, parse, 2, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL | SAMPLE_IN_GC },
		{ 9 * ms, 1 * ms, 0, parse, 1, SAMPLE_GIL_WAIT, 0 },
		/* nothing is known of 10 to 30 ms */
		{ 30 * ms, 5 * ms, 0, main_node, 5, SAMPLE_WAIT_SLEEP, 0 },
		{ 35 * ms, 1 * ms, 0, torn, 1, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL },
		{ 0, 5 * ms, 1, hostile, 5, SAMPLE_WAIT_LOCK, 0 },
		{ 5 * ms, 5 * ms, 1, hostile, 5, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL },
		{ 30 * ms, 1500 * 1000, 1, hostile, 1, SAMPLE_WAIT_IO, 0 },
		{ 2 * ms, 8 * ms, 2, main_node, 8, SAMPLE_WAIT_OTHER, 0 },
		{ 1 * ms, 9 * ms, 3, parse, 9, SAMPLE_RUNNING, SAMPLE_HOLDS_GIL },
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		cr_assert_null(profile_run(profile, &runs[i]));
}

void profile_recorded(struct profile *profile)
{
	CLEANUP(freep)
	char *longest = malloc(5001);
	uint32_t module, main_node, parse, hostile;

	memset(longest, 'x', 5000);
	longest[5000] = '\0';
	add_people(profile);
	module = NODE(profile, PY("<module>", "/srv/app.py", 40));
	main_node = NODE(profile, PY("<module>", "/srv/app.py", 40), PY("main", "/srv/app.py", 31));
	parse = NODE(profile, PY("<module>", "/srv/app.py", 40), PY("main", "/srv/app.py", 33),
		     PY("Parser.parse", "/usr/lib/python3/dist-packages/parse/core.py", 7),
		     PY("Parser.parse", "/usr/lib/python3/dist-packages/parse/core.py", 9));
	hostile = NODE(profile, PY("semi;colon", "/srv/a;b.py", 1),
		       PY("new\nline <img src=x onerror=alert(1)>", "/srv/</script>.py", 2),
		       PY("\"quoted\" 'twice' \\ & 7", "C:\\\u00fcber.py", 3),
		       PY("\U0001F40D.<locals>.<lambda>", "<string>", 4),
		       PY(longest, "/srv/long.py", 5), PY("ends in 7", "", 0));
	set_lines(profile, module, 1, 41);
	set_lines(profile, main_node, 30, 38);
	set_lines(profile, parse, 5, 12);
	add_runs(profile, main_node, parse, hostile);
	profile_sort_runs(profile);
	cr_assert_null(profile_source(profile, "/srv/app.py", 31, "    x = \"</script>\"  # <&>"));
	cr_assert_null(profile_source(profile, "/srv/app.py", 33, "\tparse(x)"));
	profile_sort_sources(profile);
	profile->capture.command = profile_string(profile, "python3 app.py");
	profile->capture.host = profile_string(profile, "host.example");
	profile->capture.version = profile_string(profile, "0");
	profile->capture.start_unix_ns = UINT64_C(1780000000123456789);
	profile->capture.stats = (struct stats) {
		.rate_asked = 1000,
		.elapsed_ns = 40 * 1000 * 1000,
		.ticks = 20,
		.late = 1,
		.skipped = 3,
		.samples = 44,
		.torn = 1,
		.own_cpu_ns = 400 * 1000,
		.read_calls = 25,
		.read_bytes = 100000,
	};
}

void profile_reported(struct profile *profile)
{
	static const struct report_options options = { .idle = true, .thread_roots = true };
	CLEANUP(profile_deinit)
	struct profile recorded = { 0 };

	cr_assert_null(profile_init(&recorded));
	profile_recorded(&recorded);
	cr_assert_null(profile_report(&recorded, &options, profile));
}

char *written(const struct output *output, const struct profile *profile,
	      const struct output_facts *facts, size_t *length)
{
	static const struct output_facts none;
	FILE *file;
	char *bytes = NULL;

	file = open_memstream(&bytes, length);
	cr_assert(file);
	cr_assert_null(output->write(profile, facts ? facts : &none, file));
	fclose(file);
	return bytes;
}
