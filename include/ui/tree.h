/*
 * tree.h - the tree of calls as it is shown: stacks of the dictionary that differ only in what is
 * not shown (lines, functions of others) are one.
 */
#ifndef UI_TREE_H
#define UI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "profile/profile.h"
#include "ui/counts.h"

enum { TREE_NONE = UINT32_MAX };

enum tree_opening {
	TREE_AUTO, /* open where much of the time is */
	TREE_OPEN,
	TREE_CLOSED,
};

struct tree_node {
	uint32_t parent;            /* stands before its children; the root, 0, is its own */
	uint32_t first_child, next; /* 0: none */
	uint32_t frame;             /* of the dictionary: the first that came */
	uint8_t opening;            /* enum tree_opening: what the user made of it */
};

struct tree {
	const struct profile *dictionary;
	bool by_line, mine;
	ARRAY(struct tree_node) nodes;
	ARRAY(uint32_t) of_stack; /* by node of the dictionary: TREE_NONE is not shown */
	ARRAY(uint8_t) has_mine;  /* the same: there is a function of the program itself in it */
	ARRAY(uint8_t) hidden;    /* by function: is left out */
	struct counts children;   /* node and frame or function -> node */
};

/* dictionary is borrowed. With mine, functions of others are left out: their time is their
 * caller's. */
void tree_init(struct tree *tree, const struct profile *dictionary, bool by_line, bool mine);
void tree_deinit(struct tree *tree);

/* Takes in what is new in the dictionary. &error_nomem. */
__attribute__((warn_unused_result)) struct error *tree_update(struct tree *tree);

static inline uint32_t tree_func_of(const struct tree *tree, uint32_t node)
{
	return tree->dictionary->frames[tree->nodes.items[node].frame].func;
}

/*
 * The node behind `node` in the order that visits parents before children; 0 behind the last.
 * leave() is called for each node whose children are all visited, before; may be NULL.
 */
uint32_t tree_next(const struct tree *tree, uint32_t node,
		   void (*leave)(void *context, uint32_t node), void *context);

#endif
