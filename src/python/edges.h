/*
 * edges.h - calls that are known to happen: from where in which code to which code.
 *
 * A frame that was called by C code has nothing in it that ties it to the Python frame below, so a
 * caller that was replaced while it was copied cannot be told by looking at the copy. Such a call
 * is believed only after it was seen not to change over several reads, and from then on, always: it
 * can happen.
 */
#ifndef PYTHON_EDGES_H
#define PYTHON_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "raw_frame.h"
#include "target/mem.h"

/* Which call: ids of struct code; caller 0 says that callee is the first frame of a thread. */
struct edge {
	uint64_t caller, callee;
	int64_t offset; /* of the instruction in the caller */
};

struct edge_set;

__attribute__((warn_unused_result)) struct error *edge_set_create(struct edge_set **ret);
void edge_set_destroy(struct edge_set *set);

bool edge_set_has(const struct edge_set *set, const struct edge *edge);

/*
 * From where in its code the caller was last seen to call the callee, beyond doubt. Serves where
 * one of them is a generator, whose frame is not copied at the moment at which the others are, so
 * that it may have gone on. False: never.
 */
bool edge_set_call(const struct edge_set *set, uint64_t caller, uint64_t callee, int32_t *offset);
__attribute__((warn_unused_result)) struct error *
edge_set_add_call(struct edge_set *set, uint64_t caller, uint64_t callee, int32_t offset);

/*
 * What shows such a call was copied at several moments. *believed: it has shown often enough, this
 * time included, to be no accident. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
edge_set_sight_call(struct edge_set *set, uint64_t caller, uint64_t callee, bool *believed);

/* The code object, by its address, with frames of that size which the caller called last; 0: none.
 */
uint64_t edge_set_sized(const struct edge_set *set, uint64_t caller, uint64_t size);
__attribute__((warn_unused_result)) struct error *
edge_set_add_sized(struct edge_set *set, uint64_t caller, uint64_t size, uint64_t code);

/* Known from now on. &error_nomem. */
__attribute__((warn_unused_result)) struct error *edge_set_add(struct edge_set *set,
							       const struct edge *edge);

/* A call that was seen and is not known yet, with the frames as they were read. */
struct edge_doubt {
	struct edge edge;
	uint64_t caller_addr, callee_addr; /* caller_addr 0: there is none */
	struct raw_frame caller_raw, callee_raw;
	bool is_leaf; /* nothing was on top of the callee: it must still be the current frame */
};

/*
 * Looks at the frames of all doubts again, several times, with the word at frame_word (which holds
 * the address of the thread's current frame) before and behind them. NULL when that word is `frame`
 * each time and no frame has changed: then the calls are real this time, and known from now on when
 * that was so often enough. &error_torn otherwise; &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
edge_set_confirm(struct edge_set *set, struct mem *mem, const struct py_layout *layout,
		 uint64_t frame_word, uint64_t frame, const struct edge_doubt *doubts,
		 size_t count);

#endif
