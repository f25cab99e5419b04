/*
 * counts.c - open addressing; at most half of the slots are taken.
 */
#include "ui/counts.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 64 };

void counts_deinit(struct counts *counts)
{
	free(counts->slots);
	*counts = (struct counts) { 0 };
}

void counts_clear(struct counts *counts)
{
	if (counts->count)
		memset(counts->slots, 0, counts->capacity * sizeof(*counts->slots));
	counts->count = 0;
}

/* Where the key stands, or would. There is a free slot. */
static struct count *slot_of(const struct counts *counts, uint64_t key)
{
	uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio: spreads */
	size_t mask = counts->capacity - 1, at = (size_t)(hash ^ hash >> 32) & mask;

	while (counts->slots[at].value && counts->slots[at].key != key)
		at = (at + 1) & mask;
	return &counts->slots[at];
}

static bool grow(struct counts *counts)
{
	struct counts grown = { .capacity =
					counts->capacity ? counts->capacity * 2 : CAPACITY_MIN };

	grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < counts->capacity; i++)
		if (counts->slots[i].value)
			*slot_of(&grown, counts->slots[i].key) = counts->slots[i];
	grown.count = counts->count;
	free(counts->slots);
	*counts = grown;
	return true;
}

uint64_t counts_get(const struct counts *counts, uint64_t key)
{
	return counts->count ? slot_of(counts, key)->value : 0;
}

bool counts_add(struct counts *counts, uint64_t key, uint64_t value)
{
	struct count *slot;

	if (!value)
		return true;
	if (counts->count * 2 >= counts->capacity && !grow(counts))
		return false;
	slot = slot_of(counts, key);
	counts->count += !slot->value;
	slot->key = key;
	slot->value += value;
	return true;
}

bool counts_add_all(struct counts *counts, const struct counts *more)
{
	for (size_t i = 0; i < more->capacity; i++)
		if (!counts_add(counts, more->slots[i].key, more->slots[i].value))
			return false;
	return true;
}

bool counts_copy(struct counts *counts, const struct counts *from)
{
	if (counts->capacity != from->capacity) {
		struct count *slots = reallocarray(counts->slots, from->capacity, sizeof(*slots));

		if (!slots)
			return false;
		counts->slots = slots;
		counts->capacity = from->capacity;
	}
	if (from->capacity)
		memcpy(counts->slots, from->slots, from->capacity * sizeof(*counts->slots));
	counts->count = from->count;
	return true;
}
