/*
 * function_tree.h - the tree of stacks by function: nodes that differ in lines only are one.
 *
 * It is a view of the profile's own tree, in which the first of such nodes stands for all of them:
 * eight bytes a node. Its nodes are visited part by part, a part being what one thread did where
 * threads have root frames; so that what else is needed, is needed of one part only.
 */
#ifndef OUTPUT_FUNCTION_TREE_H
#define OUTPUT_FUNCTION_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "profile/profile.h"

struct function_tree_edge {
	uint32_t parent, child;
};

struct function_tree {
	const struct profile *profile;
	uint32_t *first_same;  /* by node: the one that stands for it */
	uint32_t *next_same;   /* by node: another one that is the same; 0: no more */
	ARRAY(uint32_t) parts; /* the first node of each, and behind the last */
	ARRAY(struct function_tree_edge) roots; /* from one part to another, by parent */
	uint32_t *table;         /* by hash of caller and function: a node of the part, plus 1 */
	uint32_t *first, *nodes; /* of the part at hand: children, as in children.h */
	size_t part;
};

/* The profile is borrowed. &error_nomem; it is to be deinitialised then, too. */
__attribute__((warn_unused_result)) struct error *function_tree_init(struct function_tree *tree,
								     const struct profile *profile);
void function_tree_deinit(struct function_tree *tree);

/* How many parts there are; a caller stands in the same part, or in one before. */
static inline size_t function_tree_parts(const struct function_tree *tree)
{
	return tree->parts.count - 1;
}

/* Its nodes are tree->parts.items[part] until the next; of them, those that stand for others. */
void function_tree_enter(struct function_tree *tree, size_t part);

/*
 * Children of a node of the part at hand, as far as they are of that part; more of them, the root
 * frames, are in others.
 */
size_t function_tree_children(const struct function_tree *tree, uint32_t node,
			      const uint32_t **ret);
size_t function_tree_roots(const struct function_tree *tree, uint32_t node,
			   const struct function_tree_edge **ret);

#endif
