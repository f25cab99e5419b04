/*
 * From what was recorded to what is shown.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "profile/report.h"
#include "support/profiles.h"

static void report(const struct report_options *options, struct profile *ret)
{
	struct profile recorded;

	cr_assert_null(profile_init(&recorded));
	profile_recorded(&recorded);
	cr_assert_null(profile_report(&recorded, options, ret));
	profile_deinit(&recorded);
}

Test(report, hides_waiting_threads_and_says_how_many)
{
	struct profile profile;

	report(&(struct report_options) { 0 }, &profile);
	cr_assert_eq(profile.total, 24);
	cr_assert_eq(profile.hidden_waiting, 20);
	cr_assert_eq(profile.hidden_gil, 1);
	profile_deinit(&profile);
	report(&(struct report_options) { .idle = true }, &profile);
	cr_assert_eq(profile.total, 44);
	cr_assert_eq(profile.total_time_ns, 44500 * 1000);
	cr_assert_eq(profile.hidden_waiting, 0);
	profile_deinit(&profile);
}

Test(report, keeps_the_source_of_what_it_shows)
{
	static const char path[] = "/srv/app.py";
	struct profile profile;

	report(&(struct report_options) { .idle = true }, &profile);
	cr_assert_eq(profile.source_count, 2);
	cr_assert_str_eq(profile_source_text(&profile, path, 33), "\tparse(x)");
	cr_assert_null(profile_source_text(&profile, path, 32));
	profile_deinit(&profile);
	report(&(struct report_options) { .include = { "semi" }, .include_count = 1, .idle = true },
	       &profile);
	cr_assert_gt(profile.total, 0);
	cr_assert_eq(profile.source_count, 0);
	profile_deinit(&profile);
}

/* A recording of threads with these numbers, each of which was seen in the same two stacks. */
static void record_threads(struct profile *recorded, const pid_t *tids, uint32_t count)
{
	const struct process_info process = { 1, 0, "", "", "" };
	uint32_t number;

	cr_assert_null(profile_init(recorded));
	COUNT(recorded, 0, PY("main", "a.py", 1), PY("f", "a.py", 2));
	COUNT(recorded, 0, PY("main", "a.py", 1), PY("g", "a.py", 3));
	cr_assert_null(profile_process(recorded, &process, &number));
	for (uint32_t i = 0; i < count; i++) {
		const struct thread_info thread = { 0, tids[i], i, 0, "worker" };

		cr_assert_null(profile_thread(recorded, &thread, &number));
		for (uint32_t node = 2; node <= 3; node++) {
			const struct run run = { .start_ns = node * SAMPLE_NS,
						 .time_ns = SAMPLE_NS,
						 .thread = i,
						 .node = node,
						 .samples = 1,
						 .flags = SAMPLE_HOLDS_GIL };

			cr_assert_null(profile_run(recorded, &run));
		}
	}
}

Test(report, threads_of_the_same_root_frame_share_their_tree)
{
	static const pid_t tids[] = { 7, 8, 7, 9, 8, 7 }; /* three of them */
	const struct report_options options = { .thread_roots = true, .process_roots = true };
	struct profile recorded, profile;

	record_threads(&recorded, tids, 6);
	cr_assert_null(profile_report(&recorded, &options, &profile));
	cr_assert_eq(profile.node_count, 1 + 1 + 3 * 4);
	for (uint32_t a = 1; a < profile.node_count; a++) {
		cr_assert_lt(profile.nodes[a].parent, a);
		for (uint32_t b = a + 1; b < profile.node_count; b++)
			cr_assert(profile.nodes[a].parent != profile.nodes[b].parent ||
				  profile.nodes[a].frame != profile.nodes[b].frame);
	}
	cr_assert_eq(profile.total, 12);
	for (size_t i = 0; i < 6; i++) {
		cr_assert_eq(profile.counts[i].all, 2);
		cr_assert_eq(profile.counts[i].holds_gil, 2);
		cr_assert_eq(profile.counts[i].states[SAMPLE_RUNNING], 2);
		cr_assert_eq(profile.counts[i].in_gc, 0);
	}
	profile_deinit(&profile);
	profile_deinit(&recorded);
}
