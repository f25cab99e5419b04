/*
 * Does one object lead to another?
 */
#include <criterion/criterion.h>

#include "python/reach.h"
#include "support/fake.h"
#include "support/fake_objects.h"

enum { WORDS = 4 };

/* Where it is used: from 3.11 on; and is all there that says how large an object is? */
static bool is_possible(const struct py_layout *l)
{
	return l->frame_shape != FRAME_OBJECT && l->gen_iframe > 0 && l->type_basicsize >= 0 &&
	       l->type_itemsize >= 0 && l->var_size >= 0;
}

#define EACH_POSSIBLE(py)                                                                          \
	FAKE_EACH(py)                                                                              \
	if (is_possible(&(py).layout))

static uint64_t class_of_size(struct fake *py, const char *name, size_t size)
{
	uint64_t class = fake_class(py, name, 0);

	fake_put_u64(py, class, py->layout.type_basicsize, size);
	fake_put_u64(py, class, py->layout.type_itemsize, 0);
	return class;
}

/* An object of that class with one word behind its head. */
static uint64_t holder(struct fake *py, uint64_t class, uint64_t held)
{
	uint64_t object = fake_object(py, class, (size_t)py->layout.object_size + WORDS * 8);

	fake_put_u64(py, object, py->layout.object_size, held);
	return object;
}

static size_t holder_size(const struct fake *py)
{
	return (size_t)py->layout.object_size + 8;
}

Test(reach, what_is_held_by_what_was_handed_over)
{
	struct fake py;

	EACH_POSSIBLE(py)
	{
		struct reach_types types = { 0 };
		uint64_t iterator = class_of_size(&py, "iterator", holder_size(&py));
		uint64_t wanted = fake_object(&py, class_of_size(&py, "generator", 48), 64);
		uint64_t enumerate = holder(&py, iterator, wanted);
		uint64_t items[2] = { fake_none(&py), enumerate };
		uint64_t tuple = fake_tuple(&py, items, 2);
		uint64_t zip = holder(&py, iterator, tuple), type = fake_type(&py, "tuple");
		uint64_t others[3] = { 0, fake_int(&py, 7), zip };

		fake_put_u64(&py, type, py.layout.type_basicsize, (uint64_t)py.layout.tuple_items);
		fake_put_u64(&py, type, py.layout.type_itemsize, 8);
		cr_assert(reach(&py.view, &types, &wanted, 1, wanted));
		cr_assert(reach(&py.view, &types, &enumerate, 1, wanted), "%s",
			  fake_layout_name(&py.layout));
		cr_assert(reach(&py.view, &types, &tuple, 1, wanted), "%s",
			  fake_layout_name(&py.layout));
		cr_assert(reach(&py.view, &types, others, 3, wanted));
		cr_assert_not(reach(&py.view, &types, others, 2, wanted));
		cr_assert_not(reach(&py.view, &types, NULL, 0, wanted));
	}
}

Test(reach, not_what_lies_behind_an_object)
{
	struct fake py;

	EACH_POSSIBLE(py)
	{
		struct reach_types types = { 0 };
		uint64_t small = class_of_size(&py, "small", (size_t)py.layout.object_size);
		uint64_t wanted = fake_object(&py, class_of_size(&py, "generator", 48), 64);
		uint64_t object = holder(&py, small, wanted);

		cr_assert_not(reach(&py.view, &types, &object, 1, wanted), "%s",
			      fake_layout_name(&py.layout));
	}
}

Test(reach, not_through_generators_nor_too_far)
{
	struct fake py;

	EACH_POSSIBLE(py)
	{
		struct reach_types types = { 0 };
		const struct py_layout *l = &py.layout;
		const size_t size = (size_t)l->gen_iframe + (size_t)l->frame_localsplus;
		uint64_t iterator = class_of_size(&py, "iterator", holder_size(&py));
		uint64_t wanted = holder(&py, class_of_size(&py, "generator", size), 0);
		uint64_t coroutine = fake_object(&py, class_of_size(&py, "coroutine", size), size);
		uint64_t far = wanted;

		fake_put_u64(&py, coroutine, l->object_size, wanted);
		cr_assert_not(reach(&py.view, &types, &coroutine, 1, wanted), "%s",
			      fake_layout_name(l));
		for (int i = 0; i < 3; i++) {
			far = holder(&py, iterator, far);
			cr_assert(reach(&py.view, &types, &far, 1, wanted), "%d", i);
		}
		far = holder(&py, iterator, far);
		cr_assert_not(reach(&py.view, &types, &far, 1, wanted));
	}
}

Test(reach, a_circle_or_what_is_not_mapped_is_no_trap)
{
	struct fake py;

	EACH_POSSIBLE(py)
	{
		struct reach_types types = { 0 };
		uint64_t iterator = class_of_size(&py, "iterator", holder_size(&py));
		uint64_t wanted = holder(&py, iterator, 0);
		uint64_t circle = holder(&py, iterator, 0),
			 lost = holder(&py, iterator, FAKE_BASE - 4096);
		uint64_t from[3] = { circle, lost, 0x7f0012345678 };

		fake_put_u64(&py, circle, py.layout.object_size, circle);
		py.mem.calls = 0;
		cr_assert_not(reach(&py.view, &types, from, 3, wanted));
		cr_assert_lt(py.mem.calls, 20);
		/* what should be its type is none */
		fake_put_u64(&py, lost, py.layout.object_type, 0x7f0012345678);
		cr_assert_not(reach(&py.view, &types, from, 3, wanted));
		py.gone = true;
		cr_assert_not(reach(&py.view, &types, from, 3, wanted));
	}
}
