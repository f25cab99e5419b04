/*
 * The words of a thread state, in one read.
 */
#include <criterion/criterion.h>

#include "python/tstate.h"
#include "support/fake.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"

static struct tstate read_one(struct fake *py, struct snapshot *snapshot, uint64_t thread)
{
	struct tstate_plan plan = tstate_plan(&py->layout);
	struct tstate tstate;

	cr_assert_null(snapshot_begin(snapshot));
	cr_assert_null(tstate_read(&py->layout, &plan, snapshot, thread, &tstate), "%s",
		       fake_layout_name(&py->layout));
	return tstate;
}

Test(tstate, all_of_it_in_one_read)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t interp = fake_interp(&py, 0), old, new, frame, chunk;
		struct snapshot *snapshot;
		struct tstate tstate;

		old = fake_thread(&py, interp, 0x7f01, 41, 0);
		frame = fake_frame(&py, 0, fake_plain_code(&py, "f"), 4);
		chunk = py.chunk;
		new = fake_thread(&py, interp, 0x7f02, 42, frame);
		cr_assert_null(snapshot_create(&py.mem, &snapshot));
		py.mem.calls = 0;
		tstate = read_one(&py, snapshot, new);
		cr_assert_eq(py.mem.calls, 2, "that of the round, and one");
		cr_assert_eq(tstate.addr, new);
		cr_assert_eq(tstate.next, old);
		cr_assert_eq(tstate.interp, interp);
		cr_assert_eq(tstate.ident, 0x7f02);
		cr_assert_eq(tstate.ns_tid, l->tstate_native_thread_id >= 0 ? 42 : 0, "%s",
			     fake_layout_name(l));
		cr_assert_eq(tstate.datastack_chunk, l->tstate_datastack_chunk >= 0 ? chunk : 0);
		if (l->frame_shape != FRAME_CFRAME)
			cr_assert_eq(tstate.frame, frame);
		else
			cr_assert_eq(fake_get_u64(&py, tstate.frame, l->cframe_current_frame),
				     frame);
		cr_assert_eq(read_one(&py, snapshot, old).next, 0);
		snapshot_destroy(snapshot);
	}
}

Test(tstate, who_holds_the_gil_where_it_says_so)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t thread = fake_thread(&py, fake_interp(&py, 0), 1, 1, 0);
		bool says = l->tstate_holds_gil >= 0 || l->holds_gil_bit >= 0;
		struct snapshot *snapshot;

		cr_assert_null(snapshot_create(&py.mem, &snapshot));
		cr_assert(!read_one(&py, snapshot, thread).holds_gil);
		if (l->tstate_holds_gil >= 0)
			fake_put_u32(&py, thread, l->tstate_holds_gil, 1);
		else if (l->holds_gil_bit >= 0)
			fake_put_u32(&py, thread, l->tstate_status, 1u << l->holds_gil_bit);
		cr_assert_eq(read_one(&py, snapshot, thread).holds_gil, says, "%s",
			     fake_layout_name(l));
		if (l->tstate_holds_gil < 0 && l->holds_gil_bit >= 0) {
			fake_put_u32(&py, thread, l->tstate_status,
				     ~(UINT32_C(1) << l->holds_gil_bit));
			cr_assert(!read_one(&py, snapshot, thread).holds_gil);
		}
		snapshot_destroy(snapshot);
	}
}

Test(tstate, attached)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t thread = fake_thread(&py, fake_interp(&py, 0), 1, 1, 0);
		struct snapshot *snapshot;

		cr_assert_null(snapshot_create(&py.mem, &snapshot));
		for (uint32_t state = 0; state < 4; state++) {
			fake_put_u32(&py, thread, l->tstate_state, state);
			cr_assert_eq(read_one(&py, snapshot, thread).is_attached,
				     l->tstate_state >= 0 && state == 1, "%s: %u",
				     fake_layout_name(l), state);
		}
		snapshot_destroy(snapshot);
	}
}

Test(tstate, what_cannot_be_read)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct tstate_plan plan = tstate_plan(&py.layout);
		struct snapshot *snapshot;
		struct tstate tstate;

		cr_assert_null(snapshot_create(&py.mem, &snapshot));
		cr_assert_eq(tstate_read(&py.layout, &plan, snapshot, 8, &tstate), &error_fault);
		cr_assert_eq(tstate_read(&py.layout, &plan, snapshot, UINT64_MAX - 7, &tstate),
			     &error_fault);
		py.gone = true;
		cr_assert_eq(tstate_read(&py.layout, &plan, snapshot, 8, &tstate), &error_gone);
		snapshot_destroy(snapshot);
	}
}

Test(tstate, how_deep_the_stack_is)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *l = &py.layout;
		uint64_t interp = fake_interp(&py, 0), thread = fake_thread(&py, interp, 1, 1, 0);
		const int32_t is_told = l->frame_shape == FRAME_DIRECT;
		struct snapshot *snapshot;

		cr_assert_null(snapshot_create(&py.mem, &snapshot));
		cr_assert_eq(read_one(&py, snapshot, thread).depth, 0);
		fake_put_u32(&py, thread, l->tstate_recursion_limit, 1000);
		fake_put_u32(&py, thread, l->tstate_recursion_remaining, 993);
		cr_assert_eq(read_one(&py, snapshot, thread).depth, is_told * 7, "%s",
			     fake_layout_name(l));
		fake_put_u32(&py, thread, l->tstate_recursion_remaining, UINT32_MAX);
		cr_assert_eq(read_one(&py, snapshot, thread).depth, 0);
		snapshot_destroy(snapshot);
	}
}

Test(tstate, fields_that_lie_too_far_apart)
{
	struct fake py;

	FAKE_EACH(py)
	{
		cr_assert_gt(tstate_plan(&py.layout).size, 0);
		py.layout.tstate_thread_id = 1 << 20;
		cr_assert_eq(tstate_plan(&py.layout).size, 0);
	}
}
