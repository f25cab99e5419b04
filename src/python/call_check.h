/*
 * call_check.h - does the stack of a frame show that it called the frame above it?
 */
#ifndef PYTHON_CALL_CHECK_H
#define PYTHON_CALL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "frames.h"
#include "raw_frame.h"

/*
 * True when what the caller last had on its value stack is what the callee is made of: its
 * function, its generator, or the object whose property it is. False says nothing.
 */
bool call_is_evident(struct frame_walker *walker, uint64_t caller_addr,
		     const struct raw_frame *caller, uint64_t callee_addr,
		     const struct raw_frame *callee, const struct code *callee_code);

/*
 * Where the frame of the generator would lie that stands on top of the value stack of a frame that
 * has put its stack pointer away: whoever runs one without C code in between holds it there.
 */
uint64_t generator_on_top(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw);

/*
 * Does the generator whose frame that is stand among the variables and values of this one? With
 * whoever runs it from Python it stays there until it has ended. Certain only of a frame that has
 * put its stack pointer away.
 */
bool frame_holds_generator(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			   const struct code *code, uint64_t generator_frame);

/*
 * The same of a function object: what C code was given to call back (a key for sorting) stays with
 * the frame that gave it.
 */
bool frame_holds_function(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			  const struct code *code, uint64_t function);

/*
 * The same of what was handed to C code that keeps it in an object of its own: is `object` among
 * what the values on the frame's stack hold (reach.h)? Read now: it was so at some moment.
 */
bool frame_hands_over(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
		      const struct code *code, uint64_t object);

#endif
