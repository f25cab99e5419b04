/*
 * seen_stacks.h - whole stacks that came through generators, by the frame that was current.
 *
 * A generator's frame is linked to who runs it only while it is run, and what it calls begins where
 * the frames of its callers on the data stack end. So a moment after the current frame was asked
 * for, nothing may lead from it to the frames below it, or what leads there is of later calls. To
 * take another moment's stack instead would show short calls too rarely: they are the ones that are
 * over by then. The frame that was current is known all the same, and so is the last whole stack
 * that was seen with it.
 */
#ifndef PYTHON_SEEN_STACKS_H
#define PYTHON_SEEN_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "python/python.h"

/* No pointer to a code object: it may be dropped from the cache meanwhile. */
struct seen_frame {
	uint64_t addr;
	uint64_t code_addr, code_id; /* of its struct code */
	int32_t offset;              /* as in struct py_frame */
};

struct seen_stack {
	uint64_t tstate;
	uint64_t time_ns;   /* when it was seen last; 0: none */
	uint32_t leaf_size; /* bytes that the leaf takes of the data stack */
	ARRAY(struct seen_frame) frames; /* leaf first */
};

struct seen_stacks;

__attribute__((warn_unused_result)) struct error *seen_stacks_create(struct seen_stacks **ret);
void seen_stacks_destroy(struct seen_stacks *stacks);

/*
 * frames: count of them, one at least, leaf first. Kept until as many others with their leaf in a
 * place like its own came since; of a deep stack nothing is kept. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
seen_stacks_put(struct seen_stacks *stacks, uint64_t tstate, uint64_t now_ns,
		const struct py_frame *frames, size_t count);

/*
 * The one of that thread that was seen last, not too long ago, with its leaf at addr: one of that
 * code (id of struct code; 0: any), whose frames are of that size (0: any). NULL when there is
 * none. Borrowed until the next seen_stacks_put().
 */
const struct seen_stack *seen_stacks_find(const struct seen_stacks *stacks, uint64_t tstate,
					  uint64_t now_ns, uint64_t addr, uint64_t code_id,
					  uint64_t size);

#endif
