/*
 * Who runs the garbage collector, by every way in which versions say it.
 */
#include <criterion/criterion.h>

#include "python/attached.h"
#include "support/fake.h"
#include "support/fake_threads.h"

enum { RUNTIME_BYTES = 4096 /* to the end of _PyRuntime.gc */ };

/* As much of an attached interpreter as collector.c looks at. */
struct world {
	struct fake py;
	struct python python;
	struct interp interp;
};

static bool start(struct world *world, size_t index)
{
	struct fake *py = &world->py;
	struct python *python = &world->python;
	int32_t first = 0, last = 0;

	*world = (struct world) { 0 };
	if (!fake_start(py, index))
		return false;
	python->location.layout = py->layout;
	python->mem = &py->mem;
	if (collector_fields(&py->layout, &first, &last)) {
		python->interp_start = first;
		python->interp_size = (size_t)(last - first) + sizeof(uint64_t);
	}
	cr_assert_null(snapshot_create(&py->mem, &python->snapshot));
	world->interp.addr = fake_interp(py, 0);
	cr_assert(array_push(&python->interps, &world->interp));
	for (uint64_t i = 0; i < 2; i++) {
		struct py_thread thread = { .tstate = 0x1000 * (i + 1),
					    .interp = world->interp.addr };

		cr_assert(array_push(&python->threads, thread));
	}
	return true;
}

static void end(struct world *world)
{
	array_deinit(&world->python.interps);
	array_deinit(&world->python.threads);
	snapshot_destroy(world->python.snapshot);
	fake_deinit(&world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

/* Makes the flag of the collector `value`, wherever this version has it. */
static void put_flag(struct world *world, uint32_t value)
{
	const struct py_layout *l = &world->py.layout;
	struct py_location *location = &world->python.location;

	if (l->interp_gc >= 0) {
		fake_put_u32(&world->py, world->interp.addr, l->interp_gc + l->gc_collecting,
			     value);
	} else if (l->runtime_gc >= 0) {
		if (!location->runtime)
			location->runtime = fake_alloc(&world->py, RUNTIME_BYTES);
		fake_put_u32(&world->py, location->runtime, l->runtime_gc + l->gc_collecting,
			     value);
	} else {
		if (!location->gc_collecting)
			location->gc_collecting = fake_alloc(&world->py, 8);
		fake_put_u32(&world->py, location->gc_collecting, 0, value);
	}
}

/* Which thread collects: 0, 1, or -1; 2 when both do. */
static int collecting(struct world *world)
{
	struct py_thread *threads = world->python.threads.items;

	threads[0].in_gc = threads[1].in_gc = false;
	cr_assert_null(snapshot_begin(world->python.snapshot));
	collector_read(&world->python, &world->interp, fake_at(&world->py, world->interp.addr));
	collector_mark(&world->python);
	if (threads[0].in_gc && threads[1].in_gc)
		return 2;
	return threads[0].in_gc ? 0 : threads[1].in_gc ? 1 : -1;
}

Test(collector, is_run_by_the_thread_with_the_gil)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct py_thread *threads = world.python.threads.items;

		threads[1].holds_gil = true;
		cr_assert_eq(collecting(&world), -1);
		put_flag(&world, 1);
		cr_assert_eq(collecting(&world), 1, "%s", fake_layout_name(&world.py.layout));
		/* free-threaded: several are attached, one of them runs it */
		threads[0].holds_gil = true;
		cr_assert_eq(collecting(&world), -1);
		threads[0].holds_gil = threads[1].holds_gil = false;
		cr_assert_eq(collecting(&world), -1);
		put_flag(&world, 0);
		cr_assert_eq(collecting(&world), -1);
		put_flag(&world, 77); /* no flag */
		cr_assert_eq(collecting(&world), -1);
	}
}

Test(collector, free_threads_are_stopped_by_the_one_that_runs_it)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		struct py_thread *threads = world.python.threads.items;

		if (!(l->flavour & PY_FREE_THREADED))
			continue;
		put_flag(&world, 1);
		threads[0].holds_gil = threads[1].holds_gil = true;
		fake_put_u64(&world.py, world.interp.addr, l->interp_stop_requester, 0x2000);
		cr_assert_eq(collecting(&world), 1, "%s", fake_layout_name(l));
		/* they go on, and it is still at it */
		fake_put_u64(&world.py, world.interp.addr, l->interp_stop_requester, 0);
		cr_assert_eq(collecting(&world), 1);
		put_flag(&world, 0);
		cr_assert_eq(collecting(&world), -1);
		put_flag(&world, 1);
		cr_assert_eq(collecting(&world), -1);
	}
}

Test(collector, is_run_by_the_thread_whose_frame_called_it)
{
	struct py_frame frames[] = { { NULL, 0x5000, 0 }, { NULL, 0x4000, 0 } };
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		struct py_thread *threads = world.python.threads.items;

		if (l->gc_frame < 0)
			continue;
		put_flag(&world, 1);
		fake_put_u64(&world.py, world.interp.addr, l->interp_gc + l->gc_frame, 0x4000);
		threads[0].frames = frames;
		threads[0].frame_count = 2;
		threads[1].holds_gil = true; /* while a finalizer waits */
		cr_assert_eq(collecting(&world), 0, "%s", fake_layout_name(l));
		threads[0].frame_count = 1;
		cr_assert_eq(collecting(&world), 1);
	}
}
