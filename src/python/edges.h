/*
 * edges.h - calls that are known to happen: from where in which code to which code.
 *
 * A frame that was called by C code has nothing in it that ties it to the Python frame below, so a
 * caller that was replaced while it was copied cannot be told by looking at the copy. Such a call
 * is believed only after several looks (doubts.h), or what the caller handed over leads to the
 * callee, and from then on, always: it can happen.
 */
#ifndef PYTHON_EDGES_H
#define PYTHON_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

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

/*
 * The call was looked at again: was it `same` as before? Or its callee, a generator, was at work
 * when it was looked at: was it `held` all the while, by the caller? &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
edge_set_note_look(struct edge_set *set, const struct edge *edge, bool same);
__attribute__((warn_unused_result)) struct error *
edge_set_note_work(struct edge_set *set, const struct edge *edge, bool held);

/* A number that no target can foresee. */
uint64_t edge_set_random(struct edge_set *set);

/*
 * Is this call worth a search for what else shows it? Not after each of many that found nothing.
 */
bool edge_set_awaits_search(struct edge_set *set, const struct edge *edge);

/* How that ended: found, it counts as a look does at which nothing had changed. &error_nomem. */
__attribute__((warn_unused_result)) struct error *
edge_set_note_search(struct edge_set *set, const struct edge *edge, bool found);

/* Known from now on. &error_nomem. */
__attribute__((warn_unused_result)) struct error *edge_set_add(struct edge_set *set,
							       const struct edge *edge);

#endif
