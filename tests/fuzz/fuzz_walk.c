/*
 * fuzz_walk.c - whole samples of an interpreter whose memory is wrong, or changes meanwhile.
 *
 * The fake target has threads, frames of every kind, names and variables; the input says which
 * words are overwritten by what and before which read. Whatever stands there, a walk ends, reads
 * nothing of ours that it should not, and says no more than the bounds allow.
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/python/python.c" /* to put an interpreter together without a process */
#include "python/locals.h"
#include "support/fake.h"
#include "support/fake_objects.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"

enum {
	LAYOUTS_MAX = 64,
	CHANGES_MAX = 64,
	SAMPLES = 4,
	DEPTH = 6,
	THREADS = 3,
	VARIABLES = 3,
	GENERATOR = 3, /* which of the frames lies in a generator; C code called the next one */
};

/* One change to the target, as the input has it. */
struct change {
	uint8_t read; /* before which read */
	uint8_t kind; /* of value and place: see apply() */
	uint16_t place, value_low, value_high;
};

struct world {
	struct fake py;
	uint64_t head; /* the word that points to the first interpreter */
	uint64_t runtime;
	size_t first_word, end_word; /* of the arena: threads, frames, code, values */
};

struct run {
	const struct world *world;
	const struct change *changes;
	size_t count, next, undo_count;
	unsigned int reads;
	struct {
		uint64_t *word, was;
	} undo[CHANGES_MAX];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a call leaves behind: its function on the value stack of the caller, which waits. */
static void link_call(struct fake *py, uint64_t caller, uint64_t callee, uint64_t code, int depth)
{
	uint64_t function = fake_function_of(py, code), value = function;
	uint32_t words = VARIABLES;

	if (depth == GENERATOR && py->layout.gen_iframe >= 0) {
		value = callee - (uint64_t)py->layout.gen_iframe;
		words++;
	}
	fake_set_function(py, callee, function);
	fake_runs(py, callee);
	if (py->layout.frame_shape == FRAME_OBJECT || !caller)
		return;
	fake_set_local(py, caller, VARIABLES, value);
	fake_put_away(py, caller, words);
}

static uint64_t build_frame(struct fake *py, uint64_t below, int depth)
{
	static const uint8_t lines[] = { 6, 1, 4, 2 };
	static const struct fake_variable variables[VARIABLES] = {
		{ "self", FAKE_LOCAL }, { "cell", FAKE_LOCAL | FAKE_CELL }, { "text", FAKE_LOCAL }
	};
	const struct fake_code given = {
		.name = "f",
		.qualname = "C.f",
		.filename = "/a/f.py",
		.firstlineno = depth + 1,
		.linetable = lines,
		.linetable_size = sizeof(lines),
		.argcount = 1,
		.variables = variables,
		.variable_count = VARIABLES,
		.stacksize = 2,
	};
	bool from_c = !depth || depth == GENERATOR + 1;
	uint64_t code = fake_code(py, &given), frame, items[2];
	uint64_t previous = from_c ? fake_shim(py, below) : below;

	fake_keep(py, code);
	frame = depth == GENERATOR ? fake_generator_frame(py, previous, code, 2)
				   : fake_frame(py, previous, code, 2 * depth + 2);
	if (from_c)
		fake_set_entry(py, frame);
	link_call(py, below, frame, code, depth);
	items[0] = fake_int(py, depth);
	items[1] = fake_str(py, "item");
	fake_set_local(py, frame, 0, fake_list(py, items, 2));
	fake_set_local(py, frame, 1, fake_cell(py, fake_tuple(py, items, 2)));
	fake_set_local(py, frame, 2, fake_str(py, "some text"));
	return frame;
}

static uint64_t build_thread(struct world *world, uint64_t interp, uint64_t ident)
{
	uint64_t frame = 0, generator = 0, thread;
	int i;

	for (i = 0; i < DEPTH; i++) {
		frame = build_frame(&world->py, frame, i);
		if (i == GENERATOR)
			generator = frame;
	}
	thread = fake_thread(&world->py, interp, ident, (uint32_t)getpid(), frame);
	fake_set_running(&world->py, thread, generator);
	return thread;
}

static struct world *world_of(size_t index)
{
	static struct world *worlds[LAYOUTS_MAX];
	const struct py_layout *layout = fake_layout(index);
	struct world *world;
	uint64_t interp;
	int i;

	if (!layout || worlds[index])
		return worlds[index];
	world = calloc(1, sizeof(*world));
	if (!world)
		abort();
	fake_init(&world->py, layout);
	interp = fake_interp(&world->py, 0);
	world->first_word = world->py.used / 8;
	for (i = 0; i < THREADS; i++)
		build_thread(world, interp, 0x1000 + (uint64_t)i);
	world->end_word = world->py.used / 8;
	world->runtime = fake_runtime(&world->py, interp);
	world->head = world->runtime + (uint64_t)layout->runtime_interpreters_head;
	if (!world->runtime || layout->runtime_interpreters_head < 0) {
		world->head = fake_alloc(&world->py, sizeof(uint64_t));
		fake_put_u64(&world->py, world->head, 0, interp);
	}
	worlds[index] = world;
	return world;
}

/* Most of what is read lies between first_word and end_word; an interpreter is large and empty. */
static void apply(struct fake *py, struct run *run, const struct change *change)
{
	const struct world *world = run->world;
	size_t place =
		change->kind & 8
			? change->place % (py->used / 8)
			: world->first_word + change->place % (world->end_word - world->first_word);
	uint64_t *word = (uint64_t *)(void *)py->bytes + place;
	uint64_t value = change->value_low | (uint64_t)change->value_high << 16;

	run->undo[run->undo_count].word = word;
	run->undo[run->undo_count++].was = *word;
	if (change->kind & 1)
		value = FAKE_BASE +
			(world->first_word + value % (world->end_word - world->first_word)) * 8;
	else if (change->kind & 2)
		value <<= 32;
	else if (change->kind & 4)
		value = *word + value;
	*word = value;
}

static void before_read(struct fake *py, void *arg)
{
	struct run *run = arg;

	for (; run->next < run->count && run->changes[run->next].read <= run->reads; run->next++)
		apply(py, run, &run->changes[run->next]);
	run->reads++;
}

/* Everything that a recording or a dump asks of a sample. */
static void look_at(struct python *python, const struct py_sample *sample)
{
	size_t t, f;

	for (t = 0; t < sample->count; t++) {
		const struct py_thread *thread = &sample->threads[t];

		(void)python_thread_name(python, thread);
		if (thread->frame_count > PY_FRAMES_MAX)
			abort();
		for (f = 0; f < thread->frame_count && f < 2 * DEPTH; f++) {
			const struct py_frame *frame = &thread->frames[f];
			struct py_locals locals;
			struct error *err;

			if (!frame->code->name || !frame->code->filename)
				abort();
			free(python_class_name(python, frame));
			err = locals_read(&python->view, frame->addr, frame->code->addr, 128,
					  &locals);
			if (!err)
				py_locals_deinit(&locals);
			error_destroy(err);
		}
	}
}

static void sample_world(struct world *world, struct run *run)
{
	static const struct py_sample_options options = { 0 };
	struct process process = { .pid = getpid(), .ns_pid = getpid(), .pidfd = -1 };
	struct python *python = calloc(1, sizeof(*python));
	struct py_sample sample;
	struct error *err;
	int i;

	if (!python)
		abort();
	python->process = &process;
	python->mem = &world->py.mem;
	python->location = (struct py_location) { .layout = world->py.layout,
						  .runtime = world->runtime,
						  .heads = { world->head },
						  .head_count = 1 };
	world->py.before_read = before_read;
	world->py.before_read_arg = run;
	err = python_prepare(python);
	for (i = 0; !err && i < SAMPLES; i++) {
		err = python_sample(python, &options, &sample);
		if (!err)
			look_at(python, &sample);
		/* left as it is, all of it is read: else nothing here would be tried */
		if (!run->count &&
		    (err || sample.count != THREADS || sample.threads[0].frame_count != DEPTH))
			abort();
	}
	error_destroy(err);
	world->py.before_read = NULL;
	python->mem = NULL; /* not ours to destroy */
	python_destroy(python);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t layouts;
	struct change changes[CHANGES_MAX];
	struct run run = { .changes = changes };
	struct world *world;

	while (layouts < LAYOUTS_MAX && fake_layout(layouts))
		layouts++;
	if (!size)
		return 0;
	world = world_of(data[0] % layouts);
	run.world = world;
	run.count = (size - 1) / sizeof(changes[0]);
	if (run.count > CHANGES_MAX)
		run.count = CHANGES_MAX;
	memcpy(changes, data + 1, run.count * sizeof(changes[0]));
	sample_world(world, &run);
	while (run.undo_count--)
		*run.undo[run.undo_count].word = run.undo[run.undo_count].was;
	return 0;
}
