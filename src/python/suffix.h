/*
 * suffix.h - the part of a stack next to its root that is as it was: taken over, not walked.
 */
#ifndef PYTHON_SUFFIX_H
#define PYTHON_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "datastack.h"
#include "python/python.h"
#include "target/snapshot.h"

typedef ARRAY(struct py_frame) frame_array;

/*
 * The stack that a thread had in the last round of the snapshot, and how much of its data stack has
 * not changed since.
 */
struct suffix {
	const struct py_frame *frames; /* leaf first; borrowed; NULL: not known */
	size_t count;
	size_t pure;   /* so many from the root on lie in the data stack, or are shims */
	bool is_plain; /* all lie there, and nothing was asked but what the copy shows */
	size_t at;     /* the frame at hand, and none above it, is looked for from here on */
	bool is_compared;
	size_t window; /* that one has changed from the address on, newer ones have altogether */
	uint64_t changed;
	size_t taken; /* frames that were taken over */
	bool is_all;  /* the stack is that one yet, but for the leaf's offset, which follows */
	int32_t leaf_offset;
};

/* Was there a frame at that address, at hand or below? It becomes the one at hand. */
bool suffix_find(struct suffix *suffix, uint64_t addr);

/* The same without moving on. */
bool suffix_holds(const struct suffix *suffix, uint64_t addr);

/* Is the data stack up to that address, which lies in that window, as it was? */
bool suffix_is_same_below(struct suffix *suffix, struct snapshot *snapshot,
			  const struct datastack *datastack, size_t window, uint64_t addr);

/*
 * The last one in `frames`, which lies in that window, was walked to: when it was there before, and
 * nothing below it has changed, appends what lies below it. False when that is not known, or out of
 * memory.
 */
bool suffix_append(struct suffix *suffix, struct snapshot *snapshot,
		   const struct datastack *datastack, size_t window, frame_array *frames);

#endif
