/*
 * stacks.c - count the stacks of a sample, looking up only what changed since the last one.
 */
#include "stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"

enum {
	LABEL_PERIOD_NS = 100 * CLOCK_MS_NS, /* a thread's name is asked for this often */
	FRAME_IDS_MAX = 1 << 18,             /* remembered; code that is made anew all the time */
	FORGET_SAMPLES = 4096,               /* threads not seen for so long are forgotten */
};

/* A frame on a remembered stack, root first. */
struct level {
	uint64_t code; /* struct code's id */
	int32_t offset;
	uint32_t node;
};

struct thread_memory {
	uint64_t tstate; /* key */
	pid_t tid;
	int64_t interp_id;
	uint64_t label_due_ns;
	char *label;
	uint32_t base;   /* node above the thread's first frame */
	uint64_t sample; /* in which it was last seen */
	ARRAY(struct level) levels;
	UT_hash_handle hh;
};

struct frame_id_key {
	uint64_t code;
	int64_t line;
};

struct frame_id {
	struct frame_id_key key;
	uint32_t frame;
	UT_hash_handle hh;
};

struct stack_recorder {
	const struct sampler_options *options;
	const struct process *process;
	struct profile *profile;
	struct short_names *short_names;
	struct thread_memory *threads;
	struct frame_id *frame_ids;
	uint32_t base; /* node of the process: the root, or its root frame */
	uint64_t samples;
};

static void stack_recorder_destroyp(struct stack_recorder **recorder)
{
	stack_recorder_destroy(*recorder);
}

/* The root frame that tells several processes apart. */
static struct error *add_process_frame(struct stack_recorder *recorder)
{
	CLEANUP(freep)
	char *command = process_command_line(recorder->process);
	CLEANUP(freep)
	char *name = NULL;
	struct error *err;
	uint32_t frame;

	if (!command || asprintf(&name, "process %d:\"%s\"", recorder->process->pid, command) < 0) {
		name = NULL;
		return &error_nomem;
	}
	err = profile_frame(recorder->profile, FRAME_PROCESS, name, "", 0, &frame);
	return err ? err : profile_child(recorder->profile, 0, frame, &recorder->base);
}

struct error *stack_recorder_create(const struct sampler_options *options,
				    const struct process *process, struct profile *profile,
				    struct stack_recorder **ret)
{
	CLEANUP(stack_recorder_destroyp)
	struct stack_recorder *recorder = NULL;
	struct error *err;

	recorder = calloc(1, sizeof(*recorder));
	if (!recorder)
		return &error_nomem;
	recorder->options = options;
	recorder->process = process;
	recorder->profile = profile;
	err = short_names_create(process->pid, &recorder->short_names);
	if (!err && options->processes)
		err = add_process_frame(recorder);
	if (err)
		return err;
	*ret = take_ptr(recorder);
	return NULL;
}

static void thread_memory_destroy(struct stack_recorder *recorder, struct thread_memory *thread)
{
	HASH_DEL(recorder->threads, thread);
	free(thread->label);
	array_deinit(&thread->levels);
	free(thread);
}

static void forget_frame_ids(struct stack_recorder *recorder)
{
	struct frame_id *id, *next;

	HASH_ITER (hh, recorder->frame_ids, id, next) {
		HASH_DEL(recorder->frame_ids, id);
		free(id);
	}
}

/* Threads that were not in the last FORGET_SAMPLES samples; all when `all`. */
static void forget_threads(struct stack_recorder *recorder, bool all)
{
	struct thread_memory *thread, *next;

	HASH_ITER (hh, recorder->threads, thread, next) {
		if (all || thread->sample + FORGET_SAMPLES < recorder->samples)
			thread_memory_destroy(recorder, thread);
	}
}

void stack_recorder_reset(struct stack_recorder *recorder)
{
	forget_threads(recorder, true);
	forget_frame_ids(recorder);
}

void stack_recorder_destroy(struct stack_recorder *recorder)
{
	if (!recorder)
		return;
	stack_recorder_reset(recorder);
	short_names_destroy(recorder->short_names);
	free(recorder);
}

/* Name and file of a frame as the options want them shown. */
static struct error *make_frame(struct stack_recorder *recorder, struct python *python,
				const struct py_frame *frame, int32_t line, uint32_t *ret)
{
	const struct sampler_options *options = recorder->options;
	const struct code *code = frame->code;
	CLEANUP(freep)
	char *class_name = options->class_names ? python_class_name(python, frame) : NULL;
	CLEANUP(freep)
	char *qualified = NULL;
	const char *file = options->full_filenames
				   ? code->filename
				   : short_names_get(recorder->short_names, code->filename);

	if (class_name && asprintf(&qualified, "%s.%s", class_name, code->name) < 0) {
		qualified = NULL;
		return &error_nomem;
	}
	return profile_frame(recorder->profile, FRAME_PYTHON, qualified ? qualified : code->name,
			     file, line, ret);
}

/* The profile's number of a frame: remembered by code object and line. */
static struct error *find_frame(struct stack_recorder *recorder, struct python *python,
				const struct py_frame *frame, uint32_t *ret)
{
	const struct sampler_options *options = recorder->options;
	int32_t line = options->no_lines      ? 0
		       : options->by_function ? frame->code->firstlineno
					      : code_line(frame->code, frame->offset);
	const struct frame_id_key key = { frame->code->id, line };
	struct frame_id *id;
	struct error *err;

	HASH_FIND(hh, recorder->frame_ids, &key, sizeof(key), id);
	/* two instances of different classes may share a method's code */
	if (id && !(options->class_names && frame->code->first_argument[0])) {
		*ret = id->frame;
		return NULL;
	}
	err = make_frame(recorder, python, frame, line, ret);
	if (err || id)
		return err;
	if (HASH_COUNT(recorder->frame_ids) >= FRAME_IDS_MAX)
		forget_frame_ids(recorder);
	id = calloc(1, sizeof(*id));
	if (!id)
		return &error_nomem;
	id->key = key;
	id->frame = *ret;
	HASH_ADD(hh, recorder->frame_ids, key, sizeof(id->key), id);
	if (!id->hh.tbl) {
		free(id);
		return &error_nomem;
	}
	return NULL;
}

static struct error *child_of_kind(struct stack_recorder *recorder, uint32_t parent,
				   enum frame_kind kind, const char *name, uint32_t *ret)
{
	struct error *err;
	uint32_t frame;

	err = profile_frame(recorder->profile, kind, name, "", 0, &frame);
	return err ? err : profile_child(recorder->profile, parent, frame, ret);
}

static char *thread_label(struct python *python, const struct py_thread *thread)
{
	const char *name = python_thread_name(python, thread);
	char *label = NULL;
	int length;

	if (thread->tid)
		length = asprintf(&label, "thread (%d)%s%s", thread->tid, *name ? ": " : "", name);
	else
		length = asprintf(&label, "thread (0x%llX)%s%s", (unsigned long long)thread->ident,
				  *name ? ": " : "", name);
	return length < 0 ? NULL : label;
}

/* The node under which a thread's frames go: process, interpreter, thread. */
static struct error *find_base(struct stack_recorder *recorder, const struct py_thread *thread,
			       struct thread_memory *memory)
{
	struct error *err = NULL;
	char name[48];

	memory->levels.count = 0;
	memory->base = recorder->base;
	if (thread->interp_id > 0) {
		snprintf(name, sizeof(name), "interpreter %lld", (long long)thread->interp_id);
		err = child_of_kind(recorder, memory->base, FRAME_INTERPRETER, name, &memory->base);
	}
	if (!err && memory->label)
		err = child_of_kind(recorder, memory->base, FRAME_THREAD, memory->label,
				    &memory->base);
	return err;
}

/* Asks for the thread's name when it is time; *changed when it is another than before. */
static struct error *refresh_label(struct python *python, const struct py_thread *thread,
				   struct thread_memory *memory, bool *changed)
{
	CLEANUP(freep)
	char *label = NULL;

	if (clock_now_ns() < memory->label_due_ns)
		return NULL;
	memory->label_due_ns = clock_now_ns() + LABEL_PERIOD_NS;
	label = thread_label(python, thread);
	if (!label)
		return &error_nomem;
	if (memory->label && !strcmp(memory->label, label))
		return NULL;
	free(memory->label);
	memory->label = take_ptr(label);
	*changed = true;
	return NULL;
}

static struct error *recall_thread(struct stack_recorder *recorder, struct python *python,
				   const struct py_thread *thread, struct thread_memory **ret)
{
	struct thread_memory *memory;
	bool changed = false;
	struct error *err;

	HASH_FIND(hh, recorder->threads, &thread->tstate, sizeof(thread->tstate), memory);
	if (!memory) {
		memory = calloc(1, sizeof(*memory));
		if (!memory)
			return &error_nomem;
		memory->tstate = thread->tstate;
		HASH_ADD(hh, recorder->threads, tstate, sizeof(memory->tstate), memory);
		if (!memory->hh.tbl) {
			free(memory);
			return &error_nomem;
		}
		changed = true;
	}
	if (memory->tid != thread->tid || memory->interp_id != thread->interp_id) {
		memory->tid = thread->tid;
		memory->interp_id = thread->interp_id;
		memory->label_due_ns = 0;
		changed = true;
	}
	memory->sample = recorder->samples;
	if (recorder->options->threads) {
		err = refresh_label(python, thread, memory, &changed);
		if (err)
			return err;
	}
	err = changed ? find_base(recorder, thread, memory) : NULL;
	if (!err)
		*ret = memory;
	return err;
}

/* How many frames from the root on are as they were. */
static size_t unchanged_levels(const struct py_thread *thread, const struct thread_memory *memory)
{
	size_t same = 0;

	while (same < thread->frame_count && same < memory->levels.count) {
		const struct py_frame *frame = &thread->frames[thread->frame_count - 1 - same];
		const struct level *level = &memory->levels.items[same];

		if (frame->code->id != level->code || frame->offset != level->offset)
			break;
		same++;
	}
	return same;
}

/* The node of the thread's stack. */
static struct error *find_node(struct stack_recorder *recorder, struct python *python,
			       const struct py_thread *thread, struct thread_memory *memory,
			       uint32_t *ret)
{
	/* under "<elided>" nothing is as it was under the root */
	bool is_new = recorder->options->class_names || thread->stack_state == PY_STACK_ELIDED;
	size_t same = is_new ? 0 : unchanged_levels(thread, memory);
	uint32_t node = same ? memory->levels.items[same - 1].node : memory->base;
	struct error *err = NULL;

	memory->levels.count = same;
	if (!array_reserve(&memory->levels, thread->frame_count - same))
		return &error_nomem;
	if (thread->stack_state == PY_STACK_ELIDED)
		err = child_of_kind(recorder, node, FRAME_MARKER, "<elided>", &node);
	for (size_t i = same; !err && i < thread->frame_count; i++) {
		const struct py_frame *frame = &thread->frames[thread->frame_count - 1 - i];
		uint32_t number;

		err = find_frame(recorder, python, frame, &number);
		if (!err)
			err = profile_child(recorder->profile, node, number, &node);
		if (!err)
			memory->levels.items[memory->levels.count++] =
				(struct level) { frame->code->id, frame->offset, node };
	}
	if (thread->stack_state == PY_STACK_ELIDED)
		memory->levels.count = 0;
	*ret = node;
	return err;
}

static struct error *add_unreadable(struct stack_recorder *recorder, const struct py_thread *thread,
				    uint32_t base, struct stats *stats)
{
	bool is_fault = thread->stack_state == PY_STACK_FAULT;
	struct error *err;
	uint32_t node;

	err = child_of_kind(recorder, base, FRAME_MARKER, is_fault ? "<unreadable>" : "<torn>",
			    &node);
	if (err)
		return err;
	if (is_fault)
		stats->faults++;
	else
		stats->torn++;
	stats->samples++;
	profile_add(recorder->profile, node, 1);
	return NULL;
}

static struct error *add_thread(struct stack_recorder *recorder, struct python *python,
				const struct py_thread *thread, struct stats *stats)
{
	struct thread_memory *memory = NULL;
	struct error *err;
	uint32_t node;

	err = recall_thread(recorder, python, thread, &memory);
	if (err)
		return err;
	if (thread->stack_state == PY_STACK_TORN || thread->stack_state == PY_STACK_FAULT)
		return add_unreadable(recorder, thread, memory->base, stats);
	if (!thread->frame_count)
		return NULL; /* between two calls into Python: there is no stack to count */
	err = find_node(recorder, python, thread, memory, &node);
	if (err)
		return err;
	if (thread->stack_state == PY_STACK_ELIDED)
		stats->elided++;
	stats->samples++;
	profile_add(recorder->profile, node, 1);
	return NULL;
}

/* Left out as waiting, and counted as that? */
static bool is_hidden(const struct sampler_options *options, const struct py_thread *thread,
		      struct stats *stats)
{
	if (options->idle || thread->state == PY_THREAD_RUNNING)
		return false;
	stats->hidden_waiting++;
	if (thread->state == PY_THREAD_GIL_WAIT)
		stats->hidden_gil++;
	return true;
}

struct error *stack_recorder_add(struct stack_recorder *recorder, struct python *python,
				 const struct py_sample *sample, struct stats *stats)
{
	const struct sampler_options *options = recorder->options;

	recorder->samples++;
	if (recorder->samples % FORGET_SAMPLES == 0)
		forget_threads(recorder, false);
	for (size_t i = 0; i < sample->count; i++) {
		const struct py_thread *thread = &sample->threads[i];
		struct error *err;

		if (thread->shadowed || (options->gil_only && !thread->holds_gil) ||
		    is_hidden(options, thread, stats))
			continue;
		err = add_thread(recorder, python, thread, stats);
		if (err)
			return err;
	}
	return NULL;
}
