/*
 * counts.h - a hash map from numbers to numbers other than 0.
 */
#ifndef UI_COUNTS_H
#define UI_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count {
	uint64_t key, value; /* value 0: nothing stands here */
};

struct counts {
	struct count *slots; /* capacity of them, in no order: skip those without a value */
	size_t count, capacity;
};

void counts_deinit(struct counts *counts);

/* Empty again, the memory is kept. */
void counts_clear(struct counts *counts);

/* The value of a key, 0 when it has none. */
uint64_t counts_get(const struct counts *counts, uint64_t key);

/* Adds to the value of a key, which is 0 before. False when out of memory. */
bool counts_add(struct counts *counts, uint64_t key, uint64_t value);

/* Adds all of another. False when out of memory. */
bool counts_add_all(struct counts *counts, const struct counts *more);

/* Becomes the same as another. False when out of memory. */
bool counts_copy(struct counts *counts, const struct counts *from);

#endif
