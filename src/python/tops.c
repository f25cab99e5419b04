/*
 * tops.c - a table by address, in which the newest stays.
 */
#include "tops.h"

#include <stdlib.h>

enum { SLOTS = 1 << 12 };

struct tops {
	struct {
		uint64_t end, frame;
	} slots[SLOTS]; /* end 0: free */
};

struct error *tops_create(struct tops **ret)
{
	struct tops *tops = calloc(1, sizeof(*tops));

	if (!tops)
		return &error_nomem;
	*ret = tops;
	return NULL;
}

void tops_destroy(struct tops *tops)
{
	free(tops);
}

static size_t slot_of(uint64_t end)
{
	return (size_t)(end * 0x9e3779b97f4a7c15u >> 52) % SLOTS;
}

void tops_set(struct tops *tops, uint64_t end, uint64_t frame)
{
	tops->slots[slot_of(end)].end = end;
	tops->slots[slot_of(end)].frame = frame;
}

uint64_t tops_find(const struct tops *tops, uint64_t end)
{
	return tops->slots[slot_of(end)].end == end ? tops->slots[slot_of(end)].frame : 0;
}
