/*
 * Frames that are objects (until 3.10): those that are as they were are taken over, those that are
 * not are seen to be others.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "support/fake_objects.h"
#include "support/fake_walk.h"

enum { NEAR_NS = 1000 /* between two looks */ };

static struct py_frame before[FAKE_DEPTH + 1];

/* A round that knows the stack of the one before; how many frames it took over down to the root. */
static size_t walk_on(struct fake_walk *walk)
{
	size_t count = walk->frames.count;
	struct error *err;

	cr_assert_leq(count, FAKE_DEPTH + 1);
	memcpy(before, walk->frames.items, count * sizeof(before[0]));
	walk->walker.suffix = (struct suffix) { .frames = before, .count = count };
	err = fake_walk_round(walk);
	cr_assert_null(err, "%s", fake_layout_name(&walk->py.layout));
	return walk->walker.suffix.taken;
}

/* Until the code objects have been seen to live for long. */
static void warm_up(struct fake_walk *walk)
{
	walk->now_ns = CLOCK_SECOND_NS;
	error_destroy(fake_walk_round(walk));
	walk->now_ns += CLOCK_SECOND_NS - NEAR_NS;
	cr_assert_null(fake_walk_round(walk));
	walk->now_ns += NEAR_NS; /* looks are not far apart now */
	cr_assert_null(fake_walk_round(walk));
}

static const struct py_frame *from_root(const struct fake_walk *walk, int index)
{
	return &walk->frames.items[walk->frames.count - 1 - (size_t)index];
}

static bool start(struct fake_program *program)
{
	if (program->walk.py.layout.frame_shape != FRAME_OBJECT)
		return false;
	fake_program_build(program);
	fake_walk_begin(&program->walk, program->frames[FAKE_INNER]);
	warm_up(&program->walk);
	return true;
}

Test(object_suffix, is_what_has_not_changed)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		if (!start(&program))
			continue;
		cr_assert_eq(walk_on(walk), FAKE_DEPTH, "%s", fake_program_layout(&program));
		for (int i = FAKE_INNER; i >= FAKE_MODULE; i--) {
			fake_set_offset(&walk->py, program.frames[i], 16);
			cr_assert_eq(walk_on(walk), (size_t)i, "%s: %d",
				     fake_program_layout(&program), i);
			cr_assert_eq(walk->frames.count, FAKE_DEPTH);
			cr_assert_eq(from_root(walk, i)->offset, 16);
			for (int k = 0; k < FAKE_DEPTH; k++) {
				cr_assert_eq(from_root(walk, k)->addr, program.frames[k]);
				cr_assert_eq(from_root(walk, k)->code->addr, program.codes[k]);
			}
			fake_set_offset(&walk->py, program.frames[i], fake_program_offset(i));
			(void)walk_on(walk);
			cr_assert_eq(from_root(walk, i)->offset, fake_program_offset(i));
		}
	}
}

Test(object_suffix, a_frame_before_its_first_instruction)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;

		if (!start(&program))
			continue;
		fake_set_offset(&walk->py, program.frames[FAKE_INNER], -1);
		cr_assert_eq(walk_on(walk), FAKE_INNER);
		cr_assert_eq(walk_on(walk), FAKE_DEPTH, "%s", fake_program_layout(&program));
		cr_assert_eq(walk->frames.items[0].offset, -1);
	}
}

Test(object_suffix, another_code_or_caller_is_seen)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		const struct py_layout *l = &walk->py.layout;
		uint64_t other;

		if (!start(&program))
			continue;
		other = fake_plain_code(&walk->py, "other");
		fake_put_u64(&walk->py, program.frames[FAKE_OUTER], l->frame_code, other);
		cr_assert_eq(walk_on(walk), FAKE_OUTER, "%s", fake_program_layout(&program));
		cr_assert_str_eq(from_root(walk, FAKE_OUTER)->code->name, "other");
		/* it returned, and its caller called inner() itself */
		fake_put_u64(&walk->py, program.frames[FAKE_INNER], l->frame_previous,
			     program.frames[FAKE_MODULE]);
		cr_assert_eq(walk_on(walk), 1, "%s", fake_program_layout(&program));
		cr_assert_eq(walk->frames.count, 2);
		cr_assert_str_eq(walk->frames.items[0].code->name, "inner");
		cr_assert_str_eq(walk->frames.items[1].code->name, "<module>");
	}
}

Test(object_suffix, what_was_called_since_is_added)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		uint64_t code, frame;

		if (!start(&program))
			continue;
		code = fake_plain_code(&walk->py, "innermost");
		frame = fake_frame(&walk->py, program.frames[FAKE_INNER], code, 12);
		fake_put_u64(&walk->py, walk->thread, walk->py.layout.tstate_frame, frame);
		/* the page may be known already, of another frame */
		if (!error_catch_any(fake_walk_round(walk)))
			cr_assert_eq(walk->frames.count, FAKE_DEPTH + 1);
		else
			cr_assert_null(fake_walk_round(walk));
		cr_assert_eq(walk->frames.count, FAKE_DEPTH + 1, "%s",
			     fake_program_layout(&program));
		cr_assert_str_eq(walk->frames.items[0].code->name, "innermost");
		/* it is new: only of what is below it is the code object believed */
		cr_assert_eq(walk_on(walk), FAKE_DEPTH, "%s", fake_program_layout(&program));
		cr_assert_str_eq(walk->frames.items[0].code->name, "innermost");
	}
}

Test(object_suffix, a_code_object_is_not_believed_for_long)
{
	struct fake_program program = { 0 };

	FAKE_EACH_PROGRAM(program)
	{
		struct fake_walk *walk = &program.walk;
		const struct py_layout *l = &walk->py.layout;

		if (!start(&program))
			continue;
		fake_put_u32(&walk->py, program.codes[FAKE_OUTER], l->code_firstlineno, 4711);
		cr_assert_eq(walk_on(walk), FAKE_DEPTH, "%s", fake_program_layout(&program));
		walk->now_ns += CLOCK_SECOND_NS / 256;
		cr_assert_eq(walk_on(walk), 0, "%s", fake_program_layout(&program));
		cr_assert_eq(from_root(walk, FAKE_OUTER)->code->firstlineno, 4711);
	}
}
