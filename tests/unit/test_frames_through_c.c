/*
 * Python code that C code calls: nothing ties its frame to the one below but where it lies, and
 * that it is at work.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "support/fake_objects.h"
#include "support/running.h"

enum { OUTER = FAKE_OUTER, INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

static bool has_data_stack(const struct fake_program *program)
{
	return program->walk.py.layout.frame_shape != FRAME_OBJECT;
}

#define EACH_WITH_DATA_STACK(program)                                                              \
	FAKE_EACH_PROGRAM(program)                                                                 \
	if (has_data_stack(&(program)))

/* From now on outer() calls inner() through C, and stands in that call; the entry frame's address.
 */
static uint64_t go_through_c(struct fake_program *program)
{
	struct fake *py = &program->walk.py;
	uint64_t shim;

	fake_set_local(py, program->frames[OUTER], FAKE_FIRST_VALUE, 0);
	fake_runs(py, program->frames[OUTER]);
	fake_set_entry(py, program->frames[INNER]);
	shim = fake_shim(py, program->frames[OUTER]);
	fake_set_previous(py, program->frames[INNER], shim);
	return shim;
}

static uint64_t call_through_c(struct fake_program *program)
{
	fake_program_build(program);
	return go_through_c(program);
}

/* No call is known any more. */
static void forget_calls(struct fake_program *program)
{
	edge_set_destroy(program->walk.walker.edges);
	cr_assert_null(edge_set_create(&program->walk.walker.edges));
}

static void check_leaf(const struct fake_program *program, int leaf)
{
	const struct fake_walk *walk = &program->walk;

	cr_assert_eq(walk->frames.count, (size_t)leaf + 1, "%s: %zu", fake_program_layout(program),
		     walk->frames.count);
	cr_assert_eq(walk->frames.items[0].addr, program->frames[leaf], "%s",
		     fake_program_layout(program));
}

/* Ends it as a return does: until 3.13 it puts its stack pointer away, then its code is gone. */
static void end_call(struct fake_program *program, int frame)
{
	struct fake *py = &program->walk.py;

	if (py->layout.frame_stackpointer < 0)
		fake_put_away(py, program->frames[frame], FAKE_FIRST_VALUE);
	else
		fake_put_u64(py, program->frames[frame], py->layout.frame_code, 0);
}

Test(frames_through_c, what_is_at_work_was_called_by_what_it_lies_on)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		fake_program_build(&program);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		for (int i = 0; i < 5; i++) /* the end of the chain becomes known */
			error_destroy(fake_walk_round(&program.walk));
		go_through_c(&program);
		program.walk.py.mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, INNER);
		/* all at once, and what is new: nothing was looked at again, which takes three more
		 */
		cr_assert_leq(program.walk.py.mem.calls, 3, "%s: %d", fake_program_layout(&program),
			      (int)program.walk.py.mem.calls);
	}
}

Test(frames_through_c, what_was_called_since_is_shown)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		uint64_t shim = call_through_c(&program);

		/* known to the walker, so that it is copied together with the rest */
		fake_walk_begin(&program.walk, program.frames[INNER]);
		for (int i = 0; i < 3; i++)
			error_destroy(fake_walk_round(&program.walk));
		forget_calls(&program);
		fake_set_frame(&program.walk.py, program.walk.thread, program.frames[OUTER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, INNER);
		/* so it is where the current frame is yet the entry frame, or is it again */
		if (shim != program.frames[OUTER]) {
			fake_set_frame(&program.walk.py, program.walk.thread, shim);
			cr_assert_null(fake_walk_twice(&program.walk), "%s",
				       fake_program_layout(&program));
			check_leaf(&program, INNER);
		}
	}
}

Test(frames_through_c, what_has_ended_is_not)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		call_through_c(&program);
		fake_walk_begin(&program.walk, program.frames[OUTER]);
		end_call(&program, INNER);
		for (int i = 0; i < 4; i++) {
			error_destroy(fake_walk_round(&program.walk));
			for (size_t k = 0; k < program.walk.frames.count; k++)
				cr_assert_neq(program.walk.frames.items[k].addr,
					      program.frames[INNER], "%s",
					      fake_program_layout(&program));
		}
	}
}

Test(frames_through_c, a_known_call_needs_no_entry_frame)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t shim = call_through_c(&program);

		if (shim == program.frames[OUTER])
			continue; /* 3.11 has none */
		fake_walk_begin(&program.walk, program.frames[INNER]);
		for (int i = 0; i < 5; i++)
			error_destroy(fake_walk_round(&program.walk));
		/* its place on the C stack is another's by now */
		fake_set_previous(py, program.frames[INNER], fake_alloc(py, 256));
		fake_set_frame(py, program.walk.thread, program.frames[OUTER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, INNER);
		/* another call is not known */
		fake_set_offset(py, program.frames[OUTER], fake_program_offset(OUTER) + 2);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
	}
}

Test(frames_through_c, what_an_entry_frame_of_nobody_leads_to_is_the_first_only_where_that_lies)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;

		call_through_c(&program);
		fake_walk_begin(&program.walk, program.frames[INNER]);
		for (int i = 0; i < 3; i++)
			error_destroy(fake_walk_round(&program.walk));
		/* what called it through C is not known by its words any more */
		fake_set_previous(py, program.frames[INNER], fake_shim(py, 0));
		for (int i = 0; i < 6; i++) {
			const struct py_frame *last;

			error_destroy(fake_walk_round(&program.walk));
			if (!program.walk.frames.count)
				continue;
			last = &program.walk.frames.items[program.walk.frames.count - 1];
			cr_assert_eq(last->addr, program.frames[FAKE_MODULE], "%s",
				     fake_program_layout(&program));
		}
	}
}

/* inner() was given a generator to C code, which keeps it in an object of its own. */
static uint64_t hand_over(struct running *running)
{
	struct fake *py = &running->program.walk.py;
	const struct py_layout *l = &py->layout;
	uint64_t generator = running->generator - (uint64_t)l->gen_iframe;
	uint64_t class = fake_class(py, "enumerate", 0), enumerate;

	fake_put_u64(py, class, l->type_basicsize, (uint64_t)l->object_size + 8);
	enumerate = fake_object(py, class, (size_t)l->object_size + 8);
	fake_put_u64(py, enumerate, l->object_size, generator);
	return enumerate;
}

Test(frames_through_c, a_generator_that_was_handed_over_is_run_by_who_did_so)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		const struct py_layout *l = &walk->py.layout;
		uint64_t inner, top;

		if (!running_is_possible(&running) || l->type_basicsize < 0 ||
		    l->code_stacksize < 0 || l->frame_shape == FRAME_CFRAME)
			continue;
		running_build(&running);
		inner = running.program.frames[INNER];
		top = inner + fake_frame_bytes(&walk->py, running.program.codes[INNER]);
		fake_set_local(&walk->py, inner, FAKE_FIRST_VALUE, hand_over(&running));
		fake_put_away(&walk->py, inner, FAKE_FIRST_VALUE + 1);
		/* seen before the generator runs, which has yielded when it is copied */
		fake_walk_begin(walk, inner);
		fake_set_top(&walk->py, walk->thread, top);
		fake_put_u64(&walk->py, running.work, l->frame_code, 0);
		for (int i = 0; i < 3; i++)
			error_destroy(fake_walk_round(walk));
		fake_set_previous(&walk->py, running.generator, 0);
		fake_set_frame(&walk->py, walk->thread, running.generator);
		for (int i = 0; i < 6; i++)
			error_destroy(fake_walk_round(walk));
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		running_check_frame(&running, 0, running.generator, FAKE_GENERATOR_AT);
		running_check_frame(&running, 1, inner, fake_program_offset(INNER));
	}
}

Test(frames_through_c, what_the_current_frame_called_since_is_left_out_where_generators_run)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		enum { LIMIT = 1000 };
		struct fake_walk *walk = &program.walk;
		struct fake *py = &walk->py;
		const struct py_layout *l = &py->layout;
		struct py_frame before[DEPTH];
		uint64_t top;

		if (l->frame_shape == FRAME_DIRECT && l->tstate_recursion_limit < 0)
			continue; /* nothing tells how deep the stack was */
		fake_program_build(&program);
		top = program.frames[OUTER] + fake_frame_bytes(py, program.codes[OUTER]);
		fake_walk_begin(&program.walk, program.frames[OUTER]);
		fake_set_top(py, program.walk.thread, top);
		fake_put_u32(py, walk->thread, l->tstate_recursion_limit, LIMIT);
		fake_put_u32(py, walk->thread, l->tstate_recursion_remaining, LIMIT - OUTER - 1);
		cr_assert_null(fake_walk_twice(walk));
		check_leaf(&program, INNER);
		memcpy(before, walk->frames.items, sizeof(before));
		walk->walker.suffix = (struct suffix) { .frames = before,
							.count = DEPTH,
							.pure = walk->walker.pure };
		walk->uses_generators = true;
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
		/* it was no leaf in the round before */
		cr_assert_lt(walk->walker.suffix.taken, walk->frames.count);
		cr_assert_leq(walk->walker.pure, walk->frames.count);
	}
}
