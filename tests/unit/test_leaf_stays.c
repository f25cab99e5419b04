/*
 * A stack of which nothing but the leaf's instruction has changed is not walked again, and one of
 * which anything else has, is.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "support/fake_walk.h"

static struct py_frame before[FAKE_DEPTH + 1];

/* A round that knows the stack of the one before; true when that is the stack yet. */
static bool goes_on(struct fake_walk *walk)
{
	size_t count = walk->frames.count;
	struct error *err;

	cr_assert_leq(count, FAKE_DEPTH + 1);
	if (count)
		memcpy(before, walk->frames.items, count * sizeof(before[0]));
	walk->walker.suffix = (struct suffix) {
		.frames = before,
		.count = count,
		.pure = walk->walker.pure,
		.is_plain = walk->walker.is_plain,
	};
	err = fake_walk_round(walk);
	cr_assert_null(err, "%s", fake_layout_name(&walk->py.layout));
	return walk->walker.suffix.is_all;
}

/* Where inner() will have called callee(). */
static uint64_t callee, callee_function;

/* The program of three functions, walked until all is predicted. */
static bool start(struct fake_program *program)
{
	struct fake_walk *walk = &program->walk;
	struct fake *py = &walk->py;
	uint64_t code;

	if (py->layout.frame_shape == FRAME_OBJECT)
		return false;
	fake_program_build(program);
	code = fake_plain_code(py, "callee");
	callee = fake_frame(py, program->frames[FAKE_INNER], code, 4);
	callee_function = fake_function_of(py, code);
	fake_walk_begin(walk, program->frames[FAKE_INNER]);
	for (int i = 0; i < 8; i++)
		error_destroy(fake_walk_round(walk));
	cr_assert_eq(walk->frames.count, FAKE_DEPTH);
	return true;
}

Test(leaf_stays, at_another_instruction)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		const struct suffix *suffix = &walk->walker.suffix;

		if (!start(&program))
			continue;
		fake_set_offset(&walk->py, program.frames[FAKE_INNER], 16);
		cr_assert(goes_on(walk), "%s", fake_program_layout(&program));
		cr_assert_eq(suffix->leaf_offset, 16);
		cr_assert_eq(suffix->taken, FAKE_DEPTH - 1);
		cr_assert_eq(walk->frames.count, 0, "the stack is the one that is known");
	}
}

Test(leaf_stays, unless_a_caller_has_gone_on)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		if (!start(&program))
			continue;
		fake_set_offset(&walk->py, program.frames[FAKE_OUTER], 16);
		cr_assert(!goes_on(walk), "%s", fake_program_layout(&program));
		cr_assert_eq(walk->frames.count, FAKE_DEPTH);
		cr_assert_eq(walk->frames.items[1].offset, 16);
	}
}

Test(leaf_stays, unless_it_is_another_function_at_the_same_place)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		struct fake *py = &walk->py;
		uint64_t code, frame;

		if (!start(&program))
			continue;
		frame = program.frames[FAKE_INNER];
		code = fake_plain_code(py, "another");
		fake_put_u64(py, frame, py->layout.frame_code, code);
		fake_set_offset(py, frame, 16);
		fake_called(py, program.frames[FAKE_OUTER], frame, fake_function_of(py, code));
		(void)goes_on(walk); /* its code object is read in this one */
		cr_assert_eq(walk->frames.count, FAKE_DEPTH);
		cr_assert_str_eq(walk->frames.items[0].code->name, "another", "%s",
				 fake_program_layout(&program));
	}
}

Test(leaf_stays, unless_it_has_called)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		if (!start(&program))
			continue;
		/* the address of the current frame was read a moment before */
		fake_called(&walk->py, program.frames[FAKE_INNER], callee, callee_function);
		cr_assert(!goes_on(walk));
		cr_assert_eq(walk->frames.count, FAKE_DEPTH + 1, "%s",
			     fake_program_layout(&program));
		cr_assert_str_eq(walk->frames.items[0].code->name, "callee");
	}
}

Test(leaf_stays, where_a_known_stack_was_told_by_its_words_alone)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		if (!start(&program))
			continue;
		walk->walker.is_plain = false;
		cr_assert(!goes_on(walk), "%s", fake_program_layout(&program));
		cr_assert_eq(walk->frames.count, FAKE_DEPTH);
		cr_assert(walk->walker.is_plain);
		walk->uses_generators = true;
		cr_assert(!goes_on(walk));
	}
}
