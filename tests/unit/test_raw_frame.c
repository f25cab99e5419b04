/*
 * The head of a frame, of every layout.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "python/raw_frame.h"
#include "support/fake.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"
#include "support/guarded.h"

/* The bytes end where raw_frame_size() says: not one more is looked at. */
static struct raw_frame decode(struct fake *py, uint64_t frame)
{
	size_t size = raw_frame_size(&py->layout);
	void *bytes = guarded(size);

	memcpy(bytes, fake_at(py, frame), size);
	return raw_frame_decode(&py->layout, frame, bytes);
}

Test(raw_frame, words)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t code = fake_plain_code(&py, "f");
		uint64_t below = fake_frame(&py, 0, code, 4);
		uint64_t frame = fake_frame(&py, below, code, 12);
		struct raw_frame raw;

		fake_set_function(&py, frame, below);
		raw = decode(&py, frame);
		cr_assert_eq(raw.previous, below);
		cr_assert_eq(raw.code, code, "%s: the tag is no part of it", fake_layout_name(l));
		cr_assert_eq(raw.func, l->frame_func >= 0 ? below : 0);
		cr_assert_eq(raw.owner, l->frame_owner >= 0 ? 0 : -1);
		cr_assert_eq(raw.instr, l->instr_shape == INSTR_BYTES ? 12
					: l->instr_shape == INSTR_UNITS
						? 6
						: code + 12 + (uint64_t)l->code_code_adaptive);
		cr_assert(!raw.from_c);
		cr_assert(!raw_frame_is_shim(l, &raw));
		cr_assert_eq(decode(&py, below).previous, 0);
	}
}

Test(raw_frame, before_the_first_instruction)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t frame = fake_frame(&py, 0, fake_plain_code(&py, "f"), -1);

		if (py.layout.instr_shape != INSTR_POINTER)
			cr_assert_eq(decode(&py, frame).instr, UINT64_MAX);
	}
}

Test(raw_frame, the_stack_pointer_when_it_is_put_away)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t frame = fake_frame(&py, 0, fake_plain_code(&py, "f"), 4);

		fake_runs(&py, frame);
		cr_assert_eq(decode(&py, frame).stack_pointer, 0);
		if (l->frame_shape == FRAME_OBJECT)
			continue;
		fake_put_away(&py, frame, 3);
		cr_assert_eq(decode(&py, frame).stack_pointer,
			     frame + (uint64_t)l->frame_localsplus + 24);
		fake_put_away(&py, frame, 0);
		cr_assert_eq(decode(&py, frame).stack_pointer,
			     frame + (uint64_t)l->frame_localsplus);
	}
}

Test(raw_frame, entry_frames)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t frame = fake_frame(&py, 0, fake_plain_code(&py, "f"), 4), shim;
		struct raw_frame raw;

		fake_set_entry(&py, frame);
		cr_assert_eq(decode(&py, frame).from_c, l->frame_is_entry >= 0);
		shim = fake_shim(&py, frame);
		if (shim == frame)
			continue;
		raw = decode(&py, shim);
		cr_assert(raw_frame_is_shim(l, &raw), "%s", fake_layout_name(l));
		cr_assert_eq(raw.previous, frame);
		/* 3.14: the C stack's own is another number */
		fake_put_u8(&py, shim, l->frame_owner, (uint8_t)(l->shim_owner + 1));
		raw = decode(&py, shim);
		cr_assert(raw_frame_is_shim(l, &raw));
		raw = decode(&py, fake_generator_frame(&py, frame, fake_plain_code(&py, "g"), 2));
		cr_assert(!raw_frame_is_shim(l, &raw));
		cr_assert_eq(raw.owner, l->generator_owner);
	}
}

Test(raw_frame, an_index_of_instructions_only_where_there_are_copies)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t frame = fake_frame(&py, 0, fake_plain_code(&py, "f"), 4);
		int expected = 0;

		fake_put_u32(&py, frame, l->frame_tlbc_index, 5);
		if (l->flavour & PY_FREE_THREADED && l->frame_tlbc_index >= 0)
			expected = 5;
		cr_assert_eq(decode(&py, frame).tlbc_index, expected, "%s", fake_layout_name(l));
	}
}
