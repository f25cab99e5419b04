/*
 * Frames that are objects (until 3.10), linked to their callers no more: a generator that has
 * yielded and what it had called are on the stack on which they were last seen, all else is torn.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "support/running.h"

enum { INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

/* The stack of work(), called by a generator, was seen. */
static bool start(struct running *running)
{
	if (running->program.walk.py.layout.frame_shape != FRAME_OBJECT)
		return false;
	running_build(running);
	running_see(running);
	return true;
}

Test(frames_unlinked, a_generator_that_yielded)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!start(&running))
			continue;
		fake_set_previous(&walk->py, running.generator, 0);
		fake_set_frame(&walk->py, walk->thread, running.generator);
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		running_check_frame(&running, 0, running.generator, FAKE_GENERATOR_AT);
		running_check_frame(&running, 1, running.program.frames[INNER],
				    fake_program_offset(INNER));
	}
}

Test(frames_unlinked, a_function_that_returned_to_a_generator)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!start(&running))
			continue;
		fake_set_previous(&walk->py, running.work, 0);
		fake_set_previous(&walk->py, running.generator, 0);
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
		running_check_frame(&running, 1, running.generator, FAKE_GENERATOR_AT);
	}
}

/* A function calls it since: that it was a generator once says nothing any more. */
Test(frames_unlinked, a_function_that_returned_to_another)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!start(&running))
			continue;
		fake_set_previous(&walk->py, running.work, running.program.frames[INNER]);
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		fake_set_previous(&walk->py, running.work, 0);
		/* it does not change: it may be the first of its thread */
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, 1);
	}
}

/* What ran it is as it was in the look before, what lies below that has gone on. */
Test(frames_unlinked, a_generator_above_what_has_not_changed)
{
	enum { DENSE_NS = 1000, OUTER_AT = 26 };
	const uint64_t looks[] = { CLOCK_SECOND_NS, 2 * (uint64_t)CLOCK_SECOND_NS - DENSE_NS,
				   2 * (uint64_t)CLOCK_SECOND_NS };
	struct running running = { 0 };
	struct py_frame before[DEPTH + 2];

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		const uint64_t *frames = running.program.frames;

		if (!start(&running))
			continue;
		/* until its code is believed, and the frame taken over */
		for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
			walk->now_ns = looks[i];
			error_destroy(fake_walk_round(walk));
		}
		cr_assert_eq(walk->frames.count, DEPTH + 2);
		memcpy(before, walk->frames.items, sizeof(before));
		walk->walker.suffix = (struct suffix) { .frames = before, .count = DEPTH + 2 };
		fake_set_previous(&walk->py, running.generator, 0);
		fake_set_frame(&walk->py, walk->thread, running.generator);
		fake_set_offset(&walk->py, frames[FAKE_OUTER], OUTER_AT);
		cr_assert_null(fake_walk_round(walk), "%s", fake_program_layout(&running.program));
		cr_assert_eq(walk->frames.count, DEPTH + 1);
		running_check_frame(&running, 1, frames[INNER], fake_program_offset(INNER));
		running_check_frame(&running, 2, frames[FAKE_OUTER], OUTER_AT);
	}
}

Test(frames_unlinked, a_generator_whose_caller_is_another_function_now)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		struct fake *py = &walk->py;
		uint64_t inner;

		if (!start(&running))
			continue;
		inner = running.program.frames[INNER];
		fake_set_previous(py, running.generator, 0);
		fake_set_frame(py, walk->thread, running.generator);
		fake_put_u64(py, inner, py->layout.frame_code, fake_plain_code(py, "another"));
		for (int i = 0; i < 4; i++)
			cr_assert_eq(fake_walk_round(walk), &error_torn, "%s",
				     fake_program_layout(&running.program));
	}
}
