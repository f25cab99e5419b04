/*
 * The part of a stack that is taken over from the round before, and never when it may be another.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "support/fake_walk.h"

enum { DEPTH = 400 /* frames of the program below: three chunks */ };

static struct py_frame before[DEPTH];
static size_t before_count;

/* A round that knows the stack of the one before; how many frames it took over. */
static size_t walk_on(struct fake_walk *walk)
{
	struct error *err;

	before_count = walk->frames.count;
	cr_assert_leq(before_count, DEPTH);
	if (before_count)
		memcpy(before, walk->frames.items, before_count * sizeof(before[0]));
	walk->walker.suffix = (struct suffix) {
		.frames = before,
		.count = before_count,
		.pure = walk->walker.pure,
	};
	err = fake_walk_round(walk);
	cr_assert_null(err, "%s", fake_layout_name(&walk->py.layout));
	return walk->walker.suffix.taken;
}

static int32_t offset_from_root(const struct fake_walk *walk, size_t index)
{
	return walk->frames.items[walk->frames.count - 1 - index].offset;
}

static bool has_data_stack(const struct fake_walk *walk)
{
	return walk->py.layout.frame_shape != FRAME_OBJECT;
}

/* Rounds in which all becomes predicted. */
static void warm_up(struct fake_walk *walk)
{
	error_destroy(fake_walk_round(walk));
	cr_assert_null(fake_walk_round(walk));
}

Test(suffix, is_what_lies_below_the_first_change)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		const bool is_known = has_data_stack(walk);

		fake_program_build(&program);
		fake_walk_begin(walk, program.frames[FAKE_INNER]);
		warm_up(walk);
		cr_assert_eq(walk_on(walk), is_known ? 2 : 0, "%s", fake_program_layout(&program));
		for (int i = FAKE_INNER; i >= FAKE_MODULE; i--) {
			fake_set_offset(&walk->py, program.frames[i], 16);
			cr_assert_eq(walk_on(walk), is_known && i ? (size_t)i : 0, "%s: %d",
				     fake_program_layout(&program), i);
			cr_assert_eq(walk->frames.count, FAKE_DEPTH);
			cr_assert_eq(offset_from_root(walk, (size_t)i), 16);
			fake_set_offset(&walk->py, program.frames[i], fake_program_offset(i));
			(void)walk_on(walk);
			cr_assert_eq(offset_from_root(walk, (size_t)i), fake_program_offset(i));
		}
	}
}

Test(suffix, is_not_that_of_a_round_that_is_longer_ago)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		fake_program_build(&program);
		fake_walk_begin(walk, program.frames[FAKE_INNER]);
		error_destroy(fake_walk_round(walk));
		/* nothing was predicted for this round: there is nothing to compare with */
		walk->frames.count = 0;
		cr_assert_eq(walk_on(walk), 0, "%s", fake_program_layout(&program));
	}
}

Test(suffix, ends_above_a_generator)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		struct fake *py = &walk->py;
		uint64_t codes[FAKE_DEPTH], frames[FAKE_DEPTH], function;

		if (!has_data_stack(walk))
			continue;
		for (int i = 0; i < FAKE_DEPTH; i++)
			codes[i] = fake_plain_code(py, fake_program_names[i]);
		frames[FAKE_MODULE] = fake_frame(py, fake_shim(py, 0), codes[FAKE_MODULE], 10);
		fake_set_entry(py, frames[FAKE_MODULE]);
		frames[FAKE_OUTER] =
			fake_generator_frame(py, frames[FAKE_MODULE], codes[FAKE_OUTER], 20);
		fake_put_away(py, frames[FAKE_MODULE], FAKE_FIRST_VALUE);
		fake_set_local(py, frames[FAKE_MODULE], FAKE_FIRST_VALUE - 1,
			       frames[FAKE_OUTER] - (uint64_t)py->layout.gen_iframe);
		frames[FAKE_INNER] = fake_frame(py, frames[FAKE_OUTER], codes[FAKE_INNER], 30);
		function = fake_function_of(py, codes[FAKE_INNER]);
		fake_called(py, frames[FAKE_OUTER], frames[FAKE_INNER], function);
		fake_walk_begin(walk, frames[FAKE_INNER]);
		warm_up(walk);
		cr_assert_eq(walk->frames.count, FAKE_DEPTH);
		cr_assert_eq(walk_on(walk), 0, "%s", fake_program_layout(&program));
		/* nothing on the data stack tells that it stands elsewhere now */
		fake_set_offset(py, frames[FAKE_OUTER], 24);
		cr_assert_eq(walk_on(walk), 0);
		cr_assert_eq(offset_from_root(walk, FAKE_OUTER), 24, "%s",
			     fake_program_layout(&program));
	}
}

Test(suffix, goes_over_chunks)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		struct fake *py = &walk->py;
		uint64_t code, function, frames[DEPTH], below;

		if (!has_data_stack(walk))
			continue;
		code = fake_plain_code(py, "down");
		function = fake_function_of(py, code);
		below = fake_shim(py, 0);
		for (int i = 0; i < DEPTH; i++) {
			frames[i] = fake_frame(py, below, code, 10);
			if (i)
				fake_called(py, below, frames[i], function);
			below = frames[i];
		}
		fake_set_function(py, frames[0], function);
		fake_set_entry(py, frames[0]);
		fake_walk_begin(walk, below);
		warm_up(walk);
		cr_assert_eq(walk_on(walk), DEPTH - 1, "%s", fake_program_layout(&program));
		fake_set_offset(py, frames[1], 16); /* in the oldest */
		cr_assert_eq(walk_on(walk), 1, "%s", fake_program_layout(&program));
		cr_assert_eq(offset_from_root(walk, 1), 16);
		cr_assert_eq(walk_on(walk), DEPTH - 1, "%s", fake_program_layout(&program));
		cr_assert_eq(walk->frames.count, DEPTH);
		cr_assert_eq(offset_from_root(walk, 1), 16);
	}
}
