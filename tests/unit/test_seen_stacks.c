/*
 * Whole stacks by what told that they were there: the newest of each leaf is kept, for a second.
 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "python/code.h"
#include "python/seen_stacks.h"

enum { DEPTH = 3, FRAME_BYTES = 96, TSTATE = 0x1000, NOW = 5 };

static const uint64_t second = CLOCK_SECOND_NS;
static struct code codes[] = { { .addr = 0x100, .id = 1, .framesize = FRAME_BYTES },
			       { .addr = 0x200, .id = 2, .framesize = FRAME_BYTES },
			       { .addr = 0x300, .id = 3, .framesize = 2 * FRAME_BYTES } };

static struct seen_stacks *create(void)
{
	struct seen_stacks *stacks = NULL;

	cr_assert_null(seen_stacks_create(&stacks));
	return stacks;
}

static void put(struct seen_stacks *stacks, const struct seen_key *key, uint64_t now_ns,
		size_t leaf)
{
	const struct py_frame frames[DEPTH] = { { &codes[leaf], 0x7000, 4 },
						{ &codes[0], 0x6000, 6 },
						{ &codes[0], 0x5000, 8 } };

	cr_assert_null(seen_stacks_put(stacks, key, now_ns, frames, DEPTH));
}

Test(seen_stacks, by_what_the_thread_state_says)
{
	const struct seen_key keys[] = { { TSTATE, 8, 0, 0 },
					 { TSTATE, 0, 0x7100, 0 },
					 { TSTATE, 0, 0x7100, 0x9000 },
					 { TSTATE + 8, 8, 0, 0 } };
	struct seen_stacks *stacks = create();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct seen_stack *seen;

		cr_assert_null(seen_stacks_find(stacks, &keys[i], NOW * second, 0));
		put(stacks, &keys[i], NOW * second, 0);
		seen = seen_stacks_find(stacks, &keys[i], NOW * second, 0);
		cr_assert(seen);
		cr_assert_eq(seen->frames.count, DEPTH);
		cr_assert_eq(seen->frames.items[1].addr, 0x6000);
		cr_assert_eq(seen->frames.items[1].code_id, 1);
		cr_assert_eq(seen->frames.items[1].offset, 6);
	}
	seen_stacks_destroy(stacks);
	seen_stacks_destroy(NULL);
}

Test(seen_stacks, each_leaf_has_its_own_and_the_newest_is_found)
{
	const struct seen_key key = { .tstate = TSTATE, .frame = 0x7000 };
	struct seen_stacks *stacks = create();
	const struct seen_stack *seen;

	put(stacks, &key, NOW * second, 0);
	put(stacks, &key, NOW * second + 1, 1);
	put(stacks, &key, NOW * second + 2, 2);
	put(stacks, &key, NOW * second + 3, 0);
	seen = seen_stacks_find(stacks, &key, NOW * second + 3, 0);
	cr_assert_eq(seen->frames.items[0].code_id, 1);
	seen = seen_stacks_find(stacks, &key, NOW * second + 3, 2);
	cr_assert_eq(seen->frames.items[0].code_id, 2);
	cr_assert_null(seen_stacks_find(stacks, &key, NOW * second + 3, 4));
	seen_stacks_destroy(stacks);
}

static uint64_t leaf_of(const struct seen_stack *seen)
{
	return seen ? seen->frames.items[0].code_id : 0;
}

Test(seen_stacks, one_that_differs_by_the_frame)
{
	const struct seen_key key = {
		.tstate = TSTATE, .depth = 8, .top = 0x7100, .frame = 0x9000
	};
	const struct seen_key first = { TSTATE, 8, 0x7100, 0x7000 };
	const struct seen_key other = { TSTATE, 8, 0x7100, 0x6000 };
	struct seen_stacks *stacks = create();

	cr_assert_null(seen_stacks_find_alike(stacks, &key, NOW * second, 0));
	put(stacks, &first, NOW * second, 1);
	cr_assert_null(seen_stacks_find(stacks, &key, NOW * second, 0));
	cr_assert_eq(leaf_of(seen_stacks_find_alike(stacks, &key, NOW * second, 0)), 2);
	cr_assert_eq(leaf_of(seen_stacks_find_alike(stacks, &key, NOW * second, 2)), 2);
	cr_assert_null(seen_stacks_find_alike(stacks, &key, NOW * second, 1), "no such frame");
	put(stacks, &other, NOW * second + 1, 2);
	cr_assert_null(seen_stacks_find_alike(stacks, &key, NOW * second + 1, 0),
		       "it may be either");
	cr_assert_eq(leaf_of(seen_stacks_find_alike(stacks, &key, NOW * second + 1, 1)), 3);
	/* the first one is too long ago */
	cr_assert_eq(leaf_of(seen_stacks_find_alike(stacks, &key, (NOW + 1) * second + 1, 0)), 3);
	cr_assert_null(seen_stacks_find_alike(stacks, &key, (NOW + 1) * second + 1, 2));
	seen_stacks_destroy(stacks);
}

Test(seen_stacks, one_of_the_depth_that_it_is_said_to_have)
{
	const struct seen_key key = { .tstate = TSTATE, .depth = DEPTH, .frame = 0x9000 };
	const struct seen_key deeper = { .tstate = TSTATE, .depth = DEPTH + 1, .frame = 0x7000 };
	struct seen_key other = key;
	struct seen_stacks *stacks = create();

	other.frame = 0x7000;
	put(stacks, &deeper, NOW * second, 1);
	cr_assert_null(seen_stacks_find_deep(stacks, &deeper, NOW * second));
	cr_assert_null(seen_stacks_find_deep(stacks, &key, NOW * second));
	put(stacks, &other, NOW * second, 1);
	cr_assert_eq(leaf_of(seen_stacks_find_deep(stacks, &key, NOW * second)), 2);
	other.frame = 0x6000;
	put(stacks, &other, NOW * second + 1, 2);
	cr_assert_null(seen_stacks_find_deep(stacks, &key, NOW * second + 1), "it may be either");
	cr_assert_eq(leaf_of(seen_stacks_find_deep(stacks, &key, (NOW + 1) * second + 1)), 3);
	seen_stacks_destroy(stacks);
}

Test(seen_stacks, what_is_older_than_a_second_is_not_found)
{
	const struct seen_key key = { .tstate = TSTATE, .frame = 0x7000 };
	struct seen_stacks *stacks = create();
	size_t cursor = 0;

	put(stacks, &key, NOW * second, 0);
	cr_assert(seen_stacks_find(stacks, &key, (NOW + 1) * second, 0));
	cr_assert(seen_stacks_next(stacks, TSTATE, (NOW + 1) * second, &cursor));
	cr_assert_null(seen_stacks_find(stacks, &key, (NOW + 1) * second + 1, 0));
	cursor = 0;
	cr_assert_null(seen_stacks_next(stacks, TSTATE, (NOW + 1) * second + 1, &cursor));
	seen_stacks_destroy(stacks);
}

Test(seen_stacks, all_of_one_thread)
{
	struct seen_stacks *stacks = create();
	size_t cursor = 0, found = 0;

	for (uint64_t i = 0; i < 8; i++) {
		put(stacks, &(struct seen_key) { .tstate = TSTATE, .top = i << 8 | 8 },
		    NOW * second, 0);
		put(stacks, &(struct seen_key) { .tstate = TSTATE + 8, .top = i << 8 },
		    NOW * second, 0);
	}
	while (seen_stacks_next(stacks, TSTATE, NOW * second, &cursor))
		found++;
	cr_assert_eq(found, 8);
	seen_stacks_destroy(stacks);
}

/* However many come, what is kept is bounded, and of what is deep nothing is. */
Test(seen_stacks, neither_too_many_nor_too_deep)
{
	static struct py_frame deep[1000];
	const struct seen_key key = { .tstate = TSTATE, .frame = 0x7000 };
	struct seen_stacks *stacks = create();
	size_t cursor = 0, found = 0;

	for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++)
		deep[i] = (struct py_frame) { &codes[0], 0x7000, 4 };
	cr_assert_null(seen_stacks_put(stacks, &key, NOW * second, deep, 1000));
	cr_assert_null(seen_stacks_find(stacks, &key, NOW * second, 0));
	for (uint64_t i = 1; i <= 10000; i++)
		put(stacks, &(struct seen_key) { .tstate = TSTATE, .top = i * 0x40 },
		    NOW * second + i, 0);
	while (seen_stacks_next(stacks, TSTATE, NOW * second + 10000, &cursor))
		found++;
	cr_assert_leq(found, 1000);
	cr_assert_geq(found, 200);
	seen_stacks_destroy(stacks);
}
