/*
 * Ranges that were wanted though not foreseen are foreseen for a while.
 */
#include <criterion/criterion.h>

#include "python/recent.h"
#include "support/fake.h"

enum { ROUNDS = 4, LEN = 16 };

/* Is it in the copy of the next round? */
static bool is_foreseen(struct recent *recent, struct snapshot *snapshot, uint64_t addr)
{
	recent_keep(recent, snapshot);
	cr_assert_null(snapshot_begin(snapshot));
	return snapshot_glance(snapshot, addr, LEN) != NULL;
}

Test(recent, for_some_rounds_behind_the_last_use)
{
	struct fake py;
	struct recent recent = { .rounds = ROUNDS };
	struct snapshot *snapshot;
	const void *bytes;
	uint64_t addr;

	cr_assert(fake_start(&py, 0));
	addr = fake_alloc(&py, LEN);
	cr_assert_null(snapshot_create(&py.mem, &snapshot));
	cr_assert_null(snapshot_get(snapshot, addr, LEN, &bytes));
	recent_add(&recent, addr, LEN);
	for (int i = 0; i < ROUNDS; i++)
		cr_assert(is_foreseen(&recent, snapshot, addr), "round %d", i);
	cr_assert(snapshot_peek(snapshot, addr, LEN));
	/* the round behind its use, and as many more */
	for (int i = 0; i <= ROUNDS; i++)
		cr_assert(is_foreseen(&recent, snapshot, addr), "round %d behind its use", i);
	cr_assert_not(is_foreseen(&recent, snapshot, addr));
	cr_assert_eq(recent.live, 0);
	snapshot_destroy(snapshot);
	fake_deinit(&py);
}

Test(recent, the_oldest_makes_room)
{
	struct recent recent = { .rounds = ROUNDS };

	for (uint64_t i = 0; i <= RECENT_MAX; i++)
		recent_add(&recent, i, LEN);
	cr_assert_eq(recent.ranges[0].addr, RECENT_MAX);
	cr_assert_eq(recent.ranges[1].addr, 1);
	cr_assert_eq(recent.live, UINT32_MAX);
}
