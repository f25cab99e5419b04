/*
 * speedscope's JSON: a profile a thread, real times, gaps.
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

TestSuite(speedscope, .fini = teardown);

static void check_golden(const char *name)
{
	const struct output_facts facts = { .title = "python3 \"a\".py\n<&>" };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_speedscope, &profile, &facts, &length);
	golden_check(name, text, length);
}

Test(speedscope, reported)
{
	profile_reported(&profile);
	check_golden("reported.speedscope.json");
}

Test(speedscope, without_samples)
{
	cr_assert_null(profile_init(&profile));
	check_golden("empty.speedscope.json");
}

Test(speedscope, a_stack_without_a_frame_keeps_its_time)
{
	const struct thread_info thread = { .name = "" };
	const struct process_info process = { .command = "", .exe = "", .python = "" };
	const struct run run = { .time_ns = 5000, .samples = 5 };
	CLEANUP(freep)
	char *text = NULL;
	uint32_t number;
	size_t length;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_process(&profile, &process, &number));
	cr_assert_null(profile_thread(&profile, &thread, &number));
	cr_assert_null(profile_run(&profile, &run));
	text = written(&output_speedscope, &profile, NULL, &length);
	cr_assert(strstr(text, "\"frames\":[{\"name\":\"<empty>\"}\n]"), "%s", text);
	cr_assert(strstr(text, "\"samples\":[[0]],\"weights\":[5000]"), "%s", text);
}
