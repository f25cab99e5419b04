/*
 * tops.h - which frame ended where the data stack did.
 *
 * The frame of a generator lies elsewhere: while one is run, the data stack ends with the frame of
 * the function below it, which runs it, or runs the generator that does. Where the data stack ended
 * is known of the moment at which the current frame is, even if that is linked to nobody by the
 * time that it is copied.
 */
#ifndef PYTHON_TOPS_H
#define PYTHON_TOPS_H

#include <stdint.h>

#include "base/error.h"

struct tops;

__attribute__((warn_unused_result)) struct error *tops_create(struct tops **ret);
void tops_destroy(struct tops *tops);

/* The frame ends there. Kept until another's takes its place. */
void tops_set(struct tops *tops, uint64_t end, uint64_t frame);

/* The frame that was last seen to end there; 0: none is known. */
uint64_t tops_find(const struct tops *tops, uint64_t end);

#endif
