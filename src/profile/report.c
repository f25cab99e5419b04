/*
 * report.c - from all that was recorded to what is to be shown.
 *
 * Each node of the recording is moved once to where it stands in the report (its frames with the
 * names that are wanted, below the root frames of its thread), and each run that passes is counted
 * there.
 */
#include "profile/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { NOT_MOVED = UINT32_MAX };

struct reporting {
	const struct profile *raw;
	const struct report_options *options;
	struct profile *report;
	uint32_t *frames; /* by frame of raw: that of the report */
	uint32_t *nodes;  /* by node of raw: that of the report, below `base` */
	uint32_t base;    /* the root frames of the thread at hand */
};

static void reporting_deinit(struct reporting *reporting)
{
	free(reporting->frames);
	free(reporting->nodes);
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
	return err;
}

/* All nodes below other root frames than before. */
static void begin_nodes(struct reporting *reporting, uint32_t base)
{
	for (size_t n = 1; n < reporting->raw->node_count; n++)
		reporting->nodes[n] = NOT_MOVED;
	reporting->nodes[0] = base;
	reporting->base = base;
}

/* From the nearest node that was moved already down to this one. */
static struct error *move_node(struct reporting *reporting, uint32_t node, uint32_t *ret)
{
	const struct stack_node *nodes = reporting->raw->nodes;
	struct error *err = NULL;

	while (!err && reporting->nodes[node] == NOT_MOVED) {
		uint32_t top = node;

		while (reporting->nodes[nodes[top].parent] == NOT_MOVED)
			top = nodes[top].parent;
		err = profile_child(reporting->report, reporting->nodes[nodes[top].parent],
				    reporting->frames[nodes[top].frame], &reporting->nodes[top]);
	}
	*ret = reporting->nodes[node];
	return err;
}

static struct error *label_below(struct reporting *reporting, enum frame_kind kind,
				 const char *name, uint32_t *node)
{
	struct error *err;
	uint32_t frame;

	err = profile_label_frame(reporting->report, kind, name, &frame);
	return err ? err : profile_child(reporting->report, *node, frame, node);
}

static char *process_label(const struct process_info *process)
{
	char *label = NULL;

	return asprintf(&label, "process %d:\"%s\"", process->pid, process->command) < 0 ? NULL
											 : label;
}

static char *thread_label(const struct thread_info *thread)
{
	const char *separator = *thread->name ? ": " : "";
	char *label = NULL;
	int length;

	if (thread->tid)
		length = asprintf(&label, "thread (%d)%s%s", thread->tid, separator, thread->name);
	else
		length = asprintf(&label, "thread (0x%llX)%s%s", (unsigned long long)thread->ident,
				  separator, thread->name);
	return length < 0 ? NULL : label;
}

/* The node under which a thread's frames go: process, interpreter, thread. */
static struct error *find_base(struct reporting *reporting, const struct thread_info *thread,
			       uint32_t *node)
{
	const struct report_options *options = reporting->options;
	struct error *err = NULL;
	char interpreter[48];

	*node = 0;
	if (options->process_roots || reporting->raw->process_count > 1) {
		CLEANUP(freep)
		char *label = process_label(&reporting->raw->processes[thread->process]);

		err = label ? label_below(reporting, FRAME_PROCESS, label, node) : &error_nomem;
	}
	if (!err && thread->interp > 0) {
		snprintf(interpreter, sizeof(interpreter), "interpreter %lld",
			 (long long)thread->interp);
		err = label_below(reporting, FRAME_INTERPRETER, interpreter, node);
	}
	if (!err && options->thread_roots) {
		CLEANUP(freep)
		char *label = thread_label(thread);

		err = label ? label_below(reporting, FRAME_THREAD, label, node) : &error_nomem;
	}
	return err;
}

/* Left out by the mode; counted where it is for waiting. */
static bool is_hidden(const struct reporting *reporting, const struct run *run)
{
	switch (reporting->options->mode) {
	case REPORT_GIL:
		return !(run->flags & SAMPLE_HOLDS_GIL);
	case REPORT_CPU:
		return run->state != SAMPLE_RUNNING;
	default:
		break;
	}
	if (run->state == SAMPLE_RUNNING || reporting->options->idle)
		return false;
	reporting->report->hidden_waiting += run->samples;
	if (run->state == SAMPLE_GIL_WAIT)
		reporting->report->hidden_gil += run->samples;
	return true;
}

static struct error *count_run(struct reporting *reporting, const struct run *run)
{
	struct run own = *run;
	struct error *err;

	if (is_hidden(reporting, run))
		return NULL;
	err = move_node(reporting, run->node, &own.node);
	if (!err)
		err = profile_run(reporting->report, &own);
	if (!err)
		profile_add(reporting->report, own.node, run->samples, run->time_ns);
	return err;
}

static struct error *count_runs(struct reporting *reporting)
{
	const struct profile *raw = reporting->raw;
	uint32_t thread = UINT32_MAX, base;
	struct error *err = NULL;

	begin_nodes(reporting, 0);
	for (size_t i = 0; !err && i < raw->run_count; i++) {
		const struct run *run = &raw->runs[i];

		if (run->thread != thread) {
			thread = run->thread;
			err = find_base(reporting, &raw->threads[thread], &base);
			if (!err && base != reporting->base)
				begin_nodes(reporting, base);
		}
		if (!err)
			err = count_run(reporting, run);
	}
	return err;
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
	for (size_t i = 0; !err && i < raw->source_count; i++)
		err = profile_source(report, raw->sources[i].path, raw->sources[i].line,
				     raw->sources[i].text);
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

struct error *profile_report(const struct profile *raw, const struct report_options *options,
			     struct profile *ret)
{
	CLEANUP(reporting_deinit)
	struct reporting reporting = { .raw = raw, .options = options, .report = ret };
	struct error *err = profile_init(ret);

	if (err)
		return err;
	err = move_frames(&reporting);
	if (!err)
		err = count_runs(&reporting);
	if (!err)
		err = copy_rest(raw, ret);
	if (err)
		profile_deinit(ret);
	return err;
}
