/*
 * chain.h - from a frame down its links to the first one of the thread.
 */
#ifndef PYTHON_CHAIN_H
#define PYTHON_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "climb.h"
#include "frames.h"

/* Where a walk down a chain of frames begins. */
struct chain_start {
	uint64_t addr;
	const struct step *step; /* the frame there, where it was found already; else NULL */
	uint64_t current;        /* the frame that was current when its address was read */
	uint64_t top;            /* where the data stack ended then */
	uint64_t leaf_size;      /* of the current frame, when its address was read; 0: unknown */
};

/*
 * Appends the frames from there to the root, leaf first; walker->doubts are the calls that are to
 * be looked at again before they are believed. *elided: there were more than PY_FRAMES_MAX.
 * &error_torn when they are no stack that existed; &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *walk_chain(struct frame_walker *walker,
							     const struct chain_start *start,
							     frame_array *frames, bool *elided);

#endif
