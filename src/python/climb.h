/*
 * climb.h - what the current frame has called by the time that it was copied.
 */
#ifndef PYTHON_CLIMB_H
#define PYTHON_CLIMB_H

#include <stdint.h>

#include "frames.h"

/*
 * The frames are of a later moment than the address of the current one. What was called in between
 * is as much on the stack as what returned is not: without it, short calls would be seen too
 * rarely. The topmost of it, or addr.
 */
uint64_t climb(struct frame_walker *walker, uint64_t addr);

#endif
