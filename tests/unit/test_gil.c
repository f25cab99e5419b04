/*
 * Who holds the GIL, by every way in which versions say it.
 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "python/attached.h"
#include "support/fake.h"
#include "support/fake_threads.h"

/* As much of an attached interpreter as gil.c looks at. */
struct world {
	struct fake py;
	struct python python;
	struct interp interp;
	uint64_t threads[2];
};

static bool start(struct world *world, size_t index)
{
	struct fake *py = &world->py;

	*world = (struct world) { 0 };
	if (!fake_start(py, index))
		return false;
	world->python.location.layout = py->layout;
	world->python.mem = &py->mem;
	world->python.tstate_plan = tstate_plan(&py->layout);
	cr_assert_null(snapshot_create(&py->mem, &world->python.snapshot));
	world->interp.addr = fake_interp(py, 0);
	for (int i = 0; i < 2; i++)
		world->threads[i] = fake_thread(py, world->interp.addr, 1, 1, 0);
	return true;
}

static void end(struct world *world)
{
	snapshot_destroy(world->python.snapshot);
	fake_deinit(&world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

/* Which thread holds it: 0, 1, or -1; 2 when both do. */
static int holder(struct world *world)
{
	int found = -1;

	cr_assert_null(snapshot_begin(world->python.snapshot));
	gil_read(&world->python, &world->interp);
	for (int i = 0; i < 2; i++) {
		struct tstate tstate;

		cr_assert_null(tstate_read(&world->py.layout, &world->python.tstate_plan,
					   world->python.snapshot, world->threads[i], &tstate));
		if (gil_is_held_by(&world->python, &world->interp, &tstate))
			found = found < 0 ? i : 2;
	}
	return found;
}

Test(gil, held_as_the_thread_says)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;

		if (l->flavour & PY_FREE_THREADED ||
		    (l->tstate_holds_gil < 0 && l->holds_gil_bit < 0))
			continue;
		cr_assert_eq(holder(&world), -1);
		fake_put_u32(&world.py, world.threads[1], l->tstate_holds_gil, 1);
		if (l->tstate_holds_gil < 0)
			fake_put_u32(&world.py, world.threads[1], l->tstate_status,
				     1u << l->holds_gil_bit);
		cr_assert_eq(holder(&world), 1, "%s", fake_layout_name(l));
	}
}

Test(gil, free_threads_are_attached_or_not)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;

		if (!(l->flavour & PY_FREE_THREADED))
			continue;
		cr_assert_eq(holder(&world), 2);
		fake_put_u32(&world.py, world.threads[0], l->tstate_state, 0);
		cr_assert_eq(holder(&world), 1, "%s", fake_layout_name(l));
	}
}

Test(gil, held_as_the_process_says)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t word = fake_alloc(&world.py, 8);

		if (l->tstate_holds_gil >= 0 || l->holds_gil_bit >= 0)
			continue;
		cr_assert_eq(holder(&world), -1);
		world.python.location.tstate_current = word;
		cr_assert_eq(holder(&world), -1);
		fake_put_u64(&world.py, word, 0, world.threads[0]);
		cr_assert_eq(holder(&world), 0, "%s", fake_layout_name(l));
		world.python.location.tstate_current = 0x1000; /* not mapped */
		cr_assert_eq(holder(&world), -1);
	}
}

/* The first thread is all that the interpreter has, and has held it for a second: by this word. */
static uint64_t hold_for_long(struct world *world)
{
	static struct known_thread thread;
	struct python *python = &world->python;
	uint64_t word = fake_alloc(&world->py, 8);

	cr_assert(array_push(&python->interps, &world->interp));
	cr_assert(array_push(&world->interp.list, &thread));
	python->location.tstate_current = word;
	python->period_ns = 1000;
	python->now_ns = CLOCK_SECOND_NS;
	fake_put_u64(&world->py, word, 0, world->threads[0]);
	cr_assert_eq(holder(world), 0);
	python->now_ns += CLOCK_SECOND_NS;
	cr_assert_eq(holder(world), 0);
	return word;
}

static void let_go(struct world *world)
{
	array_deinit(&world->python.interps);
	array_deinit(&world->interp.list);
}

static bool process_says(const struct world *world)
{
	return world->py.layout.tstate_holds_gil < 0 && world->py.layout.holds_gil_bit < 0;
}

Test(gil, a_thread_that_is_alone_is_believed_to_hold_it)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct python *python = &world.python;
		uint64_t word;

		if (!process_says(&world))
			continue;
		word = hold_for_long(&world);
		fake_put_u64(&world.py, word, 0, 0);
		python->now_ns += CLOCK_MS_NS;
		cr_assert_eq(holder(&world), 0, "%s", fake_layout_name(&world.py.layout));
		python->now_ns += 16 * CLOCK_MS_NS;
		cr_assert_eq(holder(&world), -1, "%s", fake_layout_name(&world.py.layout));
		/* it has just taken it again */
		fake_put_u64(&world.py, word, 0, world.threads[0]);
		python->now_ns += python->period_ns;
		cr_assert_eq(holder(&world), 0);
		fake_put_u64(&world.py, word, 0, 0);
		python->now_ns += python->period_ns;
		cr_assert_eq(holder(&world), -1);
		let_go(&world);
	}
}

/* A thread has a state in each interpreter, and holds it with the one that it runs in. */
Test(gil, where_there_are_more_interpreters_none_is_believed)
{
	struct interp other = { 0 };
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t word;

		if (!process_says(&world))
			continue;
		word = hold_for_long(&world);
		cr_assert(array_push(&world.python.interps, &other));
		fake_put_u64(&world.py, word, 0, world.threads[1]);
		cr_assert_eq(holder(&world), 1, "%s", fake_layout_name(&world.py.layout));
		let_go(&world);
	}
}

Test(gil, held_as_the_interpreters_gil_says)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t gil = fake_alloc(&world.py, 1024);

		if (l->tstate_holds_gil >= 0 || l->holds_gil_bit >= 0 || l->gil_locked < 0 ||
		    l->gil_last_holder < 0)
			continue;
		world.interp.gil = gil;
		fake_put_u64(&world.py, gil, l->gil_last_holder, world.threads[1]);
		fake_put_u32(&world.py, gil, l->gil_locked, 1);
		cr_assert_eq(holder(&world), 1, "%s", fake_layout_name(l));
		/* let go, and not yet made */
		fake_put_u32(&world.py, gil, l->gil_locked, 0);
		cr_assert_eq(holder(&world), -1);
		fake_put_u32(&world.py, gil, l->gil_locked, UINT32_MAX);
		cr_assert_eq(holder(&world), -1);
	}
}

Test(gil, its_futexes_lie_inside_of_it)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t size = (uint64_t)world.py.layout.gil_size;

		cr_assert(!gil_owns_futex(&world.python, &world.interp, 0));
		if (world.py.layout.gil_size <= 0)
			continue;
		world.interp.gil = 0x5000;
		cr_assert(gil_owns_futex(&world.python, &world.interp, 0x5000));
		cr_assert(gil_owns_futex(&world.python, &world.interp, 0x5000 + size - 4));
		cr_assert(!gil_owns_futex(&world.python, &world.interp, 0x5000 + size));
		cr_assert(!gil_owns_futex(&world.python, &world.interp, 0x5000 - 4));
		cr_assert(!gil_owns_futex(&world.python, &world.interp, UINT64_MAX));
	}
}
