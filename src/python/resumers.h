/*
 * resumers.h - who ran a generator when it was last seen at work.
 *
 * The frame of a generator is linked to who runs it only while it is run. When it is copied, a
 * moment after it was found to be the current one, it may have yielded, and nothing in the copy
 * leads to the frames below it. The one that ran it last is nearly always the one that does.
 * Until 3.10 the same goes for a function that a generator calls: it is linked to nobody when it
 * has returned.
 */
#ifndef PYTHON_RESUMERS_H
#define PYTHON_RESUMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct resumer {
	uint64_t frame,
		code; /* of the generator, or of what it called: address, and id of struct code */
	uint64_t caller_frame, caller_code;
	bool from_c; /* C code in between */
	bool above_shim;
};

struct resumers;

__attribute__((warn_unused_result)) struct error *resumers_create(struct resumers **ret);
void resumers_destroy(struct resumers *resumers);

/* Kept until another generator's takes its place: as many as a program runs at a time. */
void resumers_set(struct resumers *resumers, const struct resumer *resumer);

/* Nothing is known of that frame. */
void resumers_drop(struct resumers *resumers, uint64_t frame);

/* NULL when a generator of that code was not seen at work there lately. Borrowed until the next
 * resumers_set(). */
const struct resumer *resumers_find(const struct resumers *resumers, uint64_t frame, uint64_t code);

/* Was a generator with its frame there seen at work lately? */
bool resumers_know(const struct resumers *resumers, uint64_t frame);

#endif
