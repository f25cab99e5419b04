/*
 * Which frame ended where the data stack did.
 */
#include <criterion/criterion.h>

#include "python/tops.h"

Test(tops, the_last_one_that_ended_there)
{
	struct tops *tops = NULL;

	cr_assert_null(tops_create(&tops));
	cr_assert_eq(tops_find(tops, 0x1000), 0);
	tops_set(tops, 0x1000, 0xf00);
	tops_set(tops, 0x1008, 0xe00);
	cr_assert_eq(tops_find(tops, 0x1000), 0xf00);
	cr_assert_eq(tops_find(tops, 0x1008), 0xe00);
	tops_set(tops, 0x1000, 0xf08);
	cr_assert_eq(tops_find(tops, 0x1000), 0xf08);
	tops_destroy(tops);
	tops_destroy(NULL);
}

Test(tops, one_that_another_took_the_place_of_is_not_mistaken_for_it)
{
	enum { MANY = 1 << 16 };
	struct tops *tops = NULL;
	int known = 0;

	cr_assert_null(tops_create(&tops));
	for (uint64_t i = 1; i <= MANY; i++)
		tops_set(tops, i * 8, i);
	for (uint64_t i = 1; i <= MANY; i++) {
		uint64_t frame = tops_find(tops, i * 8);

		cr_assert(frame == i || frame == 0);
		known += frame == i;
	}
	cr_assert_gt(known, 1000);
	cr_assert_lt(known, MANY);
	tops_destroy(tops);
}
