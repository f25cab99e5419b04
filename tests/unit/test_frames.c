/*
 * Stacks that hold together come out whole, leaf first, whatever the shape of their frames.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/fake_objects.h"
#include "support/fake_walk.h"

enum { MODULE = FAKE_MODULE, OUTER = FAKE_OUTER, INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

/* The frames of the last round are those of `depth` and below. */
static void check_frames(const struct fake_program *program, int depth)
{
	const struct fake_walk *walk = &program->walk;

	cr_assert_eq(walk->frames.count, (size_t)depth + 1, "%s: %zu frames",
		     fake_program_layout(program), walk->frames.count);
	for (int i = 0; i <= depth; i++) {
		const struct py_frame *frame = &walk->frames.items[depth - i];

		cr_assert_eq(frame->addr, program->frames[i], "%s", fake_program_layout(program));
		cr_assert_eq(frame->code->addr, program->codes[i]);
		cr_assert_str_eq(frame->code->name, fake_program_names[i]);
		cr_assert_eq(frame->offset, fake_program_offset(i), "%s: %d",
			     fake_program_layout(program), frame->offset);
	}
	cr_assert(!walk->elided);
}

Test(frames, a_stack_is_torn_when_first_seen_and_whole_from_then_on)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		fake_program_build(&program);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		cr_assert_eq(fake_walk_round(&program.walk), &error_torn, "%s",
			     fake_program_layout(&program));
		for (int i = 0; i < 8; i++) {
			cr_assert_null(fake_walk_round(&program.walk), "%s",
				       fake_program_layout(&program));
			check_frames(&program, INNER);
		}
	}
}

Test(frames, a_known_stack_costs_one_read)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		fake_program_build(&program);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		for (int i = 0; i < 8; i++)
			error_destroy(fake_walk_round(&program.walk));
		program.walk.py.mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk));
		cr_assert_eq(program.walk.py.mem.calls, 1, "%s", fake_program_layout(&program));
	}
}

Test(frames, calls_that_the_value_stack_shows_need_no_second_look)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		fake_program_build(&program);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		error_destroy(fake_walk_round(&program.walk));
		program.walk.py.mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk));
		/* without entry frames the end of the chain is looked at again */
		if (program.walk.py.layout.shim_owner < 256)
			cr_assert_leq(program.walk.py.mem.calls, 2, "%s",
				      fake_program_layout(&program));
		else
			cr_assert_gt(program.walk.py.mem.calls, 2, "%s",
				     fake_program_layout(&program));
	}
}

Test(frames, a_thread_without_frames)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		fake_walk_begin(&program.walk, 0);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		cr_assert_eq(program.walk.frames.count, 0);
	}
}

Test(frames, before_the_first_instruction)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		fake_program_build(&program);
		fake_set_offset(&program.walk.py, program.frames[INNER], -1);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		cr_assert_eq(program.walk.frames.count, DEPTH);
		cr_assert_eq(program.walk.frames.items[0].offset, -1);
	}
}

Test(frames, are_appended)
{
	struct fake_program program = { 0 };
	const struct py_frame other = { .addr = 1 };

	cr_assert(fake_start(&program.walk.py, 0));
	fake_program_build(&program);
	fake_walk_begin(&program.walk, program.frames[INNER]);
	cr_assert_null(fake_walk_twice(&program.walk));
	program.walk.frames.count = 0;
	cr_assert(array_push(&program.walk.frames, other));
	cr_assert_null(frames_walk(&program.walk.walker, &program.walk.tstate, &program.walk.frames,
				   &program.walk.elided));
	cr_assert_eq(program.walk.frames.count, 1 + DEPTH);
	cr_assert_eq(program.walk.frames.items[0].addr, 1);
	cr_assert_eq(program.walk.frames.items[1].addr, program.frames[INNER]);
	fake_program_end(&program);
}

Test(frames, entry_frames_are_not_shown)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;

		fake_program_build(&program);
		/* outer() calls inner() through C, and C code runs on top of that */
		fake_set_previous(py, program.frames[INNER], fake_shim(py, program.frames[OUTER]));
		fake_set_entry(py, program.frames[INNER]);
		fake_put_away(py, program.frames[INNER], FAKE_FIRST_VALUE);
		fake_walk_begin(&program.walk, fake_shim(py, program.frames[INNER]));
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_frames(&program, INNER);
	}
}

Test(frames, the_interpreters_own_code_is_not_shown)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		struct fake_code own = { .name = "__init__", .stacksize = 1 };
		uint64_t code, frame, init;

		if (l->code_framesize < 0)
			continue;
		/* one string is its name and its file */
		code = fake_code(py, &own);
		fake_keep(py, code);
		fake_put_u64(py, code, l->code_filename, fake_get_u64(py, code, l->code_name));
		fake_program_build(&program);
		frame = fake_frame(py, program.frames[INNER], code, 2);
		fake_put_away(py, program.frames[INNER], FAKE_FIRST_VALUE);
		fake_put_away(py, frame, 0);
		init = fake_frame(py, frame, program.codes[OUTER], 8);
		fake_set_local(py, program.frames[INNER], FAKE_FIRST_VALUE,
			       program.functions[OUTER]);
		fake_set_function(py, init, program.functions[OUTER]);
		fake_runs(py, init);
		fake_walk_begin(&program.walk, init);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		cr_assert_eq(program.walk.frames.count, DEPTH + 1);
		cr_assert_eq(program.walk.frames.items[0].addr, init);
		cr_assert_eq(program.walk.frames.items[1].addr, program.frames[INNER]);
	}
}

Test(frames, generators_lie_outside_of_the_data_stack)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t generator, leaf;

		fake_program_build(&program);
		generator =
			fake_generator_frame(py, program.frames[INNER], program.codes[OUTER], 6);
		leaf = fake_frame(py, generator, program.codes[INNER], 4);
		if (py->layout.gen_iframe >= 0) {
			fake_set_local(py, program.frames[INNER], FAKE_FIRST_VALUE,
				       generator - (uint64_t)py->layout.gen_iframe);
			fake_put_away(py, program.frames[INNER], FAKE_FIRST_VALUE + 1);
		}
		fake_called(py, generator, leaf, program.functions[INNER]);
		fake_walk_begin(&program.walk, leaf);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		cr_assert_eq(program.walk.frames.count, DEPTH + 2);
		cr_assert_eq(program.walk.frames.items[0].addr, leaf);
		cr_assert_eq(program.walk.frames.items[1].addr, generator);
		cr_assert_eq(program.walk.frames.items[1].offset, 6);
		cr_assert_eq(program.walk.frames.items[2].addr, program.frames[INNER]);
	}
}

Test(frames, several_chunks_of_the_data_stack)
{
	enum { FRAMES = 40, STACK = 200 /* words: nine frames a chunk */ };
	struct fake_walk walk = { 0 };

	for (size_t index = 0; fake_start(&walk.py, index); index++) {
		const struct fake_code large = { .name = "large", .stacksize = STACK };
		uint64_t code = fake_code(&walk.py, &large), frame = fake_shim(&walk.py, 0);
		uint64_t function = fake_function_of(&walk.py, code), frames[FRAMES];

		fake_keep(&walk.py, code);
		for (int i = 0; i < FRAMES; i++) {
			frames[i] = fake_frame(&walk.py, frame, code, 2 + i);
			if (i)
				fake_called(&walk.py, frame, frames[i], function);
			frame = frames[i];
		}
		fake_set_entry(&walk.py, frames[0]);
		fake_walk_begin(&walk, frame);
		cr_assert_null(fake_walk_twice(&walk), "%s", fake_layout_name(&walk.py.layout));
		cr_assert_eq(walk.frames.count, FRAMES);
		for (int i = 0; i < FRAMES; i++)
			cr_assert_eq(walk.frames.items[FRAMES - 1 - i].addr, frames[i]);
		if (walk.py.layout.frame_shape != FRAME_OBJECT)
			cr_assert_gt(walk.walker.datastack.windows.count, 3);
		fake_walk_end(&walk);
		fake_deinit(&walk.py);
		walk = (struct fake_walk) { 0 };
	}
}

/* Free-threaded: each thread has a copy of the instructions. */
Test(frames, instructions_of_a_threads_own)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		uint64_t copies, copy;

		if (!(l->flavour & PY_FREE_THREADED) || l->code_tlbc < 0)
			continue;
		fake_program_build(&program);
		copies = fake_alloc(py, 4 * 8);
		copy = fake_alloc(py, 64);
		fake_put_u64(py, copies, 0, 3);
		fake_put_u64(py, copies, 3 * 8, copy);
		fake_put_u64(py, program.codes[INNER], l->code_tlbc, copies);
		fake_put_u32(py, program.frames[INNER], l->frame_tlbc_index, 2);
		fake_put_u64(py, program.frames[INNER], l->frame_instr,
			     copy + (uint64_t)fake_program_offset(INNER));
		fake_walk_begin(&program.walk, program.frames[INNER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_frames(&program, INNER);
		fake_put_u32(py, program.frames[INNER], l->frame_tlbc_index, UINT32_MAX);
		cr_assert_eq(fake_walk_round(&program.walk), &error_torn);
	}
}

/* Frames of three words, as many as there can be: only their number matters. */
static void walk_many(size_t count, bool elided)
{
	enum { SIZE = 24 };
	struct fake_walk walk = { 0 };
	struct py_layout *l = &walk.py.layout;
	uint64_t code, frames, below = 0;

	cr_assert(fake_start(&walk.py, 0));
	code = fake_plain_code(&walk.py, "f");
	l->frame_previous = 0;
	l->frame_code = 8;
	l->frame_instr = 16;
	frames = fake_alloc(&walk.py, count * SIZE);
	for (size_t i = 0; i < count; i++) {
		fake_put_u64(&walk.py, frames + i * SIZE, l->frame_previous, below);
		fake_put_u64(&walk.py, frames + i * SIZE, l->frame_code, code);
		fake_put_u32(&walk.py, frames + i * SIZE, l->frame_instr, (uint32_t)i % 64);
		below = frames + i * SIZE;
	}
	fake_walk_begin(&walk, below);
	cr_assert_null(fake_walk_twice(&walk));
	cr_assert_eq(walk.frames.count, PY_FRAMES_MAX);
	cr_assert_eq(walk.frames.items[0].addr, below);
	cr_assert_eq(walk.elided, elided);
	fake_walk_end(&walk);
	fake_deinit(&walk.py);
}

Test(frames, as_many_as_there_may_be)
{
	walk_many(PY_FRAMES_MAX, false);
}

Test(frames, more_than_there_may_be_lack_those_next_to_the_root)
{
	walk_many(PY_FRAMES_MAX + 1, true);
}
