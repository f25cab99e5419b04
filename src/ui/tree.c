/*
 * tree.c - grows with the dictionary, node by node.
 */
#include "ui/tree.h"

#include "profile/package.h"

void tree_init(struct tree *tree, const struct profile *dictionary, bool by_line, bool mine)
{
	*tree = (struct tree) { .dictionary = dictionary, .by_line = by_line, .mine = mine };
}

void tree_deinit(struct tree *tree)
{
	array_deinit(&tree->nodes);
	array_deinit(&tree->of_stack);
	array_deinit(&tree->has_mine);
	array_deinit(&tree->hidden);
	counts_deinit(&tree->children);
}

static bool add_func(struct tree *tree)
{
	enum package_origin origin;

	origin = package_of(&tree->dictionary->funcs[tree->hidden.count]).origin;
	return array_push(&tree->hidden,
			  tree->mine && origin != PACKAGE_MINE && origin != PACKAGE_NONE);
}

/* The child of a node for a frame of the dictionary, made when there is none; 0: no memory. */
static uint32_t child_of(struct tree *tree, uint32_t parent, uint32_t frame)
{
	uint32_t what = tree->by_line ? frame : tree->dictionary->frames[frame].func;
	uint64_t key = (uint64_t)parent << 32 | what;
	uint32_t found = (uint32_t)counts_get(&tree->children, key);
	struct tree_node node = { .parent = parent, .frame = frame };

	if (found)
		return found;
	found = (uint32_t)tree->nodes.count;
	node.next = tree->nodes.items[parent].first_child;
	if (!array_push(&tree->nodes, node) || !counts_add(&tree->children, key, found))
		return 0;
	tree->nodes.items[parent].first_child = found;
	return found;
}

static bool add_stack(struct tree *tree)
{
	uint32_t n = (uint32_t)tree->of_stack.count;
	const struct stack_node *stack = &tree->dictionary->nodes[n];
	uint32_t func = tree->dictionary->frames[stack->frame].func;
	const struct func *what = &tree->dictionary->funcs[func];
	uint32_t parent = tree->of_stack.items[stack->parent], node;
	bool mine = tree->has_mine.items[stack->parent];

	if (parent == TREE_NONE)
		parent = 0;
	mine |= !tree->mine || (what->kind == FRAME_PYTHON && !tree->hidden.items[func]);
	node = tree->hidden.items[func] ? parent : child_of(tree, parent, stack->frame);
	if (!node && !tree->hidden.items[func])
		return false;
	/* in a stack without a function of the program itself nothing is to be shown */
	return array_push(&tree->has_mine, mine) &&
	       array_push(&tree->of_stack, mine ? node : TREE_NONE);
}

struct error *tree_update(struct tree *tree)
{
	const struct tree_node root = { 0 };

	if (!tree->nodes.count &&
	    (!array_push(&tree->nodes, root) || !array_push(&tree->of_stack, (uint32_t)0) ||
	     !array_push(&tree->has_mine, (uint8_t)!tree->mine)))
		return &error_nomem;
	while (tree->hidden.count < tree->dictionary->func_count)
		if (!add_func(tree))
			return &error_nomem;
	while (tree->of_stack.count < tree->dictionary->node_count)
		if (!add_stack(tree))
			return &error_nomem;
	return NULL;
}

uint32_t tree_next(const struct tree *tree, uint32_t node,
		   void (*leave)(void *context, uint32_t node), void *context)
{
	const struct tree_node *nodes = tree->nodes.items;

	if (nodes[node].first_child)
		return nodes[node].first_child;
	while (node) {
		if (leave)
			leave(context, node);
		if (nodes[node].next)
			return nodes[node].next;
		node = nodes[node].parent;
	}
	return 0;
}
