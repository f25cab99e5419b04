/*
 * recall.h - the stack below the frame that was current, where the copy no longer shows it.
 */
#ifndef PYTHON_RECALL_H
#define PYTHON_RECALL_H

#include "frames.h"

/*
 * Keeps a whole stack that came through a generator; frames from start on are the thread's.
 * &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
recall_note(struct frame_walker *walker, const struct tstate *tstate, const frame_array *frames,
	    size_t start);

/*
 * Appends the last whole stack whose leaf was the frame that was current, at address first; size:
 * the bytes that it took of the data stack, 0 when that is not known. All that lies below it on the
 * data stack is there yet, and every code object is the same. *is_found: that was so; else nothing
 * is appended. &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *recall_stack(struct frame_walker *walker,
							       const struct tstate *tstate,
							       uint64_t first, uint64_t size,
							       frame_array *frames, bool *is_found);

#endif
