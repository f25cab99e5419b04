/*
 * leaf_stays.h - a function that goes on: the same frame is current, and all below it is as it was.
 */
#ifndef PYTHON_LEAF_STAYS_H
#define PYTHON_LEAF_STAYS_H

#include <stdbool.h>

#include "climb.h"

/*
 * Is the stack the one of the walker's suffix, with `leaf`, which has nothing on top of it, for its
 * leaf? Then the suffix says so, and at which instruction the leaf is.
 */
bool leaf_stays(struct frame_walker *walker, const struct step *leaf);

#endif
