/*
 * Which calls are known to happen.
 */
#include <criterion/criterion.h>

#include "python/edges.h"

Test(edges, what_was_added_is_known)
{
	const struct edge edge = { 1, 2, 10 };
	const struct edge others[] = { { 2, 1, 10 }, { 1, 2, 12 }, { 0, 2, 10 }, { 1, 3, 10 } };
	struct edge_set *set;

	cr_assert_null(edge_set_create(&set));
	cr_assert(!edge_set_has(set, &edge));
	cr_assert_null(edge_set_add(set, &edge));
	cr_assert(edge_set_has(set, &edge));
	for (size_t i = 0; i < 4; i++)
		cr_assert(!edge_set_has(set, &others[i]));
	cr_assert_null(edge_set_add(set, &edge));
	cr_assert(edge_set_has(set, &edge));
	edge_set_destroy(set);
	edge_set_destroy(NULL);
}

Test(edges, where_calls_come_from_and_of_which_size)
{
	struct edge_set *set = NULL;
	int32_t offset = -7;

	cr_assert_null(edge_set_create(&set));
	cr_assert_not(edge_set_call(set, 1, 2, &offset));
	cr_assert_eq(offset, -7);
	cr_assert_null(edge_set_add_call(set, 1, 2, 10));
	cr_assert_null(edge_set_add_call(set, 1, 2, 12));
	cr_assert(edge_set_call(set, 1, 2, &offset));
	cr_assert_eq(offset, 12);
	cr_assert_not(edge_set_call(set, 2, 1, &offset));
	cr_assert_not(edge_set_has(set, &(struct edge) { 1, 2, 12 }));
	cr_assert_eq(edge_set_sized(set, 1, 112), 0);
	cr_assert_null(edge_set_add_sized(set, 1, 112, 0x1000));
	cr_assert_eq(edge_set_sized(set, 1, 112), 0x1000);
	cr_assert_eq(edge_set_sized(set, 1, 120), 0);
	edge_set_destroy(set);
}

Test(edges, the_set_does_not_grow_without_end)
{
	enum { MANY = (1 << 18) + 1 };
	const struct edge first = { 1, 2, 0 }, last = { 1, 2, MANY - 1 };
	struct edge_set *set;

	cr_assert_null(edge_set_create(&set));
	for (int64_t i = 0; i < MANY; i++)
		cr_assert_null(edge_set_add(set, &(struct edge) { 1, 2, i }));
	cr_assert(!edge_set_has(set, &first));
	cr_assert(edge_set_has(set, &last));
	edge_set_destroy(set);
}

Test(edges, a_search_that_found_nothing_is_not_made_again_and_again)
{
	enum { SIGHTINGS = 10000, SEARCHES_MAX = SIGHTINGS / 16 + 20 };
	const struct edge edge = { 1, 2, 10 };
	struct edge_set *set = NULL;
	int searches = 0;

	cr_assert_null(edge_set_create(&set));
	for (int i = 0; i < SIGHTINGS; i++) {
		if (!edge_set_awaits_search(set, &edge))
			continue;
		searches++;
		cr_assert_null(edge_set_note_search(set, &edge, false));
	}
	cr_assert_gt(searches, 10);
	cr_assert_lt(searches, SEARCHES_MAX);
	cr_assert_not(edge_set_has(set, &edge));
	edge_set_destroy(set);
}

Test(edges, what_a_search_has_found_several_times_is_known)
{
	const struct edge edge = { 1, 2, 10 };
	struct edge_set *set = NULL;

	cr_assert_null(edge_set_create(&set));
	for (int i = 0; i < 3; i++) {
		cr_assert_not(edge_set_has(set, &edge));
		cr_assert(edge_set_awaits_search(set, &edge));
		cr_assert_null(edge_set_note_search(set, &edge, true));
	}
	cr_assert(edge_set_has(set, &edge));
	edge_set_destroy(set);
}

Test(edges, a_generator_is_to_be_held_in_half_of_the_looks_at_its_work)
{
	const struct edge often = { 1, 2, 10 }, seldom = { 1, 2, 12 };
	struct edge_set *set = NULL;

	cr_assert_null(edge_set_create(&set));
	for (int i = 0; i < 16; i++) {
		cr_assert_eq(edge_set_has(set, &often), i > 14, "%d", i);
		cr_assert_null(edge_set_note_work(set, &often, i % 2 == 0));
	}
	cr_assert(edge_set_has(set, &often));
	for (int i = 0; i < 100; i++)
		cr_assert_null(edge_set_note_work(set, &seldom, i % 3 == 0));
	cr_assert_not(edge_set_has(set, &seldom));
	edge_set_destroy(set);
}
