/*
 * row_tree.c - from the root, into what is open.
 *
 * A call that the user has neither opened nor closed is open where it has a twentieth of all time
 * since the start: the way to where the time goes. With a filter, it is open where something that
 * is looked for is below it.
 */
#include "row_tree.h"

#include <stdlib.h>

enum {
	OPEN_PARTS = 20,
	OPEN_DEPTH = 200,   /* how deep it opens by itself */
	ROWS_MAX = 1000000, /* of what is open */
};

enum { WANTED = 1, WANTED_BELOW = 2 };

struct walk {
	struct rows *rows;
	const struct model *model;
	const struct choice *choice;
	const struct tree *tree;
	const struct sums *sums;
	uint8_t *wanted; /* by node; NULL: all are */
	struct row_list waiting;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct walk *walk = context;

	return row_compare(b, a, walk->choice, walk->model,
			   walk->tree); /* the last is taken first */
}

/* What the filter looks for, and what is above it. */
static struct error *mark(struct walk *walk, const struct row_filter *filter)
{
	const struct tree *tree = walk->tree;
	uint8_t *funcs = calloc(tree->dictionary->func_count + 1, 1);

	walk->wanted = calloc(tree->nodes.count, 1);
	if (!walk->wanted || !funcs) {
		free(funcs);
		return &error_nomem;
	}
	for (size_t i = 0; i < tree->dictionary->func_count; i++)
		funcs[i] = row_filter_passes_func(filter, &tree->dictionary->funcs[i]);
	for (size_t n = tree->nodes.count; n-- > 1;) {
		if (funcs[tree_func_of(tree, (uint32_t)n)])
			walk->wanted[n] |= WANTED;
		if (walk->wanted[n])
			walk->wanted[tree->nodes.items[n].parent] |= WANTED_BELOW;
	}
	free(funcs);
	return NULL;
}

static bool is_shown(const struct walk *walk, uint32_t node)
{
	const struct sum *sum = &walk->sums->nodes.items[node];

	return (sum->total || sum->total_time) && (!walk->wanted || walk->wanted[node]);
}

static bool is_open(const struct walk *walk, uint32_t node, uint32_t depth)
{
	const struct sum *sums = walk->sums->nodes.items;

	switch (walk->tree->nodes.items[node].opening) {
	case TREE_OPEN:
		return true;
	case TREE_CLOSED:
		return false;
	default:
		if (walk->wanted)
			return walk->wanted[node] & WANTED_BELOW;
		return depth < OPEN_DEPTH &&
		       sums[node].total_time >= sums[0].total_time / OPEN_PARTS;
	}
}

/* The children of a node wait to be taken, the first of them last. */
static bool add_children(struct walk *walk, uint32_t node, uint32_t depth)
{
	const struct tree *tree = walk->tree;
	size_t first = walk->waiting.count;

	for (uint32_t n = tree->nodes.items[node].first_child; n; n = tree->nodes.items[n].next) {
		struct row row = { .by = BY_TREE, .index = n, .depth = depth };

		if (!is_shown(walk, n))
			continue;
		row.sum = walk->sums->nodes.items[n];
		for (uint32_t c = tree->nodes.items[n].first_child; c && !row.has_children;
		     c = tree->nodes.items[c].next)
			row.has_children = is_shown(walk, c);
		row.is_open = row.has_children && is_open(walk, n, depth);
		if (!array_push(&walk->waiting, row))
			return false;
	}
	if (walk->waiting.count > first)
		qsort_r(walk->waiting.items + first, walk->waiting.count - first,
			sizeof(*walk->waiting.items), compare, walk);
	return true;
}

struct error *rows_of_tree(struct rows *rows, const struct model *model,
			   const struct choice *choice, const struct tree *tree,
			   const struct sums *sums, const struct row_filter *filter)
{
	struct walk walk = {
		.rows = rows, .model = model, .choice = choice, .tree = tree, .sums = sums
	};
	struct error *err = NULL;

	rows->list.count = 0;
	if (*filter->text)
		err = mark(&walk, filter);
	if (!err && !add_children(&walk, 0, 0))
		err = &error_nomem;
	while (!err && walk.waiting.count && rows->list.count < ROWS_MAX) {
		struct row row = walk.waiting.items[--walk.waiting.count];

		if (!array_push(&rows->list, row) ||
		    (row.is_open && !add_children(&walk, row.index, row.depth + 1)))
			err = &error_nomem;
	}
	rows->all = rows->list.count;
	free(walk.wanted);
	array_deinit(&walk.waiting);
	return err;
}
