/*
 * Generators, whose frames are copied at moments of their own: what is known of them holds while
 * they go on, and nothing else is shown.
 */
#include <criterion/criterion.h>

#include "support/fake_objects.h"
#include "support/running.h"

enum { INNER = FAKE_INNER, DEPTH = FAKE_DEPTH, AT = FAKE_GENERATOR_AT, WORK_AT = FAKE_WORK_AT };

/* The data stack ends with inner(): what runs on top of it lies elsewhere. */
static void end_with_inner(struct running *running)
{
	struct fake_walk *walk = &running->program.walk;

	fake_set_top(&walk->py, walk->thread,
		     running->program.frames[INNER] +
			     fake_frame_bytes(&walk->py, running->program.codes[INNER]));
}

Test(frames_generators, one_that_yielded_is_still_run_by_whoever_holds_it)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!running_is_possible(&running))
			continue;
		running_build(&running);
		running_see(&running);
		fake_set_previous(&walk->py, running.generator, 0);
		fake_runs(&walk->py, running.program.frames[INNER]);
		fake_set_offset(&walk->py, running.program.frames[INNER], 40);
		fake_set_frame(&walk->py, walk->thread, running.generator);
		end_with_inner(&running);
		cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		running_check_frame(&running, 0, running.generator, AT);
		running_check_frame(&running, 1, running.program.frames[INNER],
				    fake_program_offset(INNER));
	}
}

Test(frames_generators, one_with_which_the_data_stack_did_not_end)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!running_is_possible(&running))
			continue;
		running_build(&running);
		running_see(&running);
		/* linked and held, but by what came to the place of a larger frame */
		fake_set_frame(&walk->py, walk->thread, running.generator);
		end_with_inner(&running);
		cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running.program));
		fake_set_top(&walk->py, walk->thread,
			     running.program.frames[INNER] + 8 +
				     fake_frame_bytes(&walk->py, running.program.codes[INNER]));
		cr_assert_eq(fake_walk_twice(walk), &error_torn, "%s",
			     fake_program_layout(&running.program));
	}
}

Test(frames_generators, one_that_nobody_holds_any_more)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!running_is_possible(&running))
			continue;
		running_build(&running);
		running_see(&running);
		running_let_go(&running);
		fake_set_frame(&walk->py, walk->thread, running.generator);
		for (int i = 0; i < 4; i++)
			cr_assert_eq(fake_walk_round(walk), &error_torn, "%s",
				     fake_program_layout(&running.program));
	}
}

Test(frames_generators, is_never_the_first_of_a_thread)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		running_build(&running);
		fake_set_previous(&walk->py, running.generator, 0);
		fake_walk_begin(walk, running.work);
		for (int i = 0; i < 8; i++)
			cr_assert_eq(fake_walk_round(walk), &error_torn, "%s",
				     fake_program_layout(&running.program));
	}
}

struct used_again {
	uint64_t shim, previous;
	int reads;
};

/* After the first read the place of the entry frame is one again. */
static void use_again(struct fake *py, void *arg)
{
	struct used_again *again = arg;

	if (again->reads++)
		fake_set_previous(py, again->shim, again->previous);
}

/* Its entry frame lies on the C stack: what is copied there may be what is left of another. */
Test(frames_generators, the_remains_of_an_entry_frame_end_no_chain)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		struct used_again again = { 0 };

		if (!running_is_possible(&running) || walk->py.layout.shim_owner > 255)
			continue;
		running_build(&running);
		again.previous = running.program.frames[INNER];
		again.shim = fake_shim(&walk->py, again.previous);
		fake_set_previous(&walk->py, running.generator, again.shim);
		fake_walk_begin(walk, running.work);
		(void)fake_walk_twice(walk);
		walk->py.before_read = use_again;
		walk->py.before_read_arg = &again;
		for (int i = 0; i < 8; i++) {
			fake_set_previous(&walk->py, again.shim, 0);
			again.reads = 0;
			cr_assert_eq(fake_walk_round(walk), &error_torn, "%s",
				     fake_program_layout(&running.program));
		}
		walk->py.before_read = NULL;
	}
}

Test(frames_generators, what_it_called_stays_when_it_has_gone_on)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!running_is_possible(&running))
			continue;
		running_build(&running);
		running_see(&running);
		fake_runs(&walk->py, running.generator);
		fake_set_offset(&walk->py, running.generator, 30);
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 2);
		running_check_frame(&running, 0, running.work, WORK_AT);
		running_check_frame(&running, 1, running.generator, AT);
	}
}

Test(frames_generators, what_is_below_a_torn_part_is_shown)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		size_t whole = walk->py.layout.frame_shape == FRAME_OBJECT ? 0 : DEPTH;

		running_build(&running);
		fake_set_previous(&walk->py, running.generator, 0);
		fake_walk_begin(walk, running.work);
		for (int i = 0; i < 3; i++)
			cr_assert_eq(fake_walk_round(walk), &error_torn);
		cr_assert_eq(walk->frames.count, whole, "%s: %zu frames",
			     fake_program_layout(&running.program), walk->frames.count);
		for (size_t i = 0; i < whole; i++)
			running_check_frame(&running, i, running.program.frames[DEPTH - 1 - i],
					    fake_program_offset((int)(DEPTH - 1 - i)));
	}
}

/* The frame that makes a generator lies where work() lay, and nobody ran it for any time. */
Test(frames_generators, what_it_called_since_does_not_take_the_place_of_what_it_called)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!running_is_possible(&running) || walk->py.layout.frame_shape != FRAME_DIRECT)
			continue;
		running_build(&running);
		running_see(&running);
		fake_put_u64(&walk->py, running.work, walk->py.layout.frame_code,
			     running.generator_code);
		fake_set_offset(&walk->py, running.work, 2);
		if (walk->py.layout.function_code >= 0)
			fake_set_function(&walk->py, running.work, 0);
		cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 2, "%s",
			     fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.items[0].code->addr, running.work_code);
		cr_assert_eq(walk->frames.items[0].offset, -1);
	}
}

/* 3.11: each generator has an activation of the interpreter, on the C stack above that of who runs
 * it. */
Test(frames_generators, one_that_yielded_was_run_by_what_is_current_below_it)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		struct fake *py = &walk->py;
		uint64_t inner, other, below;

		if (py->layout.frame_shape != FRAME_CFRAME || py->layout.frame_is_entry < 0)
			continue;
		running_build(&running);
		running_see(&running);
		inner = running.program.frames[INNER];
		other = fake_generator_frame(py, 0, running.generator_code, 8);
		fake_set_entry(py, other);
		fake_set_local(py, inner, FAKE_FIRST_VALUE,
			       other - (uint64_t)py->layout.gen_iframe);
		fake_set_frame(py, walk->thread, other);
		end_with_inner(&running);
		cr_assert_eq(fake_walk_twice(walk), &error_torn, "nothing leads on from it");
		below = fake_alloc(py, 64);
		fake_put_u64(py, below, py->layout.cframe_current_frame, inner);
		fake_put_u64(py, fake_get_u64(py, walk->thread, py->layout.tstate_cframe),
			     py->layout.cframe_previous, below);
		cr_assert_null(fake_walk_twice(walk));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		running_check_frame(&running, 0, other, 8);
		running_check_frame(&running, 1, inner, fake_program_offset(INNER));
		/* unless it does not hold it */
		fake_set_local(py, inner, FAKE_FIRST_VALUE, 0);
		cr_assert_eq(fake_walk_twice(walk), &error_torn);
	}
}
