/*
 * stacks.c - the stacks of a look as nodes of the dictionary, looking up only what changed since
 * the last one.
 */
#include "stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"

enum {
	NAME_PERIOD_NS = 100 * CLOCK_MS_NS, /* a thread's name is asked for this often */
	FRAME_IDS_MAX = 1 << 18,            /* remembered; code that is made anew all the time */
	FORGET_SAMPLES = 4096,              /* threads not seen for so long are forgotten */
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
	uint64_t name_due_ns;
	uint32_t thread;      /* index in the dictionary */
	uint64_t sample;      /* in which it was last seen */
	uint64_t node_sample; /* in which it last had a node: that of its whole stack */
	uint32_t node;
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
	struct profile *dictionary;
	struct short_names *short_names;
	struct source_origin *origin; /* NULL until the process is known */
	struct thread_memory *threads;
	struct frame_id *frame_ids;
	uint32_t process_index; /* in the dictionary */
	bool is_known;          /* that index is set */
	uint64_t samples;
	uint64_t now_ns; /* of the last one */
};

static void stack_recorder_destroyp(struct stack_recorder **recorder)
{
	stack_recorder_destroy(*recorder);
}

/* What may be told of its command: confidential: the program alone. */
static char *command_of(const struct stack_recorder *recorder)
{
	const struct process *process = recorder->process;

	return recorder->options->confidential ? process_program_name(process)
					       : process_command_line(process);
}

/* The process as it is now: after an exec it is another one. */
static struct error *add_process(struct stack_recorder *recorder, const struct python *python)
{
	CLEANUP(freep)
	char *command = command_of(recorder);
	char version[64] = "";
	const struct process_info process = {
		.pid = recorder->process->pid,
		.parent = process_parent(recorder->process->pid),
		.command = command ? command : "",
		.exe = recorder->process->exe ? recorder->process->exe : "",
		.python = version,
	};
	struct error *err;

	if (!command)
		return &error_nomem;
	if (python) {
		const struct py_layout *layout = python_layout(python);

		layout_version_text(&layout->version, layout->flavour, version);
	}
	err = profile_process(recorder->dictionary, &process, &recorder->process_index);
	recorder->is_known = !err;
	if (!err && recorder->options->sources)
		err = source_origin_create(recorder->process, &recorder->origin);
	return err;
}

struct error *stack_recorder_create(const struct sampler_options *options,
				    const struct process *process, struct profile *dictionary,
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
	recorder->dictionary = dictionary;
	err = short_names_create(process->pid, &recorder->short_names);
	if (err)
		return err;
	*ret = take_ptr(recorder);
	return NULL;
}

static void thread_memory_destroy(struct stack_recorder *recorder, struct thread_memory *thread)
{
	HASH_DEL(recorder->threads, thread);
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
	recorder->is_known = false;
	source_origin_release(take_ptr(recorder->origin));
}

void stack_recorder_destroy(struct stack_recorder *recorder)
{
	if (!recorder)
		return;
	stack_recorder_reset(recorder);
	short_names_destroy(recorder->short_names);
	free(recorder);
}

static int32_t last_line(const struct code *code)
{
	int32_t last = code->firstlineno;

	for (size_t i = 0; i < code->lines.count; i++)
		if (code->lines.items[i].line > last)
			last = code->lines.items[i].line;
	return last;
}

static struct error *make_frame(struct stack_recorder *recorder, struct python *python,
				const struct py_frame *frame, int32_t line, uint32_t *ret)
{
	const struct code *code = frame->code;
	CLEANUP(freep)
	char *class_name = recorder->options->class_names ? python_class_name(python, frame) : NULL;
	CLEANUP(freep)
	char *qualified = NULL;
	struct func func = {
		.kind = FRAME_PYTHON,
		.name = code->name,
		.path = code->filename,
		.file = short_names_get(recorder->short_names, code->filename),
		.first_line = code->firstlineno,
		.last_line = last_line(code),
	};
	size_t known = recorder->dictionary->frame_count;
	struct error *err;
	uint32_t number;

	if (class_name) {
		if (asprintf(&qualified, "%s.%s", class_name, code->name) < 0) {
			qualified = NULL;
			return &error_nomem;
		}
		func.name = qualified;
	}
	err = profile_func(recorder->dictionary, &func, &number);
	if (!err)
		err = profile_frame(recorder->dictionary, number, line, ret);
	if (!err && recorder->origin && recorder->dictionary->frame_count > known)
		err = sources_want(recorder->options->sources, recorder->origin,
				   &recorder->dictionary->funcs[number], line);
	return err;
}

/* The dictionary's number of a frame: remembered by code object and line. */
static struct error *find_frame(struct stack_recorder *recorder, struct python *python,
				const struct py_frame *frame, uint32_t *ret)
{
	int32_t line = code_line(frame->code, frame->offset);
	const struct frame_id_key key = { frame->code->id, line };
	struct frame_id *id;
	struct error *err;

	HASH_FIND(hh, recorder->frame_ids, &key, sizeof(key), id);
	/* two instances of different classes may share a method's code */
	if (id && !(recorder->options->class_names && frame->code->first_argument[0])) {
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

static struct error *marker_below(struct stack_recorder *recorder, uint32_t parent,
				  const char *name, uint32_t *ret)
{
	struct error *err;
	uint32_t frame;

	err = profile_label_frame(recorder->dictionary, FRAME_MARKER, name, &frame);
	return err ? err : profile_child(recorder->dictionary, parent, frame, ret);
}

/* Asks for the thread's name when it is time. */
static struct error *refresh_name(struct stack_recorder *recorder, struct python *python,
				  const struct py_thread *thread, struct thread_memory *memory)
{
	struct thread_info *info = &recorder->dictionary->threads[memory->thread];
	const char *name;

	if (!python || recorder->now_ns < memory->name_due_ns)
		return NULL;
	memory->name_due_ns = recorder->now_ns + NAME_PERIOD_NS;
	name = python_thread_name(python, thread);
	if (!strcmp(info->name, name))
		return NULL;
	name = profile_string(recorder->dictionary, name);
	if (!name)
		return &error_nomem;
	info->name = name;
	return NULL;
}

static struct error *add_thread_info(struct stack_recorder *recorder,
				     const struct py_thread *thread, struct thread_memory *memory)
{
	const struct thread_info info = {
		.process = recorder->process_index,
		.tid = thread->tid,
		.ident = thread->ident,
		.interp = thread->interp_id,
		.name = "",
	};

	memory->tid = thread->tid;
	memory->interp_id = thread->interp_id;
	memory->name_due_ns = 0;
	return profile_thread(recorder->dictionary, &info, &memory->thread);
}

static struct error *recall_thread(struct stack_recorder *recorder, struct python *python,
				   const struct py_thread *thread, struct thread_memory **ret)
{
	struct thread_memory *memory;
	struct error *err = NULL;

	HASH_FIND(hh, recorder->threads, &thread->tstate, sizeof(thread->tstate), memory);
	if (!memory) {
		memory = calloc(1, sizeof(*memory));
		if (!memory)
			return &error_nomem;
		memory->tstate = thread->tstate;
		memory->node_sample = recorder->samples; /* it has no node of the last one */
		HASH_ADD(hh, recorder->threads, tstate, sizeof(memory->tstate), memory);
		if (!memory->hh.tbl) {
			free(memory);
			return &error_nomem;
		}
		err = add_thread_info(recorder, thread, memory);
	} else if (memory->tid != thread->tid || memory->interp_id != thread->interp_id) {
		err = add_thread_info(recorder, thread, memory);
	}
	memory->sample = recorder->samples;
	if (!err)
		err = refresh_name(recorder, python, thread, memory);
	if (!err)
		*ret = memory;
	return err;
}

/* How many frames from the root on are as they were. */
static size_t unchanged_levels(const struct stack_recorder *recorder,
			       const struct py_thread *thread, const struct thread_memory *memory)
{
	size_t same = 0;

	if (memory->node_sample + 1 == recorder->samples)
		same = thread->same_below < memory->levels.count ? thread->same_below
								 : memory->levels.count;

	while (same < thread->frame_count && same < memory->levels.count) {
		const struct py_frame *frame = &thread->frames[thread->frame_count - 1 - same];
		const struct level *level = &memory->levels.items[same];

		if (frame->code->id != level->code || frame->offset != level->offset)
			break;
		same++;
	}
	return same;
}

/* The node of the thread's frames, looked for from the root on. */
static struct error *find_node_of(struct stack_recorder *recorder, struct python *python,
				  const struct py_thread *thread, struct thread_memory *memory,
				  uint32_t *ret)
{
	/* under "<elided>" nothing is as it was under the root */
	bool is_new = recorder->options->class_names || thread->stack_state == PY_STACK_ELIDED;
	size_t same = is_new ? 0 : unchanged_levels(recorder, thread, memory);
	uint32_t node = same ? memory->levels.items[same - 1].node : 0;
	struct error *err = NULL;

	memory->levels.count = same;
	if (!array_reserve(&memory->levels, thread->frame_count - same))
		return &error_nomem;
	if (thread->stack_state == PY_STACK_ELIDED)
		err = marker_below(recorder, node, "<elided>", &node);
	for (size_t i = same; !err && i < thread->frame_count; i++) {
		const struct py_frame *frame = &thread->frames[thread->frame_count - 1 - i];
		uint32_t number;

		err = find_frame(recorder, python, frame, &number);
		if (!err)
			err = profile_child(recorder->dictionary, node, number, &node);
		if (!err)
			memory->levels.items[memory->levels.count++] =
				(struct level) { frame->code->id, frame->offset, node };
	}
	if (thread->stack_state == PY_STACK_ELIDED)
		memory->levels.count = 0;
	*ret = node;
	return err;
}

/* The node of the thread's frames. */
static struct error *find_node(struct stack_recorder *recorder, struct python *python,
			       const struct py_thread *thread, struct thread_memory *memory,
			       uint32_t *ret)
{
	struct error *err = NULL;

	/* a stack without frames, of which all is torn, has nothing in common with the last one */
	if (thread->same_below < thread->frame_count || !thread->frame_count ||
	    memory->node_sample + 1 != recorder->samples)
		err = find_node_of(recorder, python, thread, memory, &memory->node);
	if (err)
		return err;
	memory->node_sample = recorder->samples;
	*ret = memory->node;
	return NULL;
}

static uint8_t state_of(const struct py_thread *thread)
{
	static const uint8_t waits[] = {
		[LWP_WAIT_NONE] = SAMPLE_WAIT_OTHER,  [LWP_WAIT_LOCK] = SAMPLE_WAIT_LOCK,
		[LWP_WAIT_IO] = SAMPLE_WAIT_IO,       [LWP_WAIT_SLEEP] = SAMPLE_WAIT_SLEEP,
		[LWP_WAIT_OTHER] = SAMPLE_WAIT_OTHER,
	};

	if (thread->state == PY_THREAD_RUNNING)
		return SAMPLE_RUNNING;
	return thread->state == PY_THREAD_GIL_WAIT ? SAMPLE_GIL_WAIT : waits[thread->wait];
}

/* What could not be seen has a marker in its place, above what holds together. */
static struct error *mark(struct stack_recorder *recorder, const struct py_thread *thread,
			  struct stats *stats, uint32_t *node)
{
	switch (thread->stack_state) {
	case PY_STACK_TORN:
		stats->torn++;
		return marker_below(recorder, *node, "<torn>", node);
	case PY_STACK_FAULT:
		stats->faults++;
		return marker_below(recorder, *node, "<unreadable>", node);
	case PY_STACK_ELIDED:
		stats->elided++;
		return NULL;
	default:
		return NULL;
	}
}

static struct error *add_thread(struct stack_recorder *recorder, struct python *python,
				const struct py_thread *thread, struct stats *stats,
				struct look *look)
{
	struct thread_memory *memory = NULL;
	struct sample sample = { .state = state_of(thread) };
	struct error *err;

	err = recall_thread(recorder, python, thread, &memory);
	if (err)
		return err;
	if (!thread->frame_count && thread->stack_state != PY_STACK_TORN &&
	    thread->stack_state != PY_STACK_FAULT)
		return NULL; /* between two calls into Python: there is no stack to count */
	err = find_node(recorder, python, thread, memory, &sample.node);
	if (!err)
		err = mark(recorder, thread, stats, &sample.node);
	if (err)
		return err;
	sample.thread = memory->thread;
	if (thread->holds_gil)
		sample.flags |= SAMPLE_HOLDS_GIL;
	if (thread->in_gc)
		sample.flags |= SAMPLE_IN_GC;
	stats->samples++;
	return array_push(look, sample) ? NULL : &error_nomem;
}

struct error *stack_recorder_add(struct stack_recorder *recorder, struct python *python,
				 const struct py_sample *sample, struct stats *stats,
				 struct look *look)
{
	struct error *err = NULL;

	recorder->samples++;
	recorder->now_ns = sample->time_ns;
	if (recorder->samples % FORGET_SAMPLES == 0)
		forget_threads(recorder, false);
	if (!recorder->is_known)
		err = add_process(recorder, python);
	for (size_t i = 0; !err && i < sample->count; i++) {
		const struct py_thread *thread = &sample->threads[i];

		if (!thread->shadowed && (!recorder->options->gil_only || thread->holds_gil))
			err = add_thread(recorder, python, thread, stats, look);
	}
	return err;
}
