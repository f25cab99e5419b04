/*
 * urgency.c - real-time priority for the time of a pause.
 *
 * Who stops a thread and then loses the CPU to a third one leaves it standing until it has a CPU
 * again: on a full machine for tens of milliseconds.
 */
#include "urgency.h"

#include <sched.h>

static bool set_policy(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, policy, &param) == 0;
}

void urgency_begin(struct urgency *urgency)
{
	if (urgency->is_refused || urgency->is_raised)
		return;
	urgency->policy = sched_getscheduler(0);
	/* who runs in real time as it is, is let be */
	if ((urgency->policy != SCHED_OTHER && urgency->policy != SCHED_BATCH) ||
	    !set_policy(SCHED_FIFO, sched_get_priority_min(SCHED_FIFO)))
		urgency->is_refused = true;
	else
		urgency->is_raised = true;
}

void urgency_end(struct urgency *urgency)
{
	if (urgency->is_raised)
		(void)set_policy(urgency->policy, 0);
	urgency->is_raised = false;
}
