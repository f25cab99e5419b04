/*
 * Who ran a generator: the newest is kept, for that generator alone.
 */
#include <criterion/criterion.h>

#include "python/resumers.h"

Test(resumers, the_newest_is_kept)
{
	struct resumer resumer = { .frame = 0x7f0000001000, .code = 1, .caller_frame = 16 };
	struct resumers *resumers = NULL;
	const struct resumer *found;

	cr_assert_null(resumers_create(&resumers));
	cr_assert_null(resumers_find(resumers, resumer.frame, 1));
	resumers_set(resumers, &resumer);
	resumer.caller_frame = 32;
	resumers_set(resumers, &resumer);
	found = resumers_find(resumers, resumer.frame, 1);
	cr_assert(found);
	cr_assert_eq(found->caller_frame, 32);
	resumers_destroy(resumers);
}

Test(resumers, another_generator_in_its_place_is_not_known)
{
	const struct resumer resumer = { .frame = 0x7f0000001000, .code = 1, .caller_frame = 16 };
	struct resumers *resumers = NULL;

	cr_assert_null(resumers_create(&resumers));
	resumers_set(resumers, &resumer);
	cr_assert_null(resumers_find(resumers, resumer.frame, 2));
	cr_assert_null(resumers_find(resumers, resumer.frame + 8, 1));
	cr_assert_null(resumers_find(resumers, 0, 0));
	resumers_destroy(resumers);
	resumers_destroy(NULL);
}

Test(resumers, what_is_dropped_is_not_known)
{
	const struct resumer resumer = { .frame = 0x7f0000001000, .code = 1, .caller_frame = 16 };
	struct resumers *resumers = NULL;

	cr_assert_null(resumers_create(&resumers));
	resumers_set(resumers, &resumer);
	resumers_drop(resumers, resumer.frame + 16);
	cr_assert(resumers_find(resumers, resumer.frame, 1));
	resumers_drop(resumers, resumer.frame);
	cr_assert_null(resumers_find(resumers, resumer.frame, 1));
	cr_assert_not(resumers_know(resumers, resumer.frame));
	resumers_destroy(resumers);
}

Test(resumers, as_many_as_there_are)
{
	struct resumers *resumers = NULL;
	size_t known = 0;

	cr_assert_null(resumers_create(&resumers));
	for (uint64_t i = 1; i <= 1000; i++)
		resumers_set(resumers, &(struct resumer) { .frame = 0x7f0000000000 + i * 208,
							   .code = i,
							   .caller_frame = i });
	for (uint64_t i = 1; i <= 1000; i++)
		known += resumers_find(resumers, 0x7f0000000000 + i * 208, i) != NULL;
	cr_assert_gt(known, 800);
	resumers_destroy(resumers);
}
