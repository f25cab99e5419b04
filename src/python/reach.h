/*
 * reach.h - does one object of the target hold another?
 */
#ifndef PYTHON_REACH_H
#define PYTHON_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/view.h"

/* What was read of types: enough for the next search, as that is about what is gone in a moment. */
struct reach_types {
	struct reach_type {
		uint64_t addr; /* 0: free */
		uint64_t flags, basicsize, itemsize;
	} slots[64];
};

/*
 * Is `wanted` one of these objects, or among what they hold, or what that holds, and so on, a few
 * steps far? As a zip holds a tuple of iterators, and a Task's wake-up the Task, which holds its
 * coroutine. Only what lies in the objects themselves is followed, and no generators or coroutines:
 * what they, a dict or a list lead to is more than what was handed over with them. Read now, in one
 * call a step, but for types that are new to `types`; false where nothing can be read.
 */
bool reach(const struct py_view *view, struct reach_types *types, const uint64_t *from,
	   size_t count, uint64_t wanted);

#endif
