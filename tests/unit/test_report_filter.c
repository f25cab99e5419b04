/*
 * What passes the filters of a report, and what is left of its stacks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/output.h"
#include "profile/report.h"
#include "support/profiles.h"

enum { MS = 1000 * 1000 };

static struct error *report_of(const struct report_options *options, struct profile *ret)
{
	CLEANUP(profile_deinit)
	struct profile recorded = { 0 };

	cr_assert_null(profile_init(&recorded));
	profile_recorded(&recorded);
	return profile_report(&recorded, options, ret);
}

static uint64_t samples(const struct report_options *options)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	uint64_t in_runs = 0, in_nodes = 0, time_ns = 0;

	cr_assert_null(report_of(options, &report));
	for (size_t i = 0; i < report.run_count; i++) {
		cr_assert_gt(report.runs[i].samples, 0);
		in_runs += report.runs[i].samples;
		time_ns += report.runs[i].time_ns;
		cr_assert_lt(report.runs[i].node, report.node_count);
	}
	for (size_t n = 0; n < report.node_count; n++)
		in_nodes += report.nodes[n].count;
	cr_assert_eq(in_runs, report.total);
	cr_assert_eq(in_nodes, report.total);
	cr_assert_eq(time_ns, report.total_time_ns);
	cr_assert_eq(report.capture.stats.samples, report.total);
	return report.total;
}
#define SAMPLES(...) samples(&(struct report_options) { .idle = true, __VA_ARGS__ })

static bool has_func(const struct profile *profile, const char *name)
{
	for (size_t n = 1; n < profile->node_count; n++)
		if (!strcmp(profile_func_of(profile, (uint32_t)n)->name, name))
			return true;
	return false;
}

Test(report_filter, takes_modes_apart)
{
	cr_assert_eq(samples(&(struct report_options) { .mode = REPORT_CPU }), 24);
	cr_assert_eq(samples(&(struct report_options) { .mode = REPORT_CPU, .idle = true }), 24);
	cr_assert_eq(samples(&(struct report_options) { .mode = REPORT_GIL }), 24);
}

Test(report_filter, finds_threads_by_number_and_by_name)
{
	cr_assert_eq(SAMPLES(.threads = { "7" }, .thread_count = 1), 16);
	cr_assert_eq(SAMPLES(.threads = { "0x7f0000000002" }, .thread_count = 1), 11);
	cr_assert_eq(SAMPLES(.threads = { "MainThread" }, .thread_count = 1), 25);
	cr_assert_eq(SAMPLES(.threads = { "Main", "work" }, .thread_count = 2), 36);
	cr_assert_eq(SAMPLES(.threads = { "10", "9" }, .thread_count = 2), 19);
	/* no thread has that number, but one has it in its name */
	cr_assert_eq(SAMPLES(.threads = { "1" }, .thread_count = 1), 11);
	cr_assert_eq(SAMPLES(.threads = { "nobody" }, .thread_count = 1), 0);
	cr_assert_eq(SAMPLES(.threads = { "99999999999999999999" }, .thread_count = 1), 0);
}

Test(report_filter, finds_processes)
{
	cr_assert_eq(SAMPLES(.pids = { 12 }, .pid_count = 1), 9);
	cr_assert_eq(SAMPLES(.pids = { 12, 7 }, .pid_count = 2), 44);
	cr_assert_eq(
		SAMPLES(.pids = { 7 }, .pid_count = 1, .threads = { "Main" }, .thread_count = 1),
		16);
	cr_assert_eq(SAMPLES(.pids = { 1 }, .pid_count = 1), 0);
}

Test(report_filter, ranges_that_touch_share_no_sample_and_lose_none)
{
	for (uint64_t at = MS / 4; at < 40 * (uint64_t)MS; at += MS / 4)
		cr_assert_eq(SAMPLES(.to_ns = at) + SAMPLES(.from_ns = at), 44, "at %lu", at);
	cr_assert_eq(SAMPLES(.from_ns = 41 * (uint64_t)MS), 0);
}

Test(report_filter, cuts_runs_and_their_time)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	const struct report_options options = {
		.from_ns = 4 * MS, .to_ns = 6 * MS + MS / 2, .threads = { "7" }, .thread_count = 1
	};

	cr_assert_null(report_of(&options, &report));
	cr_assert_eq(report.run_count, 1);
	cr_assert_eq(report.runs[0].start_ns, 4 * MS);
	cr_assert_eq(report.runs[0].time_ns, 2 * MS + MS / 2);
	cr_assert_eq(report.runs[0].samples, 2);
	cr_assert_eq(report.capture.stats.elapsed_ns, 2 * MS + MS / 2);
}

Test(report_filter, includes_and_excludes_by_function_file_and_package)
{
	static const char *const patterns[] = {
		"^Parser\\.parse$", "^parse$", "dist-packages", "^parse/core", "core\\.(py|pyx)$",
		"^main$",           "<torn>",  "^app$",         "\\.py",
	};

	cr_assert_eq(SAMPLES(.include = { "^Parser\\.parse$" }, .include_count = 1), 16);
	cr_assert_eq(SAMPLES(.include = { "^parse$" }, .include_count = 1), 16);
	cr_assert_eq(SAMPLES(.include = { "dist-packages" }, .include_count = 1), 16);
	cr_assert_eq(SAMPLES(.include = { "^main$" }, .include_count = 1), 32);
	cr_assert_eq(SAMPLES(.include = { "<torn>", "Parser" }, .include_count = 2), 17);
	cr_assert_eq(SAMPLES(.include = { "^nothing$" }, .include_count = 1), 0);
	cr_assert_eq(SAMPLES(.include = { "main" }, .include_count = 1, .exclude = { "Parser" },
			     .exclude_count = 1),
		     16);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		cr_assert_eq(SAMPLES(.include = { patterns[i] }, .include_count = 1) +
				     SAMPLES(.exclude = { patterns[i] }, .exclude_count = 1),
			     44, "%s", patterns[i]);
}

Test(report_filter, hides_frames_and_keeps_their_samples)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	const struct report_options options = { .idle = true,
						.hide = { "^main$" },
						.hide_count = 1 };

	cr_assert_null(report_of(&options, &report));
	cr_assert_eq(report.total, 44);
	cr_assert_not(has_func(&report, "main"));
	cr_assert(has_func(&report, "Parser.parse"));
	cr_assert_eq(SAMPLES(.hide = { "." }, .hide_count = 1), 44);
}

Test(report_filter, shows_only_mine)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 }, recorded = { 0 };
	const struct report_options options = { .idle = true, .mine = true };
	const struct frame_given library[] = {
		PY("_bootstrap", "/usr/lib/python3.11/threading.py", 1), MARK("<torn>"), { 0 }
	};
	const struct run run = { 0, 3 * MS, 0, 0, 3, SAMPLE_RUNNING, 0 };
	uint64_t called = 0;

	cr_assert_null(profile_init(&recorded));
	profile_recorded(&recorded);
	profile_count(&recorded, library, 0);
	cr_assert_null(profile_run(&recorded, &run));
	recorded.runs[recorded.run_count - 1].node = (uint32_t)recorded.node_count - 1;
	cr_assert_null(profile_report(&recorded, &options, &report));
	cr_assert_eq(report.total, 44);
	cr_assert_eq(report.hidden_foreign, 3);
	cr_assert_not(has_func(&report, "Parser.parse"));
	cr_assert_not(has_func(&report, "_bootstrap"));
	cr_assert(has_func(&report, "<torn>"));
	/* what the library did counts for the line that called it */
	for (size_t n = 1; n < report.node_count; n++)
		if (profile_frame_of(&report, (uint32_t)n)->line == 33)
			called += report.nodes[n].count;
	cr_assert_eq(called, 16);
}

Test(report_filter, joins_runs_that_nothing_tells_apart)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 }, recorded = { 0 };
	const struct report_options options = { .idle = true, .no_lines = true };
	const struct frame_given first[] = { PY("f", "/f.py", 1), { 0 } };
	const struct frame_given second[] = { PY("f", "/f.py", 2), { 0 } };
	const struct thread_info thread = { 0, 7, 7, 0, "MainThread" };
	const struct process_info process = { 7, 1, "", "", "" };
	struct run runs[] = { { 0, 3 * MS, 0, 0, 3, SAMPLE_RUNNING, 0 },
			      { 3 * MS, 2 * MS, 0, 0, 2, SAMPLE_RUNNING, 0 },
			      { 6 * MS, 1 * MS, 0, 0, 1, SAMPLE_RUNNING, 0 } };
	uint32_t number;

	cr_assert_null(profile_init(&recorded));
	cr_assert_null(profile_process(&recorded, &process, &number));
	cr_assert_null(profile_thread(&recorded, &thread, &number));
	profile_count(&recorded, first, 0);
	profile_count(&recorded, second, 0);
	for (size_t i = 0; i < 3; i++) {
		runs[i].node = i == 1 ? 2 : 1;
		cr_assert_null(profile_run(&recorded, &runs[i]));
	}
	cr_assert_null(profile_report_take(&recorded, &options, &report));
	cr_assert_eq(recorded.run_count, 0);
	cr_assert_eq(report.run_count, 2); /* there is a gap before the third */
	cr_assert_eq(report.runs[0].time_ns, 5 * MS);
	cr_assert_eq(report.runs[0].samples, 5);
	cr_assert_eq(report.total, 6);
}

Test(report_filter, refuses_what_is_no_pattern)
{
	struct profile report;
	struct error *err;

	err = report_of(&(struct report_options) { .hide = { "(" }, .hide_count = 1 }, &report);
	cr_assert(err);
	cr_assert_eq(err->kind, ERROR_USAGE);
	cr_assert(strstr(error_message(err), "'(' is no regular expression"));
	error_destroy(err);
}

Test(report_filter, moves_a_deep_stack_in_no_time)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 }, recorded = { 0 };
	const struct thread_info threads[] = { { 0, 7, 7, 0, "a" }, { 0, 8, 8, 0, "b" } };
	const struct process_info process = { 7, 1, "", "", "" };
	const struct report_options options = { .thread_roots = true };
	enum { DEPTH = 100000 };
	uint32_t number;

	cr_assert_null(profile_init(&recorded));
	cr_assert_null(profile_process(&recorded, &process, &number));
	profile_count_deep(&recorded, DEPTH, 0);
	for (uint32_t i = 0; i < 2; i++) {
		const struct run run = { 0, MS, i, DEPTH - i, 1, SAMPLE_RUNNING, 0 };

		cr_assert_null(profile_thread(&recorded, &threads[i], &number));
		cr_assert_null(profile_run(&recorded, &run));
	}
	cr_assert_null(profile_report(&recorded, &options, &report));
	cr_assert_eq(report.node_count, 1 + 2 + 2 * DEPTH - 1);
}
