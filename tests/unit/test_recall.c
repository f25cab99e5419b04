/*
 * The stack of the moment at which the thread state was read, where the copy is of a later one.
 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "support/fake_objects.h"
#include "support/running.h"

enum { INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

#define EACH_RUNNING(running)                                                                      \
	FAKE_EACH_PROGRAM((running).program)                                                       \
	if (running_is_possible(&(running)))

static bool is_by_top(const struct running *running)
{
	return running->program.walk.py.layout.frame_shape == FRAME_CFRAME;
}

static uint64_t end_of(const struct running *running, uint64_t frame)
{
	const struct fake_walk *walk = &running->program.walk;

	for (size_t i = 0; i < walk->frames.count; i++)
		if (walk->frames.items[i].addr == frame)
			return frame + walk->frames.items[i].code->framesize;
	cr_assert_fail("no such frame");
	return 0;
}

/* Whole, at one second, with work() as the leaf. */
static void see_work(struct running *running)
{
	struct fake_walk *walk = &running->program.walk;

	running_build(running);
	walk->now_ns = CLOCK_SECOND_NS;
	running_see(running);
	fake_set_running(&walk->py, walk->thread, running->generator);
	walk->uses_generators = is_by_top(running);
	cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running->program));
}

/* Whole, with the generator as the leaf. */
static void see_generator(struct running *running)
{
	struct fake_walk *walk = &running->program.walk;

	fake_runs(&walk->py, running->generator);
	fake_set_frame(&walk->py, walk->thread, running->generator);
	fake_set_top(&walk->py, walk->thread, end_of(running, running->program.frames[INNER]));
	cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running->program));
	cr_assert_eq(walk->frames.count, DEPTH + 1);
}

static void check_whole(struct running *running, size_t count)
{
	struct fake_walk *walk = &running->program.walk;

	cr_assert_null(fake_walk_twice(walk), "%s", fake_program_layout(&running->program));
	cr_assert_eq(walk->frames.count, count, "%s: %zu frames",
		     fake_program_layout(&running->program), walk->frames.count);
	for (int i = 0; i < DEPTH; i++)
		running_check_frame(running, count - 1 - (size_t)i, running->program.frames[i],
				    fake_program_offset(i));
}

Test(recall, what_leads_nowhere_any_more_stands_on_what_it_stood_on)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		see_work(&running);
		running_let_go(&running);
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
		running_check_frame(&running, 1, running.generator, FAKE_GENERATOR_AT);
	}
}

Test(recall, not_for_longer_than_a_second)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		see_work(&running);
		running_let_go(&running);
		running.program.walk.now_ns += CLOCK_SECOND_NS + CLOCK_SECOND_NS / 2;
		cr_assert_eq(fake_walk_twice(&running.program.walk), &error_torn, "%s",
			     fake_program_layout(&running.program));
	}
}

Test(recall, not_where_another_frame_lies_below)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake *py = &running.program.walk.py;

		see_work(&running);
		running_let_go(&running);
		fake_put_u64(py, running.program.frames[FAKE_OUTER], py->layout.frame_code,
			     fake_plain_code(py, "another"));
		cr_assert_eq(fake_walk_twice(&running.program.walk), &error_torn, "%s",
			     fake_program_layout(&running.program));
	}
}

Test(recall, not_where_the_data_stack_ends_below)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;

		see_work(&running);
		running_let_go(&running);
		fake_set_top(&walk->py, walk->thread, running.program.frames[INNER]);
		cr_assert_eq(fake_walk_twice(walk), &error_torn, "%s",
			     fake_program_layout(&running.program));
	}
}

/* Nothing of a frame that was cleared says what it was, but its size does (3.13 and later). */
Test(recall, the_place_of_the_leaf_is_used_by_another)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;

		if (is_by_top(&running))
			continue;
		see_work(&running);
		running_let_go(&running);
		fake_put_u64(&walk->py, running.work, walk->py.layout.frame_code, 0);
		check_whole(&running, DEPTH + 2);
		cr_assert_eq(walk->frames.items[0].code->addr, running.work_code);
		cr_assert_eq(walk->frames.items[0].offset, FAKE_WORK_AT);
	}
}

/* Its memory was cleared, and may be freed, before it was copied. */
Test(recall, a_generator_that_has_ended_is_the_one_that_was_there)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;
		struct fake *py = &walk->py;

		/* earlier versions name it on the C stack; where it is used again, it may be
		 * another's */
		if (is_by_top(&running) || py->layout.flavour & PY_FREE_THREADED)
			continue;
		see_work(&running);
		see_generator(&running);
		running_let_go(&running);
		fake_put_u64(py, running.generator, py->layout.frame_code, 0);
		check_whole(&running, DEPTH + 1);
		running_check_frame(&running, 0, running.generator, FAKE_GENERATOR_AT);
	}
}

/* 3.11 and 3.12 say where the data stack ends, and who runs, before they say who is current. */
Test(recall, a_whole_stack_of_another_moment_gives_way)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!is_by_top(&running))
			continue;
		see_work(&running);
		see_generator(&running);
		fake_called(&walk->py, running.generator, running.work, running.work_function);
		fake_set_frame(&walk->py, walk->thread, running.work);
		check_whole(&running, DEPTH + 1);
		running_check_frame(&running, 0, running.generator, FAKE_GENERATOR_AT);
		walk->uses_generators = false;
		check_whole(&running, DEPTH + 2);
	}
}

Test(recall, a_generator_that_was_never_seen_at_work_stands_on_the_one_that_holds_it)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;
		struct fake *py = &walk->py;
		uint64_t inner_one;

		see_work(&running);
		see_generator(&running);
		inner_one = fake_generator_frame(py, 0, fake_generator_code(py), 8);
		fake_set_frame(py, walk->thread, inner_one);
		fake_set_running(py, walk->thread, inner_one);
		cr_assert_eq(fake_walk_twice(walk), &error_torn);
		fake_set_local(py, running.generator, FAKE_FIRST_VALUE,
			       inner_one - (uint64_t)py->layout.gen_iframe);
		if (py->layout.flavour & PY_FREE_THREADED) { /* unless that call was seen before */
			cr_assert_eq(fake_walk_twice(walk), &error_torn);
			continue;
		}
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, inner_one, 8);
		running_check_frame(&running, 1, running.generator, FAKE_GENERATOR_AT);
	}
}

Test(recall, a_call_that_is_over_stands_on_the_generator_that_makes_it)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;
		uint64_t top;

		if (!is_by_top(&running))
			continue;
		see_work(&running);
		top = end_of(&running, running.work);
		walk->now_ns += CLOCK_SECOND_NS + CLOCK_SECOND_NS / 2;
		see_generator(&running);
		running_let_go(&running);
		fake_set_top(&walk->py, walk->thread, top);
		fake_set_frame(&walk->py, walk->thread, running.program.frames[INNER] + 8);
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
	}
}

/* Generators come to ever new addresses; what is the same otherwise has the same stack. */
Test(recall, another_generator_in_its_place)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;
		uint64_t other, top;

		if (!is_by_top(&running))
			continue;
		see_work(&running);
		top = end_of(&running, running.work);
		see_generator(&running);
		running_let_go(&running);
		fake_set_top(&walk->py, walk->thread, top);
		other = fake_generator_frame(&walk->py, 0, fake_generator_code(&walk->py), 8);
		fake_set_running(&walk->py, walk->thread, other);
		cr_assert_eq(fake_walk_twice(walk), &error_torn, "of other code");
		other = fake_generator_frame(&walk->py, 0, running.generator_code, 8);
		fake_set_running(&walk->py, walk->thread, other);
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
	}
}

/* The place on the C stack that named the current frame is another's: that shows no empty stack. */
Test(recall, an_activation_that_has_ended)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;

		if (!is_by_top(&running))
			continue;
		see_work(&running);
		running_let_go(&running);
		fake_set_frame(&walk->py, walk->thread, 0);
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
	}
}

static void set_depth(struct running *running, uint32_t depth)
{
	enum { LIMIT = 1000 };
	const struct fake_walk *walk = &running->program.walk;
	const struct py_layout *l = &walk->py.layout;

	fake_put_u32(&running->program.walk.py, walk->thread, l->tstate_recursion_limit, LIMIT);
	fake_put_u32(&running->program.walk.py, walk->thread, l->tstate_recursion_remaining,
		     LIMIT - depth);
}

/* From 3.13 on it says how many frames there are: enough where the current one lies anywhere. */
Test(recall, a_frame_that_was_never_seen_in_a_stack_as_deep)
{
	struct running running = { 0 };

	EACH_RUNNING(running)
	{
		struct fake_walk *walk = &running.program.walk;
		uint64_t other;

		if (is_by_top(&running))
			continue;
		running_build(&running);
		walk->now_ns = CLOCK_SECOND_NS;
		running_see(&running);
		set_depth(&running, DEPTH + 2);
		fake_set_top(&walk->py, walk->thread, end_of(&running, running.work));
		cr_assert_null(fake_walk_twice(walk));
		running_let_go(&running);
		other = fake_generator_frame(&walk->py, 0, running.generator_code, 8);
		fake_put_u64(&walk->py, other, walk->py.layout.frame_code, 0);
		fake_set_frame(&walk->py, walk->thread, other);
		check_whole(&running, DEPTH + 2);
		running_check_frame(&running, 0, running.work, FAKE_WORK_AT);
		set_depth(&running, DEPTH + 3);
		cr_assert_eq(fake_walk_twice(walk), &error_torn, "another depth");
	}
}
