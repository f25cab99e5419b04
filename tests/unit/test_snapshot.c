/*
 * The snapshot: what was asked for in one round is read at once in the next, in that order.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "target/snapshot.h"

enum { BASE = 0x10000, SIZE = 1 << 20, LOG_MAX = 4096, PAGE = 4096 };

/* A target of SIZE bytes at BASE, each byte by its address; it remembers what was read. */
struct target {
	struct mem mem;
	uint64_t hole; /* the page there cannot be read; 0: none */
	bool gone;
	char salt; /* added to each byte */
	struct mem_range log[LOG_MAX];
	size_t log_count;
};

static struct target target;
static struct snapshot *snapshot;

static char byte_at(uint64_t addr)
{
	return (char)(addr * 31 + (addr >> 8) + (uint64_t)target.salt);
}

static bool readable(uint64_t addr, size_t len)
{
	return addr >= BASE && len <= SIZE && addr - BASE <= SIZE - len &&
	       (!target.hole || addr + len <= target.hole || addr >= target.hole + PAGE);
}

static struct error *target_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	mem->calls += count != 0;
	if (target.gone)
		return &error_gone;
	for (size_t i = 0; i < count; i++) {
		char *bytes = ranges[i].buf;

		if (target.log_count < LOG_MAX)
			target.log[target.log_count++] = ranges[i];
		ranges[i].ok = readable(ranges[i].addr, ranges[i].len);
		for (size_t k = 0; ranges[i].ok && k < ranges[i].len; k++)
			bytes[k] = byte_at(ranges[i].addr + k);
	}
	return NULL;
}

static void setup(void)
{
	static const struct mem_ops ops = { .readv = target_readv };

	target.mem.ops = &ops;
	cr_assert_null(snapshot_create(&target.mem, &snapshot));
}

static void teardown(void)
{
	snapshot_destroy(snapshot);
	snapshot_destroy(NULL);
}

TestSuite(snapshot, .init = setup, .fini = teardown);

static void begin(void)
{
	target.log_count = 0;
	target.mem.calls = 0;
	cr_assert_null(snapshot_begin(snapshot));
}

static void check_bytes(const char *bytes, uint64_t addr, size_t len)
{
	cr_assert(bytes);
	cr_assert_eq((uintptr_t)bytes % 64, addr % 64, "alignment is that of the target");
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(bytes[i], byte_at(addr + i), "byte %zu of %lx", i, addr);
}

static void get(uint64_t addr, size_t len)
{
	const void *bytes;

	cr_assert_null(snapshot_get(snapshot, addr, len, &bytes));
	check_bytes(bytes, addr, len);
}

static void check_log(size_t at, uint64_t addr, size_t len)
{
	cr_assert_lt(at, target.log_count);
	cr_expect_eq(target.log[at].addr, addr, "read %zu at %lx", at, target.log[at].addr);
	cr_expect_eq(target.log[at].len, len, "read %zu of %zu", at, target.log[at].len);
}

Test(snapshot, what_may_wait_is_read_behind_all_else)
{
	const void *bytes;

	begin();
	cr_assert_null(snapshot_get_last(snapshot, BASE + 0x9000, 100, &bytes));
	check_bytes(bytes, BASE + 0x9000, 100);
	get(BASE + 0x3000, 8);
	for (int round = 0; round < 3; round++) {
		begin();
		cr_expect_eq(target.mem.calls, 1);
		check_log(0, BASE + 0x3000, 8);
		check_log(1, BASE + 0x9000, 100);
		cr_assert_null(snapshot_get_last(snapshot, BASE + 0x9000, 100, &bytes));
		get(BASE + 0x3000, 8);
		/* used before, it keeps its place */
		cr_assert_null(snapshot_get_last(snapshot, BASE + 0x3000, 8, &bytes));
	}
}

static void get_last(uint64_t addr, size_t len)
{
	const void *bytes;

	cr_assert_null(snapshot_get_last(snapshot, addr, len, &bytes));
	check_bytes(bytes, addr, len);
}

Test(snapshot, what_is_read_last_is_one_piece_in_whatever_order_it_is_asked_for)
{
	for (int round = 0; round < 4; round++) {
		begin();
		if (round) {
			cr_expect_eq(target.log_count, 2);
			check_log(0, BASE + 0xf000, 8);
			check_log(1, BASE + 0x3000, 0x210);
		}
		get_last(BASE + 0x3200, 16);
		get(BASE + 0xf000, 8);
		get_last(BASE + 0x3000, 8);
		get_last(BASE + 0x3100, 8);
		cr_expect_eq(target.mem.calls, round ? 1 : 4);
	}
}

/* The second and third of three equal rounds, and what comes behind others. */
Test(snapshot, rounds_like_the_one_before)
{
	enum { ROUNDS = 40 };
	const struct mem_range extra = { .addr = BASE + 0x20000, .len = 100 };

	for (int round = 0; round < ROUNDS; round++) {
		const char *before;

		target.salt = (char)round;
		begin();
		get_last(BASE + 0x3200, 16);
		get(BASE + 0x9000, 5000);
		get(BASE + 0xf000, 8);
		get_last(BASE + 0x3000, 8);
		if (round % 8 == 5)
			cr_assert_null(snapshot_want(snapshot, &extra, 1));
		if (round % 8 == 7)
			get(BASE + 0x30000, 3000);
		if (!round)
			continue;
		cr_expect_eq(target.mem.calls, 1 + (round % 8 == 5 || round % 8 == 7));
		before = snapshot_before(snapshot, BASE + 0x9010, 4000);
		target.salt = (char)(round - 1);
		check_bytes(before, BASE + 0x9010, 4000);
	}
}

Test(snapshot, the_second_round_is_one_call_in_the_order_of_use)
{
	begin();
	cr_expect_eq(target.log_count, 0);
	get(BASE + 0x9000, 100);
	get(BASE + 0x3000, 8);
	get(BASE + 0x6000, 50);
	get(BASE + 0x3000, 8);
	cr_expect_eq(target.mem.calls, 3, "one each, the fourth is there");
	for (int round = 0; round < 3; round++) {
		begin();
		check_log(0, BASE + 0x9000, 100);
		check_log(1, BASE + 0x3000, 8);
		check_log(2, BASE + 0x6000, 50);
		get(BASE + 0x9000, 100);
		get(BASE + 0x3000, 8);
		get(BASE + 0x6000, 50);
		cr_expect_eq(target.mem.calls, 1);
	}
	begin();
	get(BASE + 0x6000, 50);
	get(BASE + 0x9000, 100);
	begin();
	check_log(0, BASE + 0x6000, 50);
	check_log(1, BASE + 0x9000, 100);
	cr_expect_eq(target.log_count, 2, "the third went unused");
	begin();
	cr_expect_eq(target.log_count, 0);
}

Test(snapshot, a_part_of_a_range_is_in_it_and_more_is_not)
{
	begin();
	get(BASE + 0x1000, 100);
	get(BASE + 0x1000 + 99, 1);
	get(BASE + 0x1000 + 40, 60);
	cr_expect_eq(target.mem.calls, 1);
	cr_expect_null(snapshot_peek(snapshot, BASE + 0x1000 + 99, 2));
	cr_expect_null(snapshot_peek(snapshot, BASE + 0xfff, 2));
	cr_expect_null(snapshot_peek(snapshot, BASE + 0x1000, SIZE_MAX));
	get(BASE + 0x1000 + 99, 2);
	cr_expect_eq(target.mem.calls, 2);
}

Test(snapshot, a_peek_is_a_use_and_a_glance_is_none)
{
	begin();
	get(BASE + 0x1000, 8);
	get(BASE + 0x9000, 8);
	begin();
	cr_expect(snapshot_peek(snapshot, BASE + 0x1000, 8));
	cr_expect(snapshot_glance(snapshot, BASE + 0x9000, 8));
	cr_expect_null(snapshot_glance(snapshot, BASE + 0x9000, 9));
	cr_expect_eq(target.mem.calls, 1);
	begin();
	cr_expect_eq(target.log_count, 1);
	check_log(0, BASE + 0x1000, 8);
}

Test(snapshot, what_is_done_with_is_not_read_again)
{
	begin();
	get(BASE + 0x1000, 8);
	get(BASE + 0x9000, 8);
	begin();
	get(BASE + 0x1000, 8);
	get(BASE + 0x9000, 8);
	snapshot_done_with(snapshot, BASE + 0x9000, 8);
	snapshot_done_with(snapshot, BASE + 0x20000, 8); /* nobody asked for that */
	snapshot_done_with(snapshot, BASE + 0x1000, 4);  /* a part of something else */
	cr_expect(snapshot_glance(snapshot, BASE + 0x9000, 8), "it is in this round's copy");
	begin();
	cr_expect_eq(target.log_count, 1);
	check_log(0, BASE + 0x1000, 8);
	/* it may be asked for again */
	get(BASE + 0x9000, 8);
	begin();
	cr_expect_eq(target.log_count, 1, "the other was not used");
	check_log(0, BASE + 0x9000, 8);
}

Test(snapshot, near_ranges_are_one_read)
{
	begin();
	get(BASE + 0x1000, 100);
	get(BASE + 0x1000 + 100 + 4095, 8); /* as far as a bridge reaches */
	get(BASE + 0x1010, 10000);          /* overlaps, and is longer */
	get(BASE + 0x0ff0, 8);              /* before: its order counts */
	get(BASE + 0x20000, 8);
	get(BASE + 0x20008 + 4096, 8); /* too far */
	begin();
	cr_expect_eq(target.log_count, 4);
	check_log(0, BASE + 0x1000, 0x10 + 10000);
	check_log(1, BASE + 0x0ff0, 8);
	check_log(2, BASE + 0x20000, 8);
	check_log(3, BASE + 0x20008 + 4096, 8);
	get(BASE + 0x1000, 100);
	get(BASE + 0x1000 + 100 + 4095, 8);
	get(BASE + 0x1010, 10000);
	cr_expect_eq(target.mem.calls, 1);
	begin();
	check_log(0, BASE + 0x1000, 0x10 + 10000);
	get(BASE + 0x1000, 100);
	begin();
	check_log(0, BASE + 0x1000, 100);
	cr_expect_eq(target.log_count, 1, "a part that goes unused is dropped");
}

Test(snapshot, what_became_unreadable_is_dropped)
{
	const void *bytes = &target;

	begin();
	get(BASE + 0x1000, 8);
	get(BASE + 0x5000, 8);
	get(BASE + 0x9000, 8);
	target.hole = BASE + 0x5000;
	begin();
	cr_expect_eq(target.log_count, 3);
	cr_expect_null(snapshot_peek(snapshot, BASE + 0x5000, 8));
	get(BASE + 0x1000, 8);
	cr_expect_eq(snapshot_get(snapshot, BASE + 0x5000, 8, &bytes), &error_fault);
	cr_expect_eq(bytes, &target, "unchanged on failure");
	get(BASE + 0x9000, 8);
	begin();
	cr_expect_eq(target.log_count, 2);
	check_log(1, BASE + 0x9000, 8);
}

Test(snapshot, failed_reads_take_no_room)
{
	const void *bytes;

	begin();
	for (int i = 0; i < 100; i++)
		cr_assert_eq(snapshot_get(snapshot, 8, 100 << 20, &bytes), &error_fault);
	get(BASE, 8);
}

Test(snapshot, wanted_ranges_are_read_in_one_call)
{
	struct mem_range want[] = {
		{ .addr = BASE + 0x1000, .len = 8 },
		{ .addr = BASE + 0x9000, .len = 100 },
		{ .addr = 8, .len = 8 },
		{ .addr = BASE + 0x9010, .len = 8 },
		{ .addr = BASE, .len = 0 },
		{ .addr = UINT64_MAX, .len = 8 },
		{ .addr = BASE + 0x4000, .len = 16 },
	};
	enum { COUNT = sizeof(want) / sizeof(want[0]) };

	begin();
	get(BASE + 0x1000, 8);
	cr_assert_null(snapshot_want(snapshot, want, COUNT));
	cr_expect_eq(target.mem.calls, 2);
	cr_expect_eq(target.log_count, 4, "one was there, one is part of another");
	check_bytes(snapshot_peek(snapshot, BASE + 0x9010, 8), BASE + 0x9010, 8);
	check_bytes(snapshot_peek(snapshot, BASE + 0x4000, 16), BASE + 0x4000, 16);
	cr_expect_null(snapshot_peek(snapshot, 8, 8));
	cr_assert_null(snapshot_want(snapshot, want, 2));
	cr_expect_eq(target.mem.calls, 2);
	begin();
	cr_expect_eq(target.log_count, 3, "what could not be read is not predicted");
	cr_assert_null(snapshot_want(snapshot, want, COUNT));
	cr_expect_eq(target.mem.calls, 2, "tried again when asked for again");
}

Test(snapshot, a_process_that_is_gone)
{
	struct mem_range want = { .addr = BASE + 0x9000, .len = 8 };
	const void *bytes;

	begin();
	get(BASE, 8);
	target.gone = true;
	cr_expect_eq(snapshot_get(snapshot, BASE + 0x9000, 8, &bytes), &error_gone);
	cr_expect_eq(snapshot_want(snapshot, &want, 1), &error_gone);
	cr_expect_null(snapshot_peek(snapshot, BASE + 0x9000, 8));
	cr_expect_eq(snapshot_begin(snapshot), &error_gone);
	cr_expect_null(snapshot_peek(snapshot, BASE, 8));
	target.gone = false;
	begin();
	get(BASE, 8);
}

Test(snapshot, a_round_is_bounded)
{
	const void *bytes;

	begin();
	cr_expect_eq(snapshot_get(snapshot, BASE, SNAPSHOT_BYTES_MAX + 1, &bytes), &error_nomem);
	cr_expect_eq(snapshot_get(snapshot, UINT64_MAX - 4, 8, &bytes), &error_fault);
	cr_expect_null(snapshot_get(snapshot, 8, 0, &bytes));
	for (int i = 0; i < 256; i++)
		get(BASE + (uint64_t)i, SIZE - 256);
	cr_expect_null(snapshot_peek(snapshot, BASE, SIZE));
	for (int i = 0; i < 256; i++)
		cr_assert(snapshot_peek(snapshot, BASE + (uint64_t)i, SIZE - 256));
	cr_expect_eq(snapshot_get(snapshot, BASE + 1, SIZE - 1, &bytes), &error_nomem);
	begin();
	cr_expect_eq(target.log_count, 1, "read once for all");
}

Test(snapshot, pointers_hold_until_the_next_round)
{
	enum { COUNT = 500 };
	const void *kept[COUNT];

	begin();
	for (uint64_t i = 0; i < COUNT; i++)
		cr_assert_null(snapshot_get(snapshot, BASE + i * 1000, 1500, &kept[i]));
	for (uint64_t i = 0; i < COUNT; i++)
		check_bytes(kept[i], BASE + i * 1000, 1500);
}

/* Whatever is asked for in whatever order: the bytes are right, and nothing is read twice. */
Test(snapshot, random_walks)
{
	enum { ROUNDS = 300, PLACES = 64 };
	uint64_t places[PLACES];
	size_t sizes[PLACES];

	srandom(1);
	for (int i = 0; i < PLACES; i++) {
		places[i] = BASE + (uint64_t)random() % (SIZE - 20000);
		sizes[i] = 1 + (size_t)random() % (random() % 4 ? 500 : 20000);
	}
	for (int round = 0; round < ROUNDS; round++) {
		begin();
		for (int i = 0; i < PLACES; i++) {
			int k = random() % 8 ? i : (int)(random() % PLACES);
			uint64_t calls = target.mem.calls;

			get(places[k], sizes[k]);
			get(places[k], sizes[k]);
			cr_assert_leq(target.mem.calls, calls + 1);
		}
		if (random() % 8 == 0)
			places[random() % PLACES] = BASE + (uint64_t)random() % (SIZE - 20000);
	}
}
