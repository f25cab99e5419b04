/*
 * Runs of a long recording, merged until a page can hold them: no time and no sample is lost.
 */
#include <criterion/criterion.h>

#include "output/html_runs.h"
#include "support/profiles.h"

static struct profile profile;

/* Nodes 1 to 3. */
static void setup(void)
{
	cr_assert_null(profile_init(&profile));
	COUNT(&profile, 0, PY("one", "a.py", 1));
	COUNT(&profile, 0, PY("two", "a.py", 1));
	COUNT(&profile, 0, PY("three", "a.py", 1));
	cr_assert_eq(profile.node_count, 4);
}

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(html_runs, .init = setup, .fini = teardown);

/* Two threads that alternate between three stacks, a microsecond each. */
static void add_runs(size_t count)
{
	for (uint32_t thread = 0; thread < 2; thread++)
		for (size_t i = 0; i < count; i++) {
			const struct run run = {
				.start_ns = 1000 * i,
				.time_ns = 1000,
				.thread = thread,
				.node = (uint32_t)(1 + i % 3),
				.samples = 1,
				.state = i % 5 ? SAMPLE_RUNNING : SAMPLE_GIL_WAIT,
			};

			cr_assert_null(profile_run(&profile, &run));
		}
}

/* In order, none over another; the sums are those of the profile. */
static void check_runs(const struct html_runs *runs)
{
	uint64_t time_ns[4] = { 0 }, samples[4] = { 0 }, end_ns = 0;

	for (size_t i = 0; i < profile.run_count; i++) {
		time_ns[profile.runs[i].node] += profile.runs[i].time_ns;
		samples[profile.runs[i].node] += profile.runs[i].samples;
	}
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *run = &runs->items[i];

		if (i && run->thread != runs->items[i - 1].thread) {
			cr_assert_gt(run->thread, runs->items[i - 1].thread);
			end_ns = 0;
		}
		cr_assert_geq(run->start_ns, end_ns);
		end_ns = run->start_ns + run->time_ns;
		time_ns[run->node] -= run->time_ns;
		samples[run->node] -= run->samples;
	}
	for (int node = 0; node < 4; node++) {
		cr_assert_eq(time_ns[node], 0);
		cr_assert_eq(samples[node], 0);
	}
}

Test(html_runs, few_are_as_they_were_recorded)
{
	struct html_runs runs;

	add_runs(100);
	cr_assert_null(html_runs_init(&runs, &profile, 200));
	cr_assert_eq(runs.items, profile.runs);
	cr_assert_eq(runs.count, 200);
	cr_assert_eq(runs.slice_ns, 0);
	html_runs_deinit(&runs);
}

Test(html_runs, many_are_merged_in_slices)
{
	struct html_runs runs;

	add_runs(50000);
	cr_assert_null(html_runs_init(&runs, &profile, 20000));
	cr_assert_leq(runs.count, 20000);
	cr_assert_gt(runs.slice_ns, 0);
	check_runs(&runs);
	html_runs_deinit(&runs);
}

Test(html_runs, in_the_end_there_is_one_for_each_thread_stack_and_state)
{
	struct html_runs runs;

	add_runs(50000);
	cr_assert_null(html_runs_init(&runs, &profile, 1));
	cr_assert_eq(runs.count, 2 * 3 * 2);
	check_runs(&runs);
	html_runs_deinit(&runs);
}

Test(html_runs, one_that_lies_across_an_edge_stays)
{
	const struct run idle = { .time_ns = 1000 * 1000 * 1000, .node = 1, .samples = 1 };
	struct html_runs runs;

	cr_assert_null(profile_run(&profile, &idle));
	for (uint64_t i = 0; i < 10; i++) {
		const struct run run = {
			.start_ns = idle.time_ns + 10 * i, .time_ns = 10, .node = 2, .samples = 1
		};

		cr_assert_null(profile_run(&profile, &run));
	}
	cr_assert_null(html_runs_init(&runs, &profile, 5));
	cr_assert_eq(runs.count, 2);
	cr_assert_eq(runs.items[0].time_ns, idle.time_ns);
	cr_assert_eq(runs.items[1].samples, 10);
	check_runs(&runs);
	html_runs_deinit(&runs);
}
