/*
 * When looks are due: one at a random moment of each period, and no catching up.
 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "profile/schedule.h"

enum { PERIOD = CLOCK_SECOND_NS / 100, START = 12345 };

Test(schedule, each_period_has_one_look_inside)
{
	struct schedule schedule;
	uint64_t now = START, skipped;

	schedule_init(&schedule, 100, START, 1);
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t due = schedule_next(&schedule, now, &skipped);

		cr_assert_eq(skipped, 0);
		cr_assert_geq(due, START + i * PERIOD);
		cr_assert_lt(due, START + (i + 1) * PERIOD);
		now = due;
	}
}

Test(schedule, looks_are_spread_over_the_period)
{
	enum { LOOKS = 10000, PARTS = 10 };
	unsigned int counts[PARTS] = { 0 };
	struct schedule schedule;
	uint64_t now = START, skipped;

	schedule_init(&schedule, 100, START, 99);
	for (int i = 0; i < LOOKS; i++) {
		now = schedule_next(&schedule, now, &skipped);
		counts[(now - START) % PERIOD / (PERIOD / PARTS)]++;
	}
	/* 1,000 each, give or take ten standard deviations */
	for (int i = 0; i < PARTS; i++)
		cr_assert(counts[i] > 700 && counts[i] < 1300, "%d: %u", i, counts[i]);
}

Test(schedule, missed_periods_are_counted_and_never_made_up_for)
{
	struct schedule schedule;
	uint64_t due, skipped;

	schedule_init(&schedule, 100, START, 1);
	due = schedule_next(&schedule, START, &skipped);
	cr_assert_lt(due, START + PERIOD);
	/* that look took until the middle of period 7: 1 to 6 are over */
	due = schedule_next(&schedule, START + 7 * PERIOD + PERIOD / 2, &skipped);
	cr_assert_eq(skipped, 6);
	cr_assert(due >= START + 7 * PERIOD && due < START + 8 * PERIOD);
	due = schedule_next(&schedule, START + 8 * PERIOD - 1, &skipped);
	cr_assert_eq(skipped, 0);
	cr_assert(due >= START + 8 * PERIOD && due < START + 9 * PERIOD);
}

Test(schedule, looks_and_skipped_periods_are_all_periods)
{
	struct schedule schedule;
	uint64_t now = START, skipped, looks = 0, missed = 0;

	schedule_init(&schedule, 100, START, 5);
	while (now < START + 1000 * (uint64_t)PERIOD) {
		now = schedule_next(&schedule, now, &skipped);
		looks++;
		missed += skipped;
		now += looks % 4 * PERIOD; /* what the look took */
	}
	cr_assert_gt(missed, 100);
	cr_assert_eq(looks + missed, schedule.next);
}

Test(schedule, the_seed_is_all_of_the_chance)
{
	struct schedule one, same, other;
	uint64_t now = START, skipped;
	int differ = 0;

	schedule_init(&one, 100, START, 4711);
	schedule_init(&same, 100, START, 4711);
	schedule_init(&other, 100, START, 4713);
	for (int i = 0; i < 100; i++) {
		uint64_t due = schedule_next(&one, now, &skipped);

		cr_assert_eq(schedule_next(&same, now, &skipped), due);
		differ += schedule_next(&other, now, &skipped) != due;
		now = due;
	}
	cr_assert_gt(differ, 90);
}

Test(schedule, a_seed_of_nothing)
{
	struct schedule schedule;
	uint64_t now = START, skipped;
	int at_start = 0;

	schedule_init(&schedule, 100, START, 0);
	for (int i = 0; i < 100; i++) {
		now = schedule_next(&schedule, now, &skipped);
		at_start += (now - START) % PERIOD == 0;
	}
	cr_assert_lt(at_start, 10);
}

Test(schedule, as_often_as_can_be)
{
	/* no rate, and rates at which there is no waiting */
	static const double rates[] = { 0, 2e6, 1e300 };
	struct schedule schedule;
	uint64_t skipped = 1;

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		schedule_init(&schedule, rates[i], START, 1);
		cr_assert_eq(schedule_next(&schedule, START, &skipped), START);
		cr_assert_eq(skipped, 0);
		cr_assert_eq(schedule_next(&schedule, START + CLOCK_SECOND_NS, &skipped),
			     START + CLOCK_SECOND_NS);
		cr_assert_eq(skipped, 0);
	}
}

Test(schedule, rates_from_very_low_to_very_high)
{
	static const double rates[] = { 1e-9, 0.001, 0.5, 1, 99.7, 1000 * 1000 };
	struct schedule schedule;
	uint64_t skipped;

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		double period = CLOCK_SECOND_NS / rates[i];
		uint64_t due;

		schedule_init(&schedule, rates[i], START, 1);
		due = schedule_next(&schedule, START, &skipped);
		cr_assert(due >= START && (double)(due - START) <= period);
		due = schedule_next(&schedule, due, &skipped);
		cr_assert_eq(skipped, 0);
		cr_assert((double)(due - START) >= period * 0.999 &&
			  (double)(due - START) <= 2 * period);
	}
}

Test(schedule, another_period_begins_a_grid_of_its_own)
{
	struct schedule schedule;
	uint64_t now = START + 3 * (uint64_t)PERIOD, skipped, due;

	schedule_init(&schedule, 100, START, 1);
	(void)schedule_next(&schedule, START, &skipped);
	schedule_set_period(&schedule, 5 * (uint64_t)PERIOD, now);
	for (uint64_t i = 0; i < 100; i++) {
		due = schedule_next(&schedule, now + i * 5 * PERIOD, &skipped);
		cr_assert_eq(skipped, 0);
		cr_assert_geq(due, now + i * 5 * PERIOD);
		cr_assert_lt(due, now + (i + 1) * 5 * PERIOD);
	}
}
