/*
 * recall.h - the stack below the frame that was current, where the copy no longer shows it.
 */
#ifndef PYTHON_RECALL_H
#define PYTHON_RECALL_H

#include "frames.h"

/*
 * Keeps a whole stack, if the thread uses generators; frames from start on are the thread's.
 * &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *recall_note(struct frame_walker *walker,
							      const struct tstate *tstate,
							      const frame_array *frames,
							      size_t start);

/*
 * Is that stack the one that the thread had when the thread state was read? Where that does not say
 * (no generators; from 3.13 on also none near the leaf): true.
 */
bool recall_agrees(const struct frame_walker *walker, const struct tstate *tstate,
		   const frame_array *frames, size_t start);

/*
 * Drops the frames, from start on, that lie above the one that was current: what it called since.
 * Only where the rest is the stack that the thread had then; else false.
 */
bool recall_cut(struct frame_walker *walker, const struct tstate *tstate, frame_array *frames,
		size_t start);

/*
 * Puts the last whole stack in the place of the frames from start on that was seen when the thread
 * state said what it says now; first: address of the current frame; size: the bytes that it took of
 * the data stack, 0 when that is not known. All that lies below the leaf on the data stack is there
 * yet, and every code object is the same. *is_found: that was so; else the frames are as they were.
 * &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *recall_stack(struct frame_walker *walker,
							       const struct tstate *tstate,
							       uint64_t size, frame_array *frames,
							       size_t start, bool *is_found);

#endif
