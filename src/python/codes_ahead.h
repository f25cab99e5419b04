/*
 * codes_ahead.h - code objects that are to be checked, read together.
 */
#ifndef PYTHON_CODES_AHEAD_H
#define PYTHON_CODES_AHEAD_H

#include "frames.h"
#include "raw_frame.h"

/*
 * The walk comes to a frame: if its code object has to be checked, and what that takes is not in
 * the copy, reads that now, and with it what the frames below will need. What cannot be read is
 * left to whom asks for it.
 */
void codes_read_ahead(struct frame_walker *walker, const struct raw_frame *raw);

/* The same for a walk up the data stack, from the frame at addr on. */
void codes_read_ahead_up(struct frame_walker *walker, uint64_t addr);

#endif
