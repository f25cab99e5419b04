/*
 * schedule.c - jittered deadlines on a grid.
 */
#include "schedule.h"

#include "base/clock.h"

enum { RATE_MAX = 1000 * 1000 /* per second: above that there is no waiting */ };

void schedule_init(struct schedule *schedule, double rate_hz, uint64_t now_ns, uint64_t seed)
{
	*schedule = (struct schedule) {
		.start_ns = now_ns,
		.random = seed | 1,
	};
	if (rate_hz > 0 && rate_hz <= RATE_MAX)
		schedule->period_ns = (uint64_t)(CLOCK_SECOND_NS / rate_hz);
}

void schedule_set_period(struct schedule *schedule, uint64_t period_ns, uint64_t now_ns)
{
	schedule->start_ns = now_ns;
	schedule->next = 0;
	schedule->period_ns = period_ns;
}

/* xorshift64 (Marsaglia 2003): good enough to be out of step. */
static uint64_t random_next(struct schedule *schedule)
{
	uint64_t x = schedule->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	schedule->random = x;
	return x;
}

uint64_t schedule_next(struct schedule *schedule, uint64_t now_ns, uint64_t *skipped)
{
	uint64_t current;

	*skipped = 0;
	if (!schedule->period_ns)
		return now_ns;
	current = (now_ns - schedule->start_ns) / schedule->period_ns;
	if (schedule->next < current) {
		*skipped = current - schedule->next;
		schedule->next = current;
	}
	return schedule->start_ns + schedule->next++ * schedule->period_ns +
	       random_next(schedule) % schedule->period_ns;
}
