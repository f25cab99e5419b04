/*
 * call_link.h - is a frame that lies below another one its caller?
 *
 * By the trace of the call on its value stack, by what is known of the program, or, where neither
 * says so, by looking again (doubts.h).
 */
#ifndef PYTHON_CALL_LINK_H
#define PYTHON_CALL_LINK_H

#include "frame_find.h"
#include "frames.h"

/* The frame that was taken last: the callee of the next one. */
struct callee {
	const struct code *code; /* NULL: none yet */
	uint64_t addr;
	struct raw_frame raw;
	int32_t offset;
	bool is_late;    /* see struct found_frame */
	bool from_c;     /* what called it is C code */
	bool above_shim; /* its entry frame was seen: what lies below that belongs to it */
	bool is_leaf;    /* nothing was on top of it */
	bool at_work;    /* it lies on the data stack, and what was copied shows that it ran then */
};

/* To be looked at again when the walk is over. caller_addr: 0 when nothing lies below the callee.
 */
__attribute__((warn_unused_result)) struct error *
link_doubt(struct frame_walker *walker, const struct edge *edge, uint64_t caller_addr,
	   const struct raw_frame *caller, const struct callee *callee);

/*
 * Is one of the two the frame of a generator? That is copied at a moment of its own, and either may
 * have gone on by then.
 */
bool link_is_apart(const struct frame_walker *walker, const struct raw_frame *caller,
		   const struct callee *callee);

/*
 * Do the two lie side by side on the data stack? They were copied together then: if the callee was
 * at work, the other was what is below it at that moment.
 */
bool link_is_close(const struct found_frame *found, uint64_t addr, const struct code *code,
		   uint64_t callee_addr);

/* It is known to call what is above it, but went on: *offset is where it calls it from then. */
bool link_has_gone_on(const struct frame_walker *walker, const struct raw_frame *raw,
		      const struct code *code, const struct callee *callee, int32_t *offset);

/*
 * C code runs the callee: is that call known, or does it become so, as what the frame at addr has
 * handed over leads to the callee? Looked for only where all was copied together. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
link_search(struct frame_walker *walker, uint64_t addr, const struct found_frame *found,
	    const struct code *code, int32_t offset, const struct callee *callee, bool *is_known);

/*
 * The frame at addr, in the middle of its code, called the one above it: &error_torn when that is
 * not so. *offset becomes that of the call when the frame has gone on since. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
link_check(struct frame_walker *walker, uint64_t addr, const struct found_frame *found,
	   const struct code *code, int32_t *offset, const struct callee *callee);

#endif
