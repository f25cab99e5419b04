/*
 * Trace events: calls on a time line, callers first; the shortest left out when there are too many.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/golden.h"
#include "support/profiles.h"

static struct profile profile;

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(chrometrace, .fini = teardown);

static void check_golden(const char *name)
{
	const struct output_facts facts = { .title = "python3 \"a\".py\n<&>" };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_chrometrace, &profile, &facts, &length);
	golden_check(name, text, length);
}

Test(chrometrace, reported)
{
	profile_reported(&profile);
	check_golden("reported.trace.json");
}

Test(chrometrace, without_samples)
{
	cr_assert_null(profile_init(&profile));
	check_golden("empty.trace.json");
}

/* 1.2 million calls, every hundredth of them ten times as long as the others. */
static void make_many(void)
{
	const struct thread_info thread = { .name = "" };
	const struct process_info process = { .command = "", .exe = "", .python = "" };
	uint64_t now_ns = 0;
	uint32_t number;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_process(&profile, &process, &number));
	cr_assert_null(profile_thread(&profile, &thread, &number));
	COUNT(&profile, 1, PY("main", "a.py", 1), PY("short", "a.py", 2));
	COUNT(&profile, 1, PY("main", "a.py", 1), PY("long", "a.py", 3));
	for (int i = 0; i < 1200 * 1000; i++) {
		/* nodes: main 1, short 2, long 3; a stack that is main alone ends each call */
		struct run run = { .start_ns = now_ns, .samples = 1, .time_ns = 1000 };

		run.node = i % 2 ? 1 : i % 200 ? 2 : 3;
		if (run.node == 3)
			run.time_ns = 10000;
		now_ns += run.time_ns;
		cr_assert_null(profile_run(&profile, &run));
	}
	for (int i = 0; i < 1200 * 1000; i++) {
		const struct run run = { .start_ns = now_ns + (uint64_t)i * 1000,
					 .samples = 1,
					 .time_ns = 1000,
					 .node = i % 2 ? 1 : 2 };

		cr_assert_null(profile_run(&profile, &run));
	}
}

Test(chrometrace, the_shortest_are_left_out_when_there_are_too_many)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length, count = 0;

	make_many();
	text = written(&output_chrometrace, &profile, NULL, &length);
	for (const char *p = text; (p = strstr(p, "\"name\":\"long\"")); p++)
		count++;
	cr_assert_eq(count, 6000);
	cr_assert_null(strstr(text, "\"name\":\"short\""));
	cr_assert(strstr(text, "\"name\":\"main\""));
	cr_assert(strstr(text, "\"left out\":\"calls shorter than "));
}
