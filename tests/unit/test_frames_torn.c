/*
 * Whatever stands where frames should be, a walk ends, and what did not exist is not shown.
 */
#include <criterion/criterion.h>

#include "support/fake_objects.h"
#include "support/fake_walk.h"

enum { MODULE = FAKE_MODULE, OUTER = FAKE_OUTER, INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

static bool has_data_stack(const struct fake_program *program)
{
	return program->walk.py.layout.frame_shape != FRAME_OBJECT;
}

/* Walks it often enough to have everything predicted: it is always that error. */
static void check_error(struct fake_program *program, const struct error *expected)
{
	for (int i = 0; i < 5; i++) {
		const struct error *err = fake_walk_round(&program->walk);

		cr_assert(err, "%s", fake_program_layout(program));
		if (i)
			cr_assert_eq(err, expected, "%s: %s", fake_program_layout(program),
				     error_message(err));
	}
}

static void begin(struct fake_program *program)
{
	fake_program_build(program);
	fake_walk_begin(&program->walk, program->frames[INNER]);
}

Test(frames_torn, a_chain_that_runs_in_a_circle)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		begin(&program);
		fake_set_previous(&program.walk.py, program.frames[MODULE], program.frames[INNER]);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_frame_that_calls_itself)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		begin(&program);
		fake_set_previous(&program.walk.py, program.frames[OUTER], program.frames[OUTER]);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, entry_frames_that_run_in_a_circle)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t first, second;

		if (!has_data_stack(&program) || py->layout.shim_owner > 255)
			continue;
		begin(&program);
		first = fake_shim(py, 0);
		second = fake_shim(py, first);
		fake_set_previous(py, first, second);
		fake_set_previous(py, program.frames[MODULE], second);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_frame_outside_of_its_place)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		uint64_t leaf;

		if (!has_data_stack(&program))
			continue;
		fake_program_build(&program);
		/* a hole of two words below it */
		fake_put_u64(py, py->chunk, l->chunk_top,
			     fake_get_u64(py, py->chunk, l->chunk_top) + 2);
		leaf = fake_frame(py, program.frames[INNER], program.codes[OUTER], 8);
		fake_called(py, program.frames[INNER], leaf, program.functions[OUTER]);
		fake_walk_begin(&program.walk, leaf);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_frame_that_a_thread_owns_outside_of_the_data_stack)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t leaf;

		if (!has_data_stack(&program))
			continue;
		fake_program_build(&program);
		leaf = fake_generator_frame(py, program.frames[INNER], program.codes[OUTER], 8);
		fake_called(py, program.frames[INNER], leaf, program.functions[OUTER]);
		fake_put_u8(py, leaf, py->layout.frame_owner, 0);
		fake_walk_begin(&program.walk, leaf);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, an_instruction_outside_of_its_code)
{
	static const int32_t outside[] = { 64, 66, 1 << 20, INT32_MAX - 1 };
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		for (int depth = MODULE; depth < DEPTH; depth++) {
			size_t i = (size_t)depth % (sizeof(outside) / sizeof(outside[0]));

			if (program.walk.snapshot)
				fake_walk_end(&program.walk);
			program.walk = (struct fake_walk) { .py = program.walk.py };
			begin(&program);
			fake_set_offset(&program.walk.py, program.frames[depth], outside[i]);
			check_error(&program, &error_torn);
		}
	}
}

Test(frames_torn, what_is_no_code_object)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;

		begin(&program);
		/* the walk has seen a code object, so that it knows their type */
		error_destroy(fake_walk_twice(&program.walk));
		fake_put_u64(py, program.frames[OUTER], py->layout.frame_code,
			     fake_str(py, "not code, and long enough to be read as such: "
					  "............................................"
					  "............................................"
					  "............................................"));
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, code_that_cannot_be_read)
{
	static const uint64_t addresses[] = { 8, FAKE_BASE + 16, UINT64_MAX & ~UINT64_C(7) };
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;

		begin(&program);
		for (size_t i = 0; i < 3; i++) {
			fake_put_u64(py, program.frames[OUTER], py->layout.frame_code,
				     addresses[i]);
			check_error(&program, &error_torn);
		}
	}
}

Test(frames_torn, a_frame_that_cannot_be_read)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		begin(&program);
		fake_set_previous(&program.walk.py, program.frames[OUTER], 0x1000);
		check_error(&program, &error_fault);
		fake_set_previous(&program.walk.py, program.frames[OUTER], UINT64_MAX - 7);
		check_error(&program, &error_fault);
		fake_set_previous(&program.walk.py, program.frames[OUTER],
				  program.frames[MODULE] + 1);
		check_error(&program, &error_torn);
	}
}

/* The function of the current frame is written before its code is. */
Test(frames_torn, a_function_of_other_code)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;

		if (py->layout.frame_func < 0)
			continue;
		begin(&program);
		fake_set_function(py, program.frames[INNER], program.functions[OUTER]);
		fake_set_local(py, program.frames[OUTER], FAKE_FIRST_VALUE,
			       program.functions[OUTER]);
		check_error(&program, &error_torn);
		fake_set_function(py, program.frames[INNER], 0x1000);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_chunk_before_itself)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;

		if (!has_data_stack(&program))
			continue;
		fake_program_build(&program);
		fake_put_u64(py, py->chunk, py->layout.chunk_previous, py->chunk);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_top_that_is_not_in_its_chunk)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t chunk, tops[4];

		if (!has_data_stack(&program))
			continue;
		begin(&program);
		chunk = fake_get_u64(py, program.walk.thread, py->layout.tstate_datastack_chunk);
		tops[0] = chunk - 8;
		tops[1] = 0;
		tops[2] = chunk + (65 << 20);
		tops[3] = UINT64_MAX;
		for (size_t i = 0; i < 4; i++) {
			fake_put_u64(py, program.walk.thread, py->layout.tstate_datastack_top,
				     tops[i]);
			check_error(&program, &error_torn);
		}
	}
}

Test(frames_torn, an_older_chunk_that_says_it_is_huge)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		uint64_t chunk;

		if (!has_data_stack(&program))
			continue;
		begin(&program);
		chunk = fake_alloc(py, 16 * 1024);
		fake_put_u64(py, fake_get_u64(py, program.walk.thread, l->tstate_datastack_chunk),
			     l->chunk_previous, chunk);
		fake_put_u64(py, chunk, l->chunk_top, (8 << 20) + 1);
		check_error(&program, &error_torn);
		fake_put_u64(py, chunk, l->chunk_top, UINT64_MAX);
		check_error(&program, &error_torn);
	}
}

Test(frames_torn, a_process_that_is_gone)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		begin(&program);
		error_destroy(fake_walk_twice(&program.walk));
		program.walk.py.gone = true;
		cr_assert_eq(fake_walk_round(&program.walk), &error_gone);
		cr_assert_eq(fake_walk_round(&program.walk), &error_gone);
	}
}
