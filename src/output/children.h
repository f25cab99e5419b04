/*
 * children.h - the tree of stacks from the root down: the profile itself only knows parents.
 */
#ifndef OUTPUT_CHILDREN_H
#define OUTPUT_CHILDREN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"

struct children {
	uint32_t *nodes; /* the children of node 0, then those of node 1, ... */
	uint32_t *first; /* node n's are nodes[first[n]] to nodes[first[n + 1] - 1], ascending */
};

__attribute__((warn_unused_result)) struct error *children_init(struct children *children,
								const struct profile *profile);
void children_deinit(struct children *children);

#endif
