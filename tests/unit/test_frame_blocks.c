/*
 * The blocks that hold frame objects: read whole, and forgotten when no frame is there any more.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "python/frame_blocks.h"
#include "support/fake.h"

enum { FRAME_BYTES = 100, FIRST = 0x10000 /* in the arena */ };

struct world {
	struct fake py;
	struct snapshot *snapshot;
	struct frame_blocks blocks;
};

static void begin(struct world *world)
{
	*world = (struct world) { 0 };
	cr_assert(fake_start(&world->py, 0));
	cr_assert_null(snapshot_create(&world->py.mem, &world->snapshot));
}

static void end(struct world *world)
{
	frame_blocks_deinit(&world->blocks);
	snapshot_destroy(world->snapshot);
	fake_deinit(&world->py);
}

static void next_round(struct world *world)
{
	cr_assert_null(snapshot_begin(world->snapshot));
	world->py.mem.calls = 0;
	frame_blocks_begin(&world->blocks, world->snapshot);
}

static uint64_t frame_at(struct world *world, uint64_t offset)
{
	const uint64_t addr = FAKE_BASE + FIRST + offset;

	memcpy(fake_at(&world->py, addr), &addr, sizeof(addr));
	return addr;
}

static struct error *add(struct world *world, uint64_t addr)
{
	return frame_blocks_add(&world->blocks, world->snapshot, addr, FRAME_BYTES);
}

/* Is it there, and the right one? */
static bool holds(struct world *world, uint64_t addr)
{
	const char *bytes = frame_blocks_find(&world->blocks, addr, FRAME_BYTES);

	return bytes && !memcmp(bytes, &addr, sizeof(addr));
}

Test(frame_blocks, are_read_with_all_frames_that_come_to_lie_there)
{
	struct world world;
	uint64_t one, other, apart;

	begin(&world);
	one = frame_at(&world, 0);
	other = frame_at(&world, 500);
	apart = frame_at(&world, 5 * FAKE_PAGE + 8);
	next_round(&world);
	cr_assert_not(holds(&world, one));
	cr_assert_null(add(&world, apart));
	cr_assert_null(add(&world, one));
	cr_assert_null(add(&world, other));
	next_round(&world);
	cr_assert(holds(&world, apart));
	cr_assert(holds(&world, one));
	cr_assert(holds(&world, other));
	cr_assert_not(holds(&world, frame_at(&world, 3 * FAKE_PAGE)));
	cr_assert_not(holds(&world, frame_at(&world, 9 * FAKE_PAGE)));
	cr_assert_eq(world.py.mem.calls, 0);
	end(&world);
}

Test(frame_blocks, hold_a_frame_that_lies_in_two)
{
	struct world world;
	uint64_t addr;

	begin(&world);
	addr = frame_at(&world, FRAME_BLOCK_BYTES - 16);
	next_round(&world);
	cr_assert_null(add(&world, addr));
	for (int i = 0; i < 100; i++) {
		next_round(&world);
		cr_assert(holds(&world, addr));
	}
	end(&world);
}

Test(frame_blocks, are_forgotten)
{
	struct world world;
	uint64_t kept, left;
	int rounds = 0;

	begin(&world);
	left = frame_at(&world, 0);
	kept = frame_at(&world, 7 * FAKE_PAGE);
	next_round(&world);
	cr_assert_null(add(&world, left));
	cr_assert_null(add(&world, kept));
	next_round(&world);
	while (world.blocks.known == 2) {
		next_round(&world);
		cr_assert(holds(&world, kept));
		cr_assert_lt(++rounds, 1000);
	}
	cr_assert_gt(rounds, 8);
	cr_assert_not(holds(&world, left));
	end(&world);
}

Test(frame_blocks, that_cannot_be_read)
{
	struct world world;
	uint64_t addr;

	begin(&world);
	addr = frame_at(&world, 0);
	fake_unmap(&world.py, addr);
	next_round(&world);
	cr_assert_null(add(&world, addr));
	cr_assert_not(holds(&world, addr));
	fake_map(&world.py, addr);
	cr_assert_null(add(&world, addr));
	next_round(&world);
	cr_assert(holds(&world, addr));
	fake_unmap(&world.py, addr);
	next_round(&world);
	cr_assert_not(holds(&world, addr));
	world.py.gone = true;
	cr_assert_eq(add(&world, addr), &error_gone);
	end(&world);
}
