/*
 * dump_collect.c - attach, look, copy: from an interpreter to a struct dump.
 *
 * The stacks are taken in one look. Locals are read afterwards, while the target goes on: a second
 * look tells which frames were still there at the end, and only theirs are kept. With --blocking
 * the target stands still until the locals are read, too, unless that takes long.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "dump.h"
#include "profile/hold.h"
#include "profile/short_name.h"
#include "target/tracer.h"

enum {
	LOOKS_MAX = 20,     /* a stack that is torn in one look is whole in a later one */
	PAUSE_MS = 2,       /* between them */
	STARTING_MS = 2000, /* a Python that is starting is waited for */
	HELD_MAX_MS = 50,   /* a target stands still for its locals */
};

struct collector {
	const struct dump_options *options;
	struct process process;
	struct python *python;
	struct short_names *short_names;
	struct hold *hold;       /* NULL: the target is not stopped */
	uint64_t held_until_ns;  /* at most */
	bool was_held;           /* until the locals were read */
	struct py_sample sample; /* of the last look */
	struct error *err;       /* of the look that another thread takes */
	struct dump *dump;
};

static void collector_deinit(struct collector *collector)
{
	hold_destroy(collector->hold);
	short_names_destroy(collector->short_names);
	python_destroy(collector->python);
	process_deinit(&collector->process);
}

static void forget_threads(struct dump *dump)
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
	dump->threads = NULL;
	dump->thread_count = 0;
}

void dump_deinit(struct dump *dump)
{
	forget_threads(dump);
	free(dump->command);
	free(dump->executable);
	*dump = (struct dump) { 0 };
}

static const struct py_sample_options look_options = { .states = true };

static struct error *look(struct collector *collector)
{
	return python_sample(collector->python, &look_options, &collector->sample);
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

	forget_threads(dump);
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
			if (collector->hold && clock_now_ns() > collector->held_until_ns) {
				hold_release(collector->hold);
				collector->was_held = false;
			}
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

/* The locals that were read while the target went on are those of frames that are still there. */
static struct error *keep_unchanged(struct collector *collector)
{
	struct error *err = look(collector);
	struct dump_thread *thread;
	size_t t;

	for (t = 0; !err && t < collector->dump->thread_count; t++) {
		thread = &collector->dump->threads[t];
		drop_changed(thread, find_thread(&collector->sample, thread->tstate));
	}
	return err;
}

/* Stacks, and locals where they are wanted. */
static struct error *copy_all(struct collector *collector)
{
	struct error *err = copy_threads(collector);

	if (!err && collector->options->locals)
		err = read_locals(collector);
	return err;
}

/* A look with --blocking; locals are read before the target goes on. */
static bool look_held(void *context)
{
	struct collector *collector = context;
	bool locals = collector->options->locals;

	collector->err = hold_sample(collector->hold, collector->python, &look_options, locals,
				     &collector->sample);
	collector->held_until_ns = clock_now_ns() + (uint64_t)HELD_MAX_MS * CLOCK_MS_NS;
	collector->was_held = hold_is_complete(collector->hold);
	if (!collector->err && locals)
		collector->err = copy_all(collector);
	hold_release(collector->hold);
	return false;
}

static struct error *look_once(struct collector *collector)
{
	struct error *err;

	if (!collector->hold)
		return look(collector);
	err = tracer_run(look_held, collector);
	return err ? err : collector->err;
}

/* Looks until every stack is whole, or often enough to say that it can't be had. */
static struct error *look_well(struct collector *collector)
{
	struct error *err = look_once(collector);
	int looks;

	for (looks = 1; !err && !is_whole(&collector->sample) && looks < LOOKS_MAX; looks++) {
		pause_a_moment();
		err = look_once(collector);
	}
	if (!err && collector->sample.lost)
		return error_create(ERROR_TORN, "the threads of process %d cannot be read",
				    (int)collector->process.pid);
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
	bool locals = collector->options->locals;
	struct error *err = NULL;

	if (collector->options->run.blocking) {
		err = hold_create(collector->process.pid, &collector->hold);
		if (!err) /* so that it is known what a look takes */
			err = look(collector);
	}
	if (!err)
		err = look_well(collector);
	if (!err && !(collector->hold && locals))
		err = copy_all(collector);
	if (!err && locals && !collector->was_held)
		err = keep_unchanged(collector);
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
