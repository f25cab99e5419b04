/*
 * recent.c - see recent.h.
 */
#include "recent.h"

void recent_add(struct recent *recent, uint64_t addr, size_t len)
{
	recent->ranges[recent->next] =
		(struct recent_range) { .addr = addr, .len = len, .rounds = recent->rounds };
	recent->live |= UINT32_C(1) << recent->next;
	recent->next = (recent->next + 1) % RECENT_MAX;
}

void recent_keep(struct recent *recent, struct snapshot *snapshot)
{
	for (uint32_t left = recent->live; left; left &= left - 1) {
		int i = __builtin_ctz(left);
		struct recent_range *range = &recent->ranges[i];

		range->rounds--;
		if (snapshot_predict(snapshot, range->addr, range->len))
			range->rounds = recent->rounds;
		if (!range->rounds)
			recent->live &= ~(UINT32_C(1) << i);
	}
}
