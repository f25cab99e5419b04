/*
 * dump_collect.c - attach, look, copy: from an interpreter to a struct dump.
 *
 * The stacks are taken in one look. Locals are read afterwards, while the target goes on: a second
 * look tells which frames were still there at the end, and only theirs are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "dump.h"
#include "profile/short_name.h"
#include "target/stop.h"

enum {
	LOOKS_MAX = 20,     /* a stack that is torn in one look is whole in a later one */
	PAUSE_MS = 2,       /* between them */
	STARTING_MS = 2000, /* a Python that is starting is waited for */
};

struct collector {
	const struct dump_options *options;
	struct process process;
	struct python *python;
	struct short_names *short_names;
	struct stopper *stopper; /* NULL: the target is not stopped */
	struct py_sample sample; /* of the last look */
	struct dump *dump;
};

static void collector_deinit(struct collector *collector)
{
	stopper_destroy(collector->stopper);
	short_names_destroy(collector->short_names);
	python_destroy(collector->python);
	process_deinit(&collector->process);
}

void dump_deinit(struct dump *dump)
{
	size_t t, f;

	for (t = 0; t < dump->thread_count; t++) {
		struct dump_thread *thread = &dump->threads[t];

		for (f = 0; f < thread->frame_count; f++) {
			free(thread->frames[f].name);
			free(thread->frames[f].filename);
			py_locals_deinit(&thread->frames[f].locals);
		}
		free(thread->frames);
		free(thread->name);
	}
	free(dump->threads);
	free(dump->command);
	free(dump->executable);
	*dump = (struct dump) { 0 };
}

static struct error *look(struct collector *collector)
{
	const struct py_sample_options options = { .states = true,
						   .stopped_by_us = collector->stopper != NULL };

	return python_sample(collector->python, &options, &collector->sample);
}

static bool is_whole(const struct py_sample *sample)
{
	size_t i;

	if (sample->lost)
		return false;
	for (i = 0; i < sample->count; i++)
		if (sample->threads[i].stack_state == PY_STACK_TORN ||
		    sample->threads[i].stack_state == PY_STACK_FAULT)
			return false;
	return true;
}

static void pause_a_moment(void)
{
	clock_sleep_until(clock_now_ns() + PAUSE_MS * CLOCK_MS_NS);
}

/* Looks until every stack is whole, or often enough to say that it can't be had. */
static struct error *look_well(struct collector *collector)
{
	struct error *err = look(collector);
	int looks;

	for (looks = 1; !err && !is_whole(&collector->sample) && looks < LOOKS_MAX; looks++) {
		pause_a_moment();
		err = look(collector);
	}
	if (!err && collector->sample.lost)
		return error_create(ERROR_TORN, "the threads of process %d cannot be read",
				    (int)collector->process.pid);
	return err;
}

static struct error *copy_frames(struct collector *collector, const struct py_thread *from,
				 struct dump_thread *to)
{
	const struct py_frame *frame;
	struct dump_frame *copy;
	size_t i;

	to->frames = calloc(from->frame_count + 1, sizeof(*to->frames));
	if (!to->frames)
		return &error_nomem;
	for (i = 0; i < from->frame_count; i++) {
		frame = &from->frames[i];
		copy = &to->frames[to->frame_count++];
		copy->name = strdup(frame->code->name);
		copy->filename = strdup(frame->code->filename);
		if (!copy->name || !copy->filename)
			return &error_nomem;
		copy->short_name = short_names_get(collector->short_names, copy->filename);
		copy->line = code_line(frame->code, frame->offset);
		copy->addr = frame->addr;
		copy->code = frame->code->addr;
	}
	return NULL;
}

static struct error *copy_threads(struct collector *collector)
{
	struct dump *dump = collector->dump;
	const struct py_thread *from;
	struct dump_thread *to;
	struct error *err;
	size_t i;

	dump->threads = calloc(collector->sample.count + 1, sizeof(*dump->threads));
	if (!dump->threads)
		return &error_nomem;
	for (i = 0; i < collector->sample.count; i++) {
		from = &collector->sample.threads[i];
		to = &dump->threads[dump->thread_count++];
		*to = (struct dump_thread) { .tstate = from->tstate,
					     .ident = from->ident,
					     .tid = from->tid,
					     .interp_id = from->interp_id,
					     .holds_gil = from->holds_gil,
					     .state = from->state,
					     .wait = from->wait,
					     .stack_state = from->stack_state };
		to->name = strdup(python_thread_name(collector->python, from));
		if (!to->name)
			return &error_nomem;
		err = copy_frames(collector, from, to);
		if (err)
			return err;
	}
	return NULL;
}

static struct error *read_locals(struct collector *collector)
{
	size_t budget = (size_t)collector->options->locals * DUMP_LOCALS_BUDGET, t, f;
	const struct py_view *view = python_view(collector->python);
	struct dump_frame *frame;
	struct error *err;

	for (t = 0; t < collector->dump->thread_count; t++) {
		for (f = 0; f < collector->dump->threads[t].frame_count; f++) {
			frame = &collector->dump->threads[t].frames[f];
			err = locals_read(view, frame->addr, frame->code, budget, &frame->locals);
			frame->has_locals = !err;
			frame->locals_changed = err != NULL;
			if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
				continue;
			if (err)
				return err;
		}
	}
	return NULL;
}

static const struct py_thread *find_thread(const struct py_sample *sample, uint64_t tstate)
{
	size_t i;

	for (i = 0; i < sample->count; i++)
		if (sample->threads[i].tstate == tstate)
			return &sample->threads[i];
	return NULL;
}

/* The frames that are gone by now may have been others already when their locals were read. */
static void drop_changed(struct dump_thread *thread, const struct py_thread *now)
{
	size_t f, from_root, there = now ? now->frame_count : 0;
	struct dump_frame *frame;

	for (f = 0; f < thread->frame_count; f++) {
		frame = &thread->frames[f];
		from_root = thread->frame_count - f;
		if (from_root <= there && now->frames[there - from_root].addr == frame->addr &&
		    now->frames[there - from_root].code->addr == frame->code)
			continue;
		py_locals_deinit(&frame->locals);
		frame->has_locals = false;
		frame->locals_changed = true;
	}
}

static struct error *collect_locals(struct collector *collector)
{
	struct error *err = read_locals(collector);
	struct dump_thread *thread;
	size_t t;

	if (err || collector->stopper)
		return err;
	err = look(collector);
	for (t = 0; !err && t < collector->dump->thread_count; t++) {
		thread = &collector->dump->threads[t];
		drop_changed(thread, find_thread(&collector->sample, thread->tstate));
	}
	return err;
}

static struct error *describe(struct collector *collector)
{
	const struct py_layout *layout = python_layout(collector->python);
	struct dump *dump = collector->dump;

	dump->pid = collector->process.pid;
	dump->command = process_command_line(&collector->process);
	dump->executable = strdup(collector->process.exe);
	if (!dump->command || !dump->executable)
		return &error_nomem;
	layout_version_text(&layout->version, layout->flavour, dump->version);
	dump->free_threaded = layout->flavour & PY_FREE_THREADED;
	dump->has_subinterpreters = python_has_subinterpreters(collector->python);
	return NULL;
}

static struct error *collect(struct collector *collector)
{
	struct error *err = NULL;

	if (collector->options->run.blocking) {
		err = stopper_create(collector->process.pid, &collector->stopper);
		if (!err)
			err = stopper_stop(collector->stopper, python_lwps(collector->python));
	}
	if (!err)
		err = look_well(collector);
	if (!err)
		err = copy_threads(collector);
	if (!err && collector->options->locals)
		err = collect_locals(collector);
	if (!err)
		err = describe(collector);
	return err;
}

static struct error *attach(struct collector *collector)
{
	uint64_t deadline = clock_now_ns() + (uint64_t)STARTING_MS * CLOCK_MS_NS;
	struct error *err;

	for (;;) {
		err = python_attach(&collector->process, &collector->python);
		if (!err || err->kind != ERROR_NOT_READY || clock_now_ns() > deadline)
			return err;
		error_destroy(err);
		pause_a_moment();
	}
}

struct error *dump_collect(pid_t pid, const struct dump_options *options, struct dump *ret)
{
	CLEANUP(collector_deinit)
	struct collector collector = { .options = options, .process.pidfd = -1, .dump = ret };
	struct error *err;

	err = process_open(pid, &collector.process);
	if (!err)
		err = attach(&collector);
	if (!err)
		err = short_names_create(pid, &collector.short_names);
	if (!err)
		err = collect(&collector);
	if (err && err->kind == ERROR_GONE && !err->message)
		err = error_create(ERROR_GONE, "process %d ended while it was read", (int)pid);
	return err;
}
