/*
 * root_part.h - up the data stack from its first frame, where the way down from the current frame
 * leads nowhere.
 */
#ifndef PYTHON_ROOT_PART_H
#define PYTHON_ROOT_PART_H

#include "frames.h"

/*
 * Appends, leaf first, the frames of the data stack that was copied last, from its first one up to
 * the last that the one below it shows to have called. *whole when that one has nothing on top of
 * it: then this is the stack of the moment at which it was copied. current: the frame that was the
 * current one some time before. Nothing where frames are objects (until 3.10). &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
root_part(struct frame_walker *walker, uint64_t current, frame_array *frames, bool *whole);

#endif
