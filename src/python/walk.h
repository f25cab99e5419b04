/*
 * walk.h - a walk down a chain of frames (chain.c), as far as it has come.
 */
#ifndef PYTHON_WALK_H
#define PYTHON_WALK_H

#include "call_link.h"
#include "chain.h"
#include "datastack.h"
#include "frames.h"
#include "raw_frame.h"

/* On its way from the leaf to the root. */
struct walk {
	frame_array *frames;
	size_t start;  /* of this thread's frames in there */
	size_t impure; /* behind the last of them that is not on the data stack */
	struct datastack_place place;
	struct callee callee;
	uint64_t
		dropped; /* address of the frame above that turned out to be no frame any more; 0 */
	bool dropped_dead; /* it was cleared when it returned */
	int drops;
	struct raw_frame shim; /* the entry frame that was met last, at shim_addr */
	uint64_t shim_addr;
	uint64_t current;     /* the frame that was current when its address was read */
	uint64_t top;         /* where the data stack ended then */
	uint64_t leaf_size;   /* of the current frame, when its address was read; 0: unknown */
	bool is_resumer;      /* the next frame is said to run the generator taken last */
	bool is_on_top;       /* that is because the data stack ends with it */
	uint64_t wanted_code; /* is_resumer: id of the code that it is to have; 0: any */
	int activations;      /* of the interpreter that were left so far; 3.11 only */
	int followed;         /* so many of them on the C stack, to the _PyCFrame at cframe */
	uint64_t cframe;
	const struct step *known; /* the frame that the walk begins at, if that was found already */
};

#endif
