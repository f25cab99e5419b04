/*
 * resumers.c - a table by the address of a generator's frame, in which the newest stays.
 */
#include "resumers.h"

#include <stdlib.h>

enum { SLOTS = 1 << 12 };

struct resumers {
	struct resumer slots[SLOTS]; /* frame 0: free */
};

struct error *resumers_create(struct resumers **ret)
{
	struct resumers *resumers = calloc(1, sizeof(*resumers));

	if (!resumers)
		return &error_nomem;
	*ret = resumers;
	return NULL;
}

void resumers_destroy(struct resumers *resumers)
{
	free(resumers);
}

static size_t slot_of(uint64_t frame)
{
	return (size_t)(frame * 0x9e3779b97f4a7c15u >> 52) % SLOTS;
}

void resumers_set(struct resumers *resumers, const struct resumer *resumer)
{
	resumers->slots[slot_of(resumer->frame)] = *resumer;
}

void resumers_drop(struct resumers *resumers, uint64_t frame)
{
	struct resumer *resumer = &resumers->slots[slot_of(frame)];

	if (resumer->frame == frame)
		resumer->frame = 0;
}

const struct resumer *resumers_find(const struct resumers *resumers, uint64_t frame, uint64_t code)
{
	const struct resumer *resumer = &resumers->slots[slot_of(frame)];

	return frame && resumer->frame == frame && resumer->code == code ? resumer : NULL;
}

bool resumers_know(const struct resumers *resumers, uint64_t frame)
{
	return frame && resumers->slots[slot_of(frame)].frame == frame;
}
