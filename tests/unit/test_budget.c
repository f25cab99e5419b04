/*
 * How often may be looked: a sampler is played, whose looks cost what the test says.
 */
#include <criterion/criterion.h>

#include "profile/budget.h"

static const uint64_t SECOND = 1000 * 1000 * 1000;

struct play {
	struct budget budget;
	bool is_kept_off; /* what takes long is not a lock but others on the CPU */
	uint64_t now_ns, cpu_ns, looks;
};

/* So long at what each look costs, and takes on the clock. Returns the share of a CPU used. */
static double play(struct play *play, uint64_t length_ns, uint64_t cost_ns, uint64_t took_ns)
{
	uint64_t end_ns = play->now_ns + length_ns, before_ns = play->cpu_ns;

	play->looks = 0;
	while (play->now_ns < end_ns) {
		uint64_t period_ns = play->budget.period_ns;

		play->now_ns += period_ns > took_ns ? period_ns : took_ns;
		play->cpu_ns += cost_ns;
		play->looks++;
		budget_look(&play->budget, took_ns > cost_ns && !play->is_kept_off);
		if (budget_is_due(&play->budget, play->now_ns))
			(void)budget_review(&play->budget, play->now_ns, play->cpu_ns);
	}
	return (double)(play->cpu_ns - before_ns) / (double)length_ns;
}

static void begin(struct play *play, uint64_t period_ns, double share)
{
	*play = (struct play) { .now_ns = 5 * SECOND, .cpu_ns = 77 };
	budget_init(&play->budget, period_ns, share, play->now_ns, play->cpu_ns);
}

enum { PERIOD = 1000 * 1000 };

Test(budget, what_is_cheap_is_as_often_as_asked)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	play(&p, 60 * SECOND, 40000, 10000);
	cr_expect_eq(p.looks, 60000);
	cr_expect_eq(p.budget.slowed_ns, 0);
	cr_expect_eq(p.budget.waited_ns, 0);
}

Test(budget, what_is_dear_keeps_the_limit)
{
	static const uint64_t costs[] = { 60000, 200000, 1000000, 5000000 };
	struct play p;

	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		double share;

		begin(&p, PERIOD, 0.05);
		play(&p, 10 * SECOND, costs[i], costs[i]);
		share = play(&p, 60 * SECOND, costs[i], costs[i]);
		cr_expect(share <= 0.05, "%f", share);
		cr_expect(share > 0.045, "%f", share);
		cr_expect_gt(p.budget.slowed_ns, 50 * SECOND);
	}
}

Test(budget, a_short_run_is_as_fast_as_was_asked)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	play(&p, SECOND / 10, 100000, 100000);
	cr_expect_eq(p.looks, 100);
	cr_expect_eq(p.budget.slowed_ns, 0);
}

Test(budget, it_is_fast_again_when_looks_are_cheap_again)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	play(&p, 10 * SECOND, 500000, 500000);
	cr_expect_gt(p.budget.period_ns, 9 * PERIOD);
	play(&p, 5 * SECOND, 30000, 30000);
	cr_expect_eq(p.budget.period_ns, PERIOD);
	play(&p, 10 * SECOND, 30000, 30000);
	cr_expect_eq(p.looks, 10000);
}

Test(budget, a_dear_moment_does_not_slow_it_down)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	play(&p, 10 * SECOND, 20000, 20000);
	p.cpu_ns += 15 * 1000 * 1000; /* code that is read for the first time */
	play(&p, 10 * SECOND, 20000, 20000);
	cr_expect_eq(p.budget.slowed_ns, 0);
}

Test(budget, no_limit)
{
	struct play p;

	begin(&p, PERIOD, 0);
	play(&p, 10 * SECOND, 900000, 900000);
	cr_expect_eq(p.looks, 10000);
	cr_expect_eq(p.budget.slowed_ns, 0);
}

Test(budget, as_often_as_can_be_within_a_limit)
{
	struct play p;
	double share;

	begin(&p, 0, 0.2);
	play(&p, 5 * SECOND, 5000, 5000);
	share = play(&p, 20 * SECOND, 5000, 5000);
	cr_expect(share > 0.18 && share <= 0.2, "%f", share);
}

Test(budget, it_backs_off_while_looks_wait)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	play(&p, 10 * SECOND, 20000, 10000);
	play(&p, 10 * SECOND, 20000, 200000);
	cr_expect_eq(p.budget.period_ns, PERIOD << BUDGET_WAITED_MAX);
	cr_expect_gt(p.budget.waited_ns, 9 * SECOND);
	cr_expect_eq(p.budget.slowed_ns, 0);
	play(&p, 10 * SECOND, 20000, 10000);
	cr_expect_eq(p.budget.period_ns, PERIOD);
}

Test(budget, a_busy_machine_is_no_wait)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	p.is_kept_off = true;
	play(&p, 10 * SECOND, 20000, 200000);
	cr_expect_eq(p.budget.waited_ns, 0);
	cr_expect_eq(p.budget.period_ns, PERIOD);
	p.is_kept_off = false;
	play(&p, 10 * SECOND, 20000, 200000);
	cr_expect_gt(p.budget.waited_ns, 9 * SECOND);
}

Test(budget, single_looks_that_wait_are_none)
{
	struct play p;

	begin(&p, PERIOD, 0.05);
	for (int i = 0; i < 5000; i++)
		play(&p, PERIOD, 20000, i % 10 ? 15000 : 900000);
	cr_expect_eq(p.budget.waited_ns, 0);
}

Test(budget, never_slower_than_can_be_told_from_hanging)
{
	struct play p;

	begin(&p, PERIOD, 0.0001);
	play(&p, 500 * SECOND, 100 * 1000 * 1000, 1000000);
	cr_expect_eq(p.budget.period_ns, BUDGET_PERIOD_MAX_S * SECOND);
}
