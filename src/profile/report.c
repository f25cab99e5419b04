/*
 * report.c - from all that was recorded to what is to be shown.
 *
 * Each node of the recording that is needed is moved once to where it stands in the report (its
 * frames with the names that are wanted, below the root frames of its thread), and each run that
 * passes is counted there. Runs are kept in place: where they were many, they still are.
 */
#include "profile/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "report_filter.h"
#include "report_roots.h"
#include "report_sources.h"

enum { NOT_MOVED = UINT32_MAX };

struct reporting {
	const struct profile *raw;
	const struct report_options *options;
	struct profile *report;
	struct report_filter filter;
	struct report_roots roots;
	uint32_t *frames;        /* by frame of raw: that of the report; hidden ones: NOT_MOVED */
	uint32_t *nodes;         /* by node of raw: that of the report, below `base` */
	uint32_t base;           /* the root frames of the thread at hand */
	bool reopened;           /* threads share root frames: the whole tree must be known */
	ARRAY(uint32_t) moved;   /* nodes of raw that stand below base now */
	ARRAY(uint32_t) missing; /* nodes on the way to the one that is to be moved */
};

static void reporting_deinit(struct reporting *reporting)
{
	report_filter_deinit(&reporting->filter);
	report_roots_deinit(&reporting->roots);
	free(reporting->frames);
	free(reporting->nodes);
	array_deinit(&reporting->moved);
	array_deinit(&reporting->missing);
}

/* The part behind the last dot: "Outer.<locals>.<lambda>" is "<lambda>". */
static const char *plain_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot[1] ? dot + 1 : name;
}

static struct error *move_frame(const struct reporting *reporting, const struct frame *frame,
				uint32_t *ret)
{
	const struct report_options *options = reporting->options;
	struct func func = reporting->raw->funcs[frame->func];
	int32_t line = options->no_lines ? 0 : options->by_function ? func.first_line : frame->line;
	struct error *err;
	uint32_t number;

	*ret = NOT_MOVED;
	if (reporting->filter.funcs[frame->func] & MARK_HIDDEN)
		return NULL;
	if (options->names == REPORT_NAMES_PLAIN && func.kind == FRAME_PYTHON)
		func.name = plain_name(func.name);
	if (options->full_filenames)
		func.file = func.path;
	err = profile_func(reporting->report, &func, &number);
	return err ? err : profile_frame(reporting->report, number, line, ret);
}

static struct error *move_frames(struct reporting *reporting)
{
	const struct profile *raw = reporting->raw;
	struct error *err = NULL;

	reporting->frames = calloc(raw->frame_count + 1, sizeof(*reporting->frames));
	reporting->nodes = calloc(raw->node_count, sizeof(*reporting->nodes));
	if (!reporting->frames || !reporting->nodes)
		return &error_nomem;
	for (size_t i = 0; !err && i < raw->frame_count; i++)
		err = move_frame(reporting, &raw->frames[i], &reporting->frames[i]);
	for (size_t n = 1; n < raw->node_count; n++)
		reporting->nodes[n] = NOT_MOVED;
	return err;
}

/*
 * All nodes below other root frames than before. Where each thread has its own, nothing is added to
 * the trees of those before; should one come that has those of another, all of them are needed.
 */
static struct error *change_base(struct reporting *reporting, uint32_t base, bool is_new)
{
	if (base == reporting->base)
		return NULL;
	while (reporting->moved.count)
		reporting->nodes[reporting->moved.items[--reporting->moved.count]] = NOT_MOVED;
	reporting->nodes[0] = base;
	reporting->base = base;
	if (!reporting->options->thread_roots || reporting->reopened)
		return NULL;
	if (is_new) {
		profile_close_nodes(reporting->report);
		return NULL;
	}
	reporting->reopened = true;
	return profile_reopen_nodes(reporting->report);
}

static struct error *enter_thread(struct reporting *reporting, uint32_t thread)
{
	struct profile *report = reporting->report;
	const size_t before = report->node_count;
	uint32_t base;
	struct error *err = report_root(&reporting->roots, reporting->raw, reporting->options,
					&reporting->raw->threads[thread], report, &base);

	return err ? err : change_base(reporting, base, base >= before);
}

/* From the nearest node that was moved already down to this one. */
static struct error *move_node(struct reporting *reporting, uint32_t node, uint32_t *ret)
{
	const struct stack_node *raw = reporting->raw->nodes;
	uint32_t *nodes = reporting->nodes, at, frame;
	struct error *err = NULL;

	for (at = node; nodes[at] == NOT_MOVED; at = raw[at].parent)
		if (!array_push(&reporting->missing, at))
			return &error_nomem;
	while (!err && reporting->missing.count) {
		at = reporting->missing.items[--reporting->missing.count];
		frame = reporting->frames[raw[at].frame];
		if (!array_push(&reporting->moved, at))
			return &error_nomem;
		if (frame == NOT_MOVED)
			nodes[at] = nodes[raw[at].parent];
		else
			err = profile_child(reporting->report, nodes[raw[at].parent], frame,
					    &nodes[at]);
	}
	*ret = nodes[node];
	return err;
}

/* Appends, or makes the last one longer where nothing tells the two apart any more. */
static void keep_run(struct profile *report, struct run *runs, const struct run *run)
{
	struct run *last = report->run_count ? &runs[report->run_count - 1] : NULL;

	if (last && last->thread == run->thread && last->node == run->node &&
	    last->state == run->state && last->flags == run->flags &&
	    last->start_ns + last->time_ns == run->start_ns &&
	    last->samples <= UINT32_MAX - run->samples) {
		last->time_ns += run->time_ns;
		last->samples += run->samples;
		return;
	}
	runs[report->run_count++] = *run;
}

static void count_thread(struct thread_counts *counts, const struct run *run)
{
	counts->all += run->samples;
	counts->states[run->state] += run->samples;
	counts->holds_gil += run->flags & SAMPLE_HOLDS_GIL ? run->samples : 0;
	counts->in_gc += run->flags & SAMPLE_IN_GC ? run->samples : 0;
}

/* The report's runs, so far those of raw, become its own: those that pass, in the same place. */
static struct error *count_runs(struct reporting *reporting)
{
	struct profile *report = reporting->report;
	const size_t count = report->run_count;
	struct run *const runs = report->runs;
	uint32_t thread = UINT32_MAX;
	struct error *err = NULL;

	report->run_count = 0;
	if (!runs)
		return NULL;
	for (size_t i = 0; !err && i < count; i++) {
		struct run run = runs[i];

		if (!report_filter_passes(&reporting->filter, &run, report))
			continue;
		if (run.thread != thread) {
			thread = run.thread;
			err = enter_thread(reporting, thread);
			if (err)
				return err;
		}
		err = move_node(reporting, run.node, &run.node);
		if (err)
			return err;
		profile_add(report, run.node, run.samples, run.time_ns);
		count_thread(&report->counts[thread], &run);
		keep_run(report, runs, &run);
	}
	return err;
}

/* What the numbers of the recording are once the report has made its choice. */
static void adapt_stats(const struct reporting *reporting)
{
	const struct report_options *options = reporting->options;
	const struct profile *report = reporting->report;
	struct stats *stats = &reporting->report->capture.stats;
	uint64_t end_ns = stats->elapsed_ns;

	stats->samples = report->total;
	stats->hidden_waiting = report->hidden_waiting;
	stats->hidden_gil = report->hidden_gil;
	if (options->to_ns && options->to_ns < end_ns)
		end_ns = options->to_ns;
	end_ns = end_ns > options->from_ns ? end_ns - options->from_ns : 0;
	if (end_ns != stats->elapsed_ns) /* the rate stays as it was */
		stats->ticks = (uint64_t)((double)stats->ticks * (double)end_ns /
					  (double)stats->elapsed_ns);
	stats->elapsed_ns = end_ns;
}

/* Processes, threads, source lines and what is known of the run. */
static struct error *copy_rest(const struct profile *raw, struct profile *report)
{
	struct error *err = NULL;
	uint32_t number;

	for (size_t i = 0; !err && i < raw->process_count; i++)
		err = profile_process(report, &raw->processes[i], &number);
	for (size_t i = 0; !err && i < raw->thread_count; i++)
		err = profile_thread(report, &raw->threads[i], &number);
	if (!err)
		err = report_sources(raw, report);
	if (err)
		return err;
	report->capture = raw->capture;
	report->capture.command = profile_string(report, raw->capture.command);
	report->capture.host = profile_string(report, raw->capture.host);
	report->capture.version = profile_string(report, raw->capture.version);
	return report->capture.command && report->capture.host && report->capture.version
		       ? NULL
		       : &error_nomem;
}

/* ret has raw's runs, as they were. */
static struct error *make_report(const struct profile *raw, const struct report_options *options,
				 struct profile *ret)
{
	CLEANUP(reporting_deinit)
	struct reporting reporting = { .raw = raw, .options = options, .report = ret };
	struct error *err;

	err = report_filter_init(&reporting.filter, raw, options);
	if (err)
		return err;
	ret->counts = calloc(raw->thread_count + 1, sizeof(*ret->counts));
	if (!ret->counts)
		err = &error_nomem;
	if (!err)
		err = move_frames(&reporting);
	if (!err)
		err = count_runs(&reporting);
	if (!err)
		err = copy_rest(raw, ret);
	if (!err)
		adapt_stats(&reporting);
	return err;
}

struct error *profile_report_take(struct profile *raw, const struct report_options *options,
				  struct profile *ret)
{
	struct error *err = profile_init(ret);

	if (err)
		return err;
	profile_move_runs(ret, raw);
	profile_close_nodes(raw); /* nothing is looked for in it any more */
	err = make_report(raw, options, ret);
	if (err)
		profile_deinit(ret);
	return err;
}

struct error *profile_report(const struct profile *raw, const struct report_options *options,
			     struct profile *ret)
{
	struct error *err = profile_init(ret);

	if (err)
		return err;
	err = profile_reserve_runs(ret, raw->run_count);
	if (!err && raw->run_count)
		memcpy(ret->runs, raw->runs, raw->run_count * sizeof(*raw->runs));
	ret->run_count = err ? 0 : raw->run_count;
	if (!err)
		err = make_report(raw, options, ret);
	if (err)
		profile_deinit(ret);
	return err;
}
