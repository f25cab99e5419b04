/*
 * fresh.h - how long it is believed that something lives, of which nothing tells cheaply when it
 * ends and another takes its place.
 */
#ifndef PYTHON_FRESH_H
#define PYTHON_FRESH_H

#include <stdint.h>

#include "base/clock.h"

enum {
	FRESH_SHARE = 256, /* of the time for which it was seen to live */
	FRESH_LOOKS = 8,   /* at least: fewer are not worth it */
};

/*
 * Until when? It was first seen at since_ns and is now found to be the same; looks are period_ns
 * apart, and it is believed for most_ns at most. Those of different keys are not due all at once.
 */
static inline uint64_t fresh_until_ns(uint64_t since_ns, uint64_t now_ns, uint64_t period_ns,
				      uint64_t key, uint64_t most_ns)
{
	uint64_t longest = most_ns / 2 + (key >> 4) * 0x9e3779b1u % (most_ns / 2);
	uint64_t fresh = (now_ns - since_ns) / FRESH_SHARE;

	if (fresh > longest)
		fresh = longest;
	return fresh / FRESH_LOOKS < period_ns ? now_ns : now_ns + fresh;
}

#endif
