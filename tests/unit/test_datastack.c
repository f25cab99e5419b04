/*
 * The data stack of a thread: its chunks copied as far as they are live, and where in them the next
 * frame must lie.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/datastack.h"
#include "support/fake.h"

enum { CHUNK = 16 * 1024 };

struct world {
	struct fake py;
	struct snapshot *snapshot;
	struct datastack stack;
	struct tstate tstate;
};

static uint64_t make_chunk(struct fake *py, uint64_t previous, uint64_t top, size_t size)
{
	uint64_t chunk = fake_alloc(py, size);

	fake_put_u64(py, chunk, py->layout.chunk_previous, previous);
	fake_put_u64(py, chunk, py->layout.chunk_size, size);
	fake_put_u64(py, chunk, py->layout.chunk_top, top);
	return chunk;
}

static bool start(struct world *world, size_t index)
{
	*world = (struct world) { 0 };
	if (!fake_start(&world->py, index))
		return false;
	datastack_init(&world->stack);
	cr_assert_null(snapshot_create(&world->py.mem, &world->snapshot));
	return true;
}

static void end(struct world *world)
{
	datastack_deinit(&world->stack);
	snapshot_destroy(world->snapshot);
	fake_deinit(&world->py);
}

/* A test for each layout that has a data stack. */
#define EACH_WORLD(world)                                                                          \
	for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)                  \
		if ((world).py.layout.chunk_data >= 0)

static void set_thread(struct world *world, uint64_t chunk, uint64_t top_words)
{
	world->tstate.datastack_chunk = chunk;
	world->tstate.datastack_top = chunk + (uint64_t)world->py.layout.chunk_data + 8 * top_words;
}

static struct error *read_once(struct world *world, bool *late)
{
	*late = false;
	return datastack_read(&world->stack, &world->py.view, world->snapshot, &world->tstate,
			      late);
}

static struct error *read_anew(struct world *world, bool *late)
{
	struct error *err = snapshot_begin(world->snapshot);

	return err ? err : read_once(world, late);
}

Test(datastack, a_thread_without_one)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		cr_assert_null(read_once(&world, &late));
		cr_assert_eq(world.stack.windows.count, 0);
		cr_assert(!late);
	}
}

Test(datastack, chunks_are_copied_newest_first)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t old = make_chunk(&world.py, 0, 100, CHUNK);
		uint64_t large = make_chunk(&world.py, old, 12000, 100 * 1000);
		uint64_t new = make_chunk(&world.py, large, 5, CHUNK);
		const struct datastack_window *windows;

		set_thread(&world, new, 50);
		cr_assert_null(read_once(&world, &late));
		cr_assert(late, "%s: nothing was predicted", fake_layout_name(l));
		cr_assert_eq(world.stack.windows.count, 3);
		windows = world.stack.windows.items;
		cr_assert_eq(windows[0].start, new);
		cr_assert_eq(windows[0].data, new + (uint64_t)l->chunk_data);
		/* the thread state knows the top of the newest, the older ones say it themselves */
		cr_assert_eq(windows[0].live_end, windows[0].data + 50 * 8);
		cr_assert_eq(windows[1].start, large);
		cr_assert_eq(windows[1].live_end, windows[1].data + 12000 * 8);
		cr_assert_eq(windows[2].start, old);
		/* the first word of the oldest one is of no frame */
		cr_assert_eq(windows[2].data, old + (uint64_t)l->chunk_data + 8);
		cr_assert_eq(windows[2].live_end, windows[2].data + 99 * 8);
		for (int i = 0; i < 3; i++) {
			cr_assert_leq(windows[i].live_end, windows[i].end);
			cr_assert_eq(memcmp(windows[i].bytes, fake_at(&world.py, windows[i].start),
					    windows[i].end - windows[i].start),
				     0);
		}
	}
}

Test(datastack, is_predicted_from_then_on)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		uint64_t old = make_chunk(&world.py, 0, 2000, CHUNK);

		set_thread(&world, make_chunk(&world.py, old, 0, CHUNK), 1);
		cr_assert_null(read_once(&world, &late));
		cr_assert_null(read_anew(&world, &late));
		cr_assert(!late, "%s", fake_layout_name(&world.py.layout));
		/* a frame more: within the slack */
		world.tstate.datastack_top += 200;
		cr_assert_null(read_anew(&world, &late));
		cr_assert(!late);
	}
}

/* The frame that is current may have been called after the top was read, wherever that is. */
Test(datastack, some_calls_more_are_always_copied)
{
	enum { WORDS = 3 * 1024 / 8, CALLS = 1024 };
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		uint64_t chunk = make_chunk(&world.py, 0, 0, CHUNK);

		for (uint64_t words = 1; words < WORDS; words++) {
			set_thread(&world, chunk, words);
			cr_assert_null(read_anew(&world, &late));
			cr_assert_geq(world.stack.windows.items[0].end,
				      world.tstate.datastack_top + CALLS, "%s: %d words",
				      fake_layout_name(&world.py.layout), (int)words);
		}
	}
}

Test(datastack, what_lies_behind_the_top_need_not_be_readable)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		size_t size = (size_t)world.py.layout.chunk_data + 40 * 8;
		uint64_t chunk = fake_alloc_at_edge(&world.py, size);

		set_thread(&world, chunk, 40);
		cr_assert_null(read_once(&world, &late));
		cr_assert_eq(world.stack.windows.count, 1);
		cr_assert_eq(world.stack.windows.items[0].end, chunk + size);
		world.tstate.datastack_top += 8;
		cr_assert_eq(read_once(&world, &late), &error_fault);
	}
}

Test(datastack, chunks_that_cannot_be)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t chunk = make_chunk(&world.py, 0, 0, CHUNK);

		set_thread(&world, chunk, 10);
		fake_put_u64(&world.py, chunk, l->chunk_previous, chunk);
		cr_assert_eq(read_anew(&world, &late), &error_torn);
		fake_put_u64(&world.py, chunk, l->chunk_previous, chunk + 4);
		cr_assert_eq(read_anew(&world, &late), &error_torn);
		fake_put_u64(&world.py, chunk, l->chunk_previous, 0x1000);
		cr_assert_eq(read_anew(&world, &late), &error_fault);
		fake_put_u64(&world.py, chunk, l->chunk_previous, 0);
		world.tstate.datastack_top = chunk + (uint64_t)l->chunk_data - 8;
		cr_assert_eq(read_anew(&world, &late), &error_torn);
		world.tstate.datastack_top = chunk - 8;
		cr_assert_eq(read_anew(&world, &late), &error_torn);
		world.tstate.datastack_top = UINT64_MAX;
		cr_assert_eq(read_anew(&world, &late), &error_torn);
		/* as large as can be, were it there */
		world.tstate.datastack_top = chunk + (64 << 20);
		cr_assert_eq(read_anew(&world, &late), &error_fault);
		world.py.gone = true;
		cr_assert_eq(read_anew(&world, &late), &error_gone);
	}
}

/* The first word of the oldest holds nothing, so one that ends there has no room for frames. */
Test(datastack, an_oldest_one_that_ends_before_its_first_frame)
{
	struct world world;
	bool late;

	EACH_WORLD(world)
	{
		uint64_t oldest = make_chunk(&world.py, 0, 1, CHUNK);

		set_thread(&world, make_chunk(&world.py, oldest, 0, CHUNK), 4);
		cr_assert_null(read_anew(&world, &late));
		fake_put_u64(&world.py, oldest, world.py.layout.chunk_top, 0);
		cr_assert_eq(read_anew(&world, &late), &error_torn);
	}
}

Test(datastack, find)
{
	struct world world;
	size_t window = 9;
	bool late;

	EACH_WORLD(world)
	{
		uint64_t old = make_chunk(&world.py, 0, 100, CHUNK), new, data;
		const struct datastack_window *w;

		new = make_chunk(&world.py, old, 0, CHUNK);
		set_thread(&world, new, 50);
		cr_assert_null(read_once(&world, &late));
		w = &world.stack.windows.items[0];
		data = new + (uint64_t)world.py.layout.chunk_data;
		cr_assert_eq(datastack_find(&world.stack, 0, data, 8, &window),
			     w->bytes + (data - new));
		cr_assert_eq(window, 0);
		cr_assert(datastack_find(&world.stack, 0, w->end - 8, 8, &window));
		cr_assert_null(datastack_find(&world.stack, 0, w->end - 8, 9, &window));
		cr_assert_null(datastack_find(&world.stack, 0, w->end, 0, &window));
		cr_assert_null(datastack_find(&world.stack, 0, w->end - 8, SIZE_MAX, &window));
		/* the header holds no frame */
		cr_assert_null(datastack_find(&world.stack, 0, data - 8, 8, &window));
		/* a caller never lies in a newer chunk */
		cr_assert_null(datastack_find(&world.stack, 1, data, 8, &window));
		data = old + (uint64_t)world.py.layout.chunk_data + 8;
		cr_assert(datastack_find(&world.stack, 0, data, 8, &window));
		cr_assert_eq(window, 1);
		cr_assert(datastack_find(&world.stack, 1, data, 8, &window));
	}
}

Test(datastack, frames_lie_next_to_each_other)
{
	struct datastack stack = { 0 };
	struct datastack_place place = { 0 };
	const struct datastack_window
		newest = { .start = 0x10000, .data = 0x10018, .end = 0x14000, .live_end = 0x10200 },
		older = { .start = 0x20000, .data = 0x20018, .end = 0x24000, .live_end = 0x20300 };

	cr_assert(array_push(&stack.windows, newest) && array_push(&stack.windows, older) &&
		  array_push(&stack.windows, older));
	/* the first one that is looked at may lie anywhere */
	cr_assert(datastack_fits(&stack, &place, 0, 0x10100, 80));
	cr_assert_eq(place.frame, 0x10100);
	cr_assert(datastack_fits(&stack, &place, 0, 0x10100 - 88, 88));
	cr_assert(!datastack_fits(&stack, &place, 0, 0x10100 - 88 - 96, 88));
	/* of unknown size: anywhere */
	cr_assert(datastack_fits(&stack, &place, 0, 0x10018 + 8, 0));
	/* the last of a chunk must be its first frame, and the next one the last of the older */
	cr_assert(!datastack_fits(&stack, &place, 1, 0x20300 - 80, 80));
	place = (struct datastack_place) { 0, 0x10018 };
	cr_assert(datastack_fits(&stack, &place, 1, 0x20300 - 80, 80));
	place = (struct datastack_place) { 0, 0x10018 };
	cr_assert(!datastack_fits(&stack, &place, 1, 0x20300 - 88, 80));
	place = (struct datastack_place) { 0, 0x10018 };
	cr_assert(!datastack_fits(&stack, &place, 2, 0x20300 - 80, 80), "a chunk left out");
	datastack_deinit(&stack);
}
