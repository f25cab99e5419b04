/*
 * fake_walk.c - walk a fake thread as a sample does.
 */
#include "support/fake_walk.h"

#include <stdlib.h>

#include "support/fake_objects.h"

static void must(struct error *err)
{
	if (err)
		abort();
}

void fake_walk_begin(struct fake_walk *walk, uint64_t frame)
{
	walk->interp = fake_interp(&walk->py, 0);
	walk->thread = fake_thread(&walk->py, walk->interp, 0x7f0000001000, 1, frame);
	walk->plan = tstate_plan(&walk->py.layout);
	must(snapshot_create(&walk->py.mem, &walk->snapshot));
	must(code_cache_create(&walk->py.view, &walk->codes));
	must(frame_walker_init(&walk->walker, &walk->py.view, walk->snapshot, walk->codes));
	if (walk->py.layout.frame_shape == FRAME_OBJECT)
		walk->walker.blocks = &walk->blocks;
}

void fake_walk_end(struct fake_walk *walk)
{
	frame_walker_deinit(&walk->walker);
	code_cache_destroy(walk->codes);
	snapshot_destroy(walk->snapshot);
	array_deinit(&walk->frames);
	frame_blocks_deinit(&walk->blocks);
	walk->snapshot = NULL;
}

struct error *fake_walk_round(struct fake_walk *walk)
{
	struct error *err = snapshot_begin(walk->snapshot);

	walk->frames.count = 0;
	walk->walker.now_ns = walk->now_ns;
	walk->walker.uses_generators = walk->uses_generators;
	code_cache_begin(walk->codes, false, walk->now_ns);
	if (!err)
		err = tstate_read(&walk->py.layout, &walk->plan, walk->snapshot, walk->thread,
				  &walk->tstate);
	if (!err)
		err = frames_walk(&walk->walker, &walk->tstate, &walk->frames, &walk->elided);
	frame_walker_keep_recent(&walk->walker);
	return err;
}

struct error *fake_walk_twice(struct fake_walk *walk)
{
	error_destroy(fake_walk_round(walk));
	return fake_walk_round(walk);
}

void fake_keep(struct fake *py, uint64_t object)
{
	/* Include/object.h: before ob_type; free-threaded ob_ref_local, then ob_ref_shared */
	if (py->layout.flavour & PY_FREE_THREADED)
		fake_put_u32(py, object, py->layout.object_type - 12, 1);
	else
		fake_put_u64(py, object, py->layout.object_type - 8, 1);
}

uint64_t fake_code_with_flags(struct fake *py, const char *name, uint32_t flags)
{
	static const struct fake_variable variables[FAKE_FIRST_VALUE] = { { "a", FAKE_LOCAL },
									  { "b", FAKE_LOCAL } };
	const struct fake_code code = {
		.name = name,
		.filename = "plain.py",
		.firstlineno = 7,
		.flags = flags,
		.variables = variables,
		.variable_count = FAKE_FIRST_VALUE,
		.stacksize = 4,
	};
	uint64_t object = fake_code(py, &code);

	fake_keep(py, object);
	return object;
}

uint64_t fake_plain_code(struct fake *py, const char *name)
{
	return fake_code_with_flags(py, name, 0);
}

uint64_t fake_function_of(struct fake *py, uint64_t code)
{
	uint64_t function = fake_function(py, "f");

	fake_put_u64(py, function, py->layout.function_code, code);
	return function;
}

void fake_put_away(struct fake *py, uint64_t frame, uint32_t words)
{
	const struct py_layout *l = &py->layout;

	fake_put_u32(py, frame, l->frame_stacktop, words);
	fake_put_u64(py, frame, l->frame_stackpointer,
		     frame + (uint64_t)l->frame_localsplus + 8 * (uint64_t)words);
}

void fake_runs(struct fake *py, uint64_t frame)
{
	fake_put_u32(py, frame, py->layout.frame_stacktop, UINT32_MAX);
	fake_put_u64(py, frame, py->layout.frame_stackpointer, 0);
}

void fake_set_function(struct fake *py, uint64_t frame, uint64_t function)
{
	fake_put_u64(py, frame, py->layout.frame_func, function | (py->layout.stackref_mask & 1));
}

void fake_called(struct fake *py, uint64_t caller, uint64_t callee, uint64_t function)
{
	fake_set_function(py, callee, function);
	fake_runs(py, callee);
	if (py->layout.frame_shape == FRAME_OBJECT)
		return;
	fake_set_local(py, caller, FAKE_FIRST_VALUE, function);
	fake_put_away(py, caller, FAKE_FIRST_VALUE);
}

void fake_set_entry(struct fake *py, uint64_t frame)
{
	fake_put_u8(py, frame, py->layout.frame_is_entry, 1);
}

const char *const fake_program_names[FAKE_DEPTH] = { "<module>", "outer", "inner" };

void fake_program_build(struct fake_program *program)
{
	struct fake *py = &program->walk.py;
	uint64_t below = fake_shim(py, 0);

	for (int i = 0; i < FAKE_DEPTH; i++) {
		program->codes[i] = fake_plain_code(py, fake_program_names[i]);
		program->functions[i] = fake_function_of(py, program->codes[i]);
		program->frames[i] =
			fake_frame(py, below, program->codes[i], fake_program_offset(i));
		below = program->frames[i];
		if (i)
			fake_called(py, program->frames[i - 1], below, program->functions[i]);
	}
	fake_set_function(py, program->frames[0], program->functions[0]);
	fake_set_entry(py, program->frames[0]);
}

void fake_program_end(struct fake_program *program)
{
	if (program->walk.snapshot)
		fake_walk_end(&program->walk);
	fake_deinit(&program->walk.py);
	*program = (struct fake_program) { 0 };
}
