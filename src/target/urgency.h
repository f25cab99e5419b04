/*
 * urgency.h - keep the CPU while threads stand still that we have stopped.
 */
#ifndef TARGET_URGENCY_H
#define TARGET_URGENCY_H

#include <stdbool.h>

struct urgency {
	bool is_refused; /* not asked for again */
	bool is_raised;
	int policy; /* as it was */
};

/*
 * Until urgency_end(), in the same thread, no thread of normal priority takes our CPU. Where that
 * is not permitted (it is to root) nothing happens. Not for long: it is no bound by itself.
 */
void urgency_begin(struct urgency *urgency);
void urgency_end(struct urgency *urgency);

#endif
