/*
 * schedule.h - when the next look is due, and what becomes of those that were missed.
 *
 * Time is cut into periods of equal length, and each has one look at a random moment of it: as many
 * as asked for, and never in step with something periodic in the target. A period that is over
 * before its look was had is skipped and counted, never made up for.
 */
#ifndef PROFILE_SCHEDULE_H
#define PROFILE_SCHEDULE_H

#include <stdint.h>

struct schedule {
	uint64_t start_ns, period_ns; /* period 0: at once, always */
	uint64_t next;                /* number of the next period */
	uint64_t random;              /* state */
};

/* rate_hz 0 is "as often as can be". */
void schedule_init(struct schedule *schedule, double rate_hz, uint64_t now_ns, uint64_t seed);

/* Another period from now on; looks of the old one that were missed are not counted. */
void schedule_set_period(struct schedule *schedule, uint64_t period_ns, uint64_t now_ns);

/* The moment of the next look; *skipped is how many periods were missed before it. */
uint64_t schedule_next(struct schedule *schedule, uint64_t now_ns, uint64_t *skipped);

#endif
