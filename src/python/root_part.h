/*
 * root_part.h - what of a torn stack is true all the same: the frames next to its root.
 */
#ifndef PYTHON_ROOT_PART_H
#define PYTHON_ROOT_PART_H

#include "frames.h"

/*
 * Appends, leaf first, the frames of the data stack that was copied last, from its first one up to
 * the last that the one below it shows to have called. Nothing where frames are objects (until
 * 3.10). &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *root_part(struct frame_walker *walker,
							    frame_array *frames);

#endif
