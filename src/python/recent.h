/*
 * recent.h - ranges that were wanted lately though not predicted, and are predicted for a while:
 * frames come back to the same addresses.
 */
#ifndef PYTHON_RECENT_H
#define PYTHON_RECENT_H

#include <stddef.h>
#include <stdint.h>

#include "target/snapshot.h"

enum { RECENT_MAX = 32 /* bits of .live */ };

struct recent_range {
	uint64_t addr;
	size_t len;
	unsigned int rounds; /* that it is predicted for yet, used or not */
};

/* All zero but for .rounds at first. */
struct recent {
	struct recent_range ranges[RECENT_MAX];
	unsigned int rounds; /* that each is predicted for after it was used */
	size_t next;
	uint32_t live; /* bits: which of them are predicted */
};

/* In the place of the oldest one. */
void recent_add(struct recent *recent, uint64_t addr, size_t len);

/* At the end of a round: what was wanted lately is read in the next one, too. */
void recent_keep(struct recent *recent, struct snapshot *snapshot);

#endif
