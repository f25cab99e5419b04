/*
 * seen_stacks.h - whole stacks that came through generators, by what told that they were there.
 *
 * A generator's frame is linked to who runs it only while it is run, and what it calls begins where
 * the frames of its callers on the data stack end. So a moment after the thread state was read,
 * nothing may lead from the frame that was current to those below it, or what leads there is of
 * later calls. To take another moment's stack instead would show short calls too rarely: they are
 * the ones that are over by then. What the thread state said is known all the same, and so is the
 * last whole stack with which it said that.
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

/* What a thread state says at one moment of the stack that the thread has. */
struct seen_key {
	uint64_t tstate;
	uint64_t depth; /* 3.11 and 3.12: address of the _PyCFrame; later: how many calls deep */
	uint64_t top;   /* the end of the data stack */
	uint64_t frame; /* 3.11 and 3.12: of the innermost generator, 0: none; later: the current */
};

struct seen_stack {
	struct seen_key key;
	uint64_t time_ns;                /* when it was seen last; 0: none */
	uint32_t leaf_size;              /* bytes that the leaf takes of the data stack */
	uint64_t frame_code;             /* id of that of key.frame; 0: none */
	ARRAY(struct seen_frame) frames; /* leaf first */
};

struct seen_stacks;

__attribute__((warn_unused_result)) struct error *seen_stacks_create(struct seen_stacks **ret);
void seen_stacks_destroy(struct seen_stacks *stacks);

/*
 * frames: count of them, one at least, leaf first. Kept until as many others with a key like its
 * own came since; of a deep stack nothing is kept. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
seen_stacks_put(struct seen_stacks *stacks, const struct seen_key *key, uint64_t now_ns,
		const struct py_frame *frames, size_t count);

/*
 * The one with that key that was seen last, not too long ago, with a leaf of that code (id of
 * struct code; 0: any). NULL when there is none. Borrowed until the next
 * seen_stacks_put().
 */
const struct seen_stack *seen_stacks_find(const struct seen_stacks *stacks,
					  const struct seen_key *key, uint64_t now_ns,
					  uint64_t code_id);

/*
 * The one that was seen last with that key but for the address of the frame, which is of that code
 * (id of struct code; 0: any, if all of them have a leaf of the same code). NULL when there is
 * none.
 */
const struct seen_stack *seen_stacks_find_alike(const struct seen_stacks *stacks,
						const struct seen_key *key, uint64_t now_ns,
						uint64_t frame_code);

/*
 * The same for any frame, where the depth is how many frames a stack has: when those that have as
 * many have a leaf of the same code.
 */
const struct seen_stack *seen_stacks_find_deep(const struct seen_stacks *stacks,
					       const struct seen_key *key, uint64_t now_ns);

/*
 * All those of a thread that were seen not too long ago, in no order: *cursor is 0 at first. NULL
 * when there are no more.
 */
const struct seen_stack *seen_stacks_next(const struct seen_stacks *stacks, uint64_t tstate,
					  uint64_t now_ns, size_t *cursor);

#endif
