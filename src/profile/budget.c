/*
 * budget.c - the period that a CPU limit allows.
 */
#include "budget.h"

/* Of the limit, while slowed down by it: the rest pays back what was used too much. */
static const double SLOWED_SHARE = 0.95;

void budget_init(struct budget *budget, uint64_t asked_ns, double share, uint64_t now_ns,
		 uint64_t cpu_ns)
{
	*budget = (struct budget) {
		.share = share,
		.asked_ns = asked_ns,
		.period_ns = asked_ns,
		.credit_ns = BUDGET_CREDIT_NS,
		.since_ns = now_ns,
		.since_cpu_ns = cpu_ns,
	};
}

void budget_look(struct budget *budget, bool slept)
{
	budget->looks++;
	budget->sleeps += slept;
}

bool budget_is_due(const struct budget *budget, uint64_t now_ns)
{
	uint64_t elapsed_ns = now_ns - budget->since_ns;

	if (elapsed_ns >= BUDGET_REVIEW_MAX_NS)
		return budget->looks > 0;
	return elapsed_ns >= BUDGET_REVIEW_NS && budget->looks >= BUDGET_REVIEW_LOOKS;
}

/* The credit after some time in which so much was used, and whether it has to be slower now. */
static void settle(struct budget *budget, double elapsed_ns, double used_ns)
{
	double cost_ns = used_ns / (double)budget->looks;

	budget->cost_ns = budget->cost_ns > 0 ? (budget->cost_ns + cost_ns) / 2 : cost_ns;
	budget->credit_ns += budget->share * elapsed_ns - used_ns;
	if (budget->credit_ns > BUDGET_CREDIT_NS)
		budget->credit_ns = BUDGET_CREDIT_NS;
	if (budget->credit_ns < -BUDGET_CREDIT_NS)
		budget->credit_ns = -BUDGET_CREDIT_NS; /* what is over can't be had back for ever */
	if (budget->credit_ns < 0)
		budget->is_slowed = true;
	else if (budget->cost_ns <= SLOWED_SHARE * budget->share * (double)budget->asked_ns)
		budget->is_slowed = false;
}

/* Many looks of this time had to wait: for the lock of the target's memory map. */
static void judge_waits(struct budget *budget)
{
	if (budget->looks >= BUDGET_REVIEW_LOOKS &&
	    budget->sleeps * BUDGET_WAITED_PART >= budget->looks) {
		if (budget->waited < BUDGET_WAITED_MAX)
			budget->waited++;
	} else if (budget->waited) {
		budget->waited--;
	}
}

static uint64_t period_of(const struct budget *budget)
{
	const double most_ns = BUDGET_PERIOD_MAX_S * 1e9;
	uint64_t period_ns = budget->asked_ns << budget->waited;
	double allowed_ns;

	if (!budget->is_slowed)
		return period_ns;
	allowed_ns = budget->cost_ns / (SLOWED_SHARE * budget->share);
	if (allowed_ns > most_ns)
		allowed_ns = most_ns;
	return allowed_ns > (double)period_ns ? (uint64_t)allowed_ns : period_ns;
}

bool budget_review(struct budget *budget, uint64_t now_ns, uint64_t cpu_ns)
{
	uint64_t elapsed_ns = now_ns - budget->since_ns, before_ns = budget->period_ns;
	double used_ns = (double)(cpu_ns - budget->since_cpu_ns);

	if (budget->is_slowed)
		budget->slowed_ns += elapsed_ns;
	if (budget->waited)
		budget->waited_ns += elapsed_ns;
	if (budget->looks) {
		if (budget->share > 0)
			settle(budget, (double)elapsed_ns, used_ns);
		judge_waits(budget);
		budget->period_ns = period_of(budget);
	}
	budget->since_ns = now_ns;
	budget->since_cpu_ns = cpu_ns;
	budget->looks = 0;
	budget->sleeps = 0;
	return budget->period_ns != before_ns;
}
