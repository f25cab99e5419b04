/*
 * pairs.h - an index over an array whose items begin with two 32-bit numbers, the key.
 *
 * A slot is the item's number alone: trees of millions of nodes are looked up in a few bytes each,
 * where a node of a hash map would take a hundred.
 */
#ifndef PROFILE_PAIRS_H
#define PROFILE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pairs {
	uint32_t *slots; /* number of an item and 1; 0: free */
	size_t size;     /* a power of two, 0 before the first */
};

void pairs_deinit(struct pairs *pairs);

/*
 * Room for one more than `count` items, which all are in it; or none is, and all are put in. False
 * when out of memory.
 */
bool pairs_reserve(struct pairs *pairs, const void *items, size_t item_size, size_t count);

/*
 * The number of the item with that key. Where there is none, `count` (the number of the item that
 * the caller appends then) is put in and returned: pairs_reserve() goes before.
 */
uint32_t pairs_find(struct pairs *pairs, const void *items, size_t item_size, size_t count,
		    uint32_t first, uint32_t second);

#endif
