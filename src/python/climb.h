/*
 * climb.h - up the data stack: from a frame to the one that it has called.
 */
#ifndef PYTHON_CLIMB_H
#define PYTHON_CLIMB_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_find.h"
#include "frames.h"

/* A frame of the data stack, with its code. */
struct step {
	uint64_t addr;
	struct found_frame found;
	const struct code *code;
	int32_t offset;
};

/* False when no frame of the data stack begins there. */
bool step_find(struct frame_walker *walker, uint64_t addr, struct step *ret);

/* Where the frame begins that this one called last, if it has called any; 0: nowhere. */
uint64_t step_place_above(const struct frame_walker *walker, const struct step *step);

/*
 * Who called it through C code: the frame below its entry frame, or below itself where it says so
 * (3.11). 0 when Python called it, or an entry frame that was not copied.
 */
uint64_t step_caller_behind_c(const struct frame_walker *walker, const struct step *step);

/*
 * The frame that a frame has on top of it: it lies where the data stack goes on, has not returned,
 * is linked to it, and is what it called, by the trace of that or because it is known to call it
 * there. False when there is none.
 */
bool step_callee(struct frame_walker *walker, const struct step *caller, struct step *ret);

/*
 * The frames are of a later moment than the address of the current one. What was called in between
 * is as much on the stack as what returned is not: without it, short calls would be seen too
 * rarely. From a frame to the topmost of it.
 */
void climb(struct frame_walker *walker, struct step *step);

#endif
