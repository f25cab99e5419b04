/*
 * pairs.c - open addressing, linear probing, at most three quarters full.
 *
 * The keys are numbers that we gave ourselves, in the order in which things were seen: nobody can
 * choose them so that they collide.
 */
#include "pairs.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS_SIZE_MIN = 128 };

struct pair {
	uint32_t first, second;
};

static struct pair pair_of(const void *items, size_t item_size, size_t number)
{
	struct pair pair;

	memcpy(&pair, (const char *)items + number * item_size, sizeof(pair));
	return pair;
}

/* Where the search for a key begins: the multiplier is 2^64 over the golden ratio. */
static size_t slot_of(const struct pairs *pairs, struct pair pair)
{
	uint64_t key = (uint64_t)pair.first << 32 | pair.second;

	key = (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(key ^ key >> 32) & (pairs->size - 1);
}

void pairs_deinit(struct pairs *pairs)
{
	free(pairs->slots);
	*pairs = (struct pairs) { 0 };
}

/* For one more. */
static bool has_room(size_t size, size_t count)
{
	return count + 1 <= size / 4 * 3;
}

bool pairs_reserve(struct pairs *pairs, const void *items, size_t item_size, size_t count)
{
	struct pairs grown = { .size = pairs->size ? pairs->size * 2 : PAIRS_SIZE_MIN };

	if (has_room(pairs->size, count))
		return true;
	while (!has_room(grown.size, count))
		grown.size *= 2;
	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t slot = slot_of(&grown, pair_of(items, item_size, i));

		while (grown.slots[slot])
			slot = (slot + 1) & (grown.size - 1);
		grown.slots[slot] = (uint32_t)i + 1;
	}
	free(pairs->slots);
	*pairs = grown;
	return true;
}

uint32_t pairs_find(struct pairs *pairs, const void *items, size_t item_size, size_t count,
		    uint32_t first, uint32_t second)
{
	size_t slot = slot_of(pairs, (struct pair) { first, second });
	uint32_t number;

	for (; (number = pairs->slots[slot]) != 0; slot = (slot + 1) & (pairs->size - 1)) {
		struct pair pair = pair_of(items, item_size, number - 1);

		if (pair.first == first && pair.second == second)
			return number - 1;
	}
	pairs->slots[slot] = (uint32_t)count + 1;
	return (uint32_t)count;
}
