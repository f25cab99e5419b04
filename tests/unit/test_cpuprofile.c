/*
 * V8's form: one tree by function, one time line.
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

TestSuite(cpuprofile, .fini = teardown);

static void check_golden(const char *name)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_cpuprofile, &profile, NULL, &length);
	golden_check(name, text, length);
}

Test(cpuprofile, reported)
{
	profile_reported(&profile);
	check_golden("reported.cpuprofile");
}

Test(cpuprofile, without_samples)
{
	cr_assert_null(profile_init(&profile));
	check_golden("empty.cpuprofile");
}

Test(cpuprofile, lines_of_a_function_are_its_ticks)
{
	const struct thread_info thread = { .name = "" };
	const struct process_info process = { .command = "", .exe = "", .python = "" };
	CLEANUP(freep)
	char *text = NULL;
	uint32_t number;
	size_t length;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_process(&profile, &process, &number));
	cr_assert_null(profile_thread(&profile, &thread, &number));
	COUNT(&profile, 2, PY("a", "a.py", 1), PY("b", "b.py", 9));
	COUNT(&profile, 3, PY("a", "a.py", 2), PY("b", "b.py", 7));
	COUNT(&profile, 4, PY("a", "a.py", 2), PY("b", "b.py", 9));
	profile_add(&profile, 0, 1, SAMPLE_NS);
	for (uint32_t i = 0; i < profile.node_count; i++) {
		const struct stack_node *node = &profile.nodes[i];
		const struct run run = { .node = i,
					 .samples = (uint32_t)node->count,
					 .time_ns = node->time_ns };

		if (node->count)
			cr_assert_null(profile_run(&profile, &run));
	}
	text = written(&output_cpuprofile, &profile, NULL, &length);
	cr_assert(strstr(text,
			 "\"functionName\":\"b\",\"scriptId\":\"0\",\"url\":\"b.py\","
			 "\"lineNumber\":-1,\"columnNumber\":-1},\"hitCount\":9,"
			 "\"positionTicks\":[{\"line\":7,\"ticks\":3},{\"line\":9,\"ticks\":6}]}"),
		  "%s", text);
	cr_assert(strstr(text, "\"functionName\":\"<empty>\""));
}
