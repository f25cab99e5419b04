/*
 * frame_find.h - one frame of a thread: where it is in the copy, and which code it runs.
 */
#ifndef PYTHON_FRAME_FIND_H
#define PYTHON_FRAME_FIND_H

#include "frames.h"
#include "raw_frame.h"

/* A frame that lies in a chunk of the data stack, or (generators, entry frames) elsewhere. */
struct found_frame {
	struct raw_frame raw;
	bool in_window;
	bool is_late; /* it was not predicted, and is of another moment than what was */
	size_t window;
};

/*
 * The frame at addr, looked for in the chunks from from_window on, then in the rest of the copy,
 * then read late. &error_torn when it cannot be one, &error_fault, &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
find_frame(struct frame_walker *walker, size_t from_window, uint64_t addr, struct found_frame *ret);

/* The bytes of a frame at addr, if they were copied; else NULL. Borrowed as the snapshot's. */
const void *frame_copied(struct frame_walker *walker, uint64_t addr);

/*
 * The code object of the frame, and the offset of its instruction in bytes, -1 before the
 * first. &error_torn when the words do not fit together; &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *find_code(struct frame_walker *walker,
							    const struct raw_frame *raw,
							    const struct code **code,
							    int32_t *offset);

/*
 * A frame is current a moment before all of its words are written: its function is the new one and
 * its code still that of the frame that was there before. Pairs that were found to belong together
 * are remembered. &error_torn when they do not; &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
check_function(struct frame_walker *walker, const struct raw_frame *raw, const struct code *code);

/*
 * A frame that returns puts its stack pointer away first. Then its caller is the current frame
 * again, while it is cleared, which takes longer than all else about it (RETURN_VALUE,
 * Python/bytecodes.c; gh-99729, 3.11.1 and later).
 */
bool frame_has_returned(const struct raw_frame *raw, const struct code *code, int32_t offset);

/*
 * Does the frame itself show that it is on the stack? One that has ended put its stack pointer away
 * (until 3.13), or has no code object any more (clear_thread_frame(), Python/ceval.c, 3.14). So
 * does until 3.13 one with Python code on top of it: false says nothing.
 */
bool frame_is_at_work(const struct frame_walker *walker, const struct raw_frame *raw,
		      const struct code *code, int32_t offset);

/* frame_has_returned() by what is known of its code, unchecked: most frames above a leaf are
 * remains. */
bool frame_seems_over(struct frame_walker *walker, const struct raw_frame *raw);

/* The address of the current frame, 0 for none; where it stands in walker->current_word. */
__attribute__((warn_unused_result)) struct error *
first_frame(struct frame_walker *walker, const struct tstate *tstate, uint64_t *ret);

#endif
