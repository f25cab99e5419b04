/*
 * doubts.h - calls that were seen and are not known yet (edges.h): looked at again.
 */
#ifndef PYTHON_DOUBTS_H
#define PYTHON_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edges.h"
#include "raw_frame.h"
#include "target/mem.h"

/* A call, with the frames as they were read. */
struct doubt {
	struct edge edge;
	uint64_t caller_addr, callee_addr; /* caller_addr 0: there is none */
	uint64_t shim_addr;                /* of the entry frame between the two; 0: none */
	struct raw_frame caller_raw, callee_raw;
	bool is_leaf; /* nothing was on top of the callee: it must still be the current frame */
	bool is_generators; /* the callee's frame is, and linked only while it is run */
};

/*
 * Looks at the frames of all doubts again, several times, with the word at frame_word (which holds
 * the address of the thread's current frame) before and behind them. NULL when that word is `frame`
 * each time and no frame has changed: then the calls are real this time, and known from now on when
 * that was so often enough. Those of generators may become known though they changed. &error_torn
 * otherwise; &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
doubts_look_again(struct edge_set *set, struct mem *mem, const struct py_layout *layout,
		  uint64_t frame_word, uint64_t frame, const struct doubt *doubts, size_t count);

#endif
