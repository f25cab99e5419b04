/*
 * function_tree.c - which nodes are the same, found part by part.
 */
#include "function_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tracks.h"

enum { TABLE_SIZE_MIN = 64 };

static uint32_t func_of(const struct function_tree *tree, uint32_t node)
{
	return profile_frame_of(tree->profile, node)->func;
}

static uint32_t caller_of(const struct function_tree *tree, uint32_t node)
{
	return tree->first_same[tree->profile->nodes[node].parent];
}

static struct error *add_part(struct function_tree *tree, uint32_t node, bool *whole)
{
	const uint32_t parent = tree->profile->nodes[node].parent;

	*whole = *whole && is_above_frames(tree->profile, parent);
	return array_push(&tree->roots, ((struct function_tree_edge) { parent, node })) &&
			       array_push(&tree->parts, node)
		       ? NULL
		       : &error_nomem;
}

static int compare_edges(const void *left, const void *right)
{
	const struct function_tree_edge *a = left, *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return a->child < b->child ? -1 : a->child > b->child;
}

/*
 * Each root frame begins one, unless what is below it does not stand together: two threads may have
 * the same root frame, or some stacks none. Then all is one part.
 */
static struct error *find_parts(struct function_tree *tree)
{
	const struct profile *profile = tree->profile;
	struct error *err = array_push(&tree->parts, 0) ? NULL : &error_nomem;
	bool whole = true;

	for (uint32_t n = 1; !err && n < profile->node_count; n++) {
		if (is_above_frames(profile, n))
			err = add_part(tree, n, &whole);
		else
			whole = whole && profile->nodes[n].parent >=
						 tree->parts.items[tree->parts.count - 1];
	}
	if (!whole) {
		tree->parts.count = 1;
		tree->roots.count = 0;
	}
	if (!err && tree->roots.count)
		qsort(tree->roots.items, tree->roots.count, sizeof(*tree->roots.items),
		      compare_edges);
	if (!err && !array_push(&tree->parts, (uint32_t)profile->node_count))
		err = &error_nomem;
	return err;
}

static size_t part_size(const struct function_tree *tree, size_t part)
{
	return tree->parts.items[part + 1] - tree->parts.items[part];
}

/* At most half full. */
static size_t table_size(size_t count)
{
	size_t size = TABLE_SIZE_MIN;

	while (size < count * 2)
		size *= 2;
	return size;
}

/* The multiplier is 2^64 over the golden ratio; the numbers are ours. */
static size_t slot_of(uint32_t caller, uint32_t func, size_t size)
{
	uint64_t key = (uint64_t)caller << 32 | func;

	key = (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(key ^ key >> 32) & (size - 1);
}

static void merge_node(struct function_tree *tree, uint32_t node, size_t size)
{
	const uint32_t caller = caller_of(tree, node), func = func_of(tree, node);
	size_t slot = slot_of(caller, func, size);
	uint32_t other;

	for (; tree->table[slot]; slot = (slot + 1) & (size - 1)) {
		other = tree->table[slot] - 1;
		if (func_of(tree, other) != func || caller_of(tree, other) != caller)
			continue;
		tree->first_same[node] = other;
		tree->next_same[node] = tree->next_same[other];
		tree->next_same[other] = node;
		return;
	}
	tree->table[slot] = node + 1;
	tree->first_same[node] = node;
}

static void merge_part(struct function_tree *tree, size_t part)
{
	const size_t size = table_size(part_size(tree, part));
	const uint32_t begin = tree->parts.items[part];

	memset(tree->table, 0, size * sizeof(*tree->table));
	tree->first_same[begin] = begin;
	for (uint32_t n = begin + 1; n < tree->parts.items[part + 1]; n++)
		merge_node(tree, n, size);
}

static struct error *merge_parts(struct function_tree *tree, size_t largest)
{
	const size_t count = tree->profile->node_count;

	tree->first_same = malloc(count * sizeof(*tree->first_same));
	tree->next_same = calloc(count, sizeof(*tree->next_same));
	tree->table = malloc(table_size(largest) * sizeof(*tree->table));
	if (!tree->first_same || !tree->next_same || !tree->table)
		return &error_nomem;
	for (size_t i = 0; i < function_tree_parts(tree); i++)
		merge_part(tree, i);
	free(take_ptr(tree->table));
	return NULL;
}

struct error *function_tree_init(struct function_tree *tree, const struct profile *profile)
{
	size_t largest = 0;
	struct error *err;

	*tree = (struct function_tree) { .profile = profile };
	err = find_parts(tree);
	for (size_t i = 0; !err && i < function_tree_parts(tree); i++)
		if (part_size(tree, i) > largest)
			largest = part_size(tree, i);
	if (!err)
		err = merge_parts(tree, largest);
	if (err)
		return err;
	tree->first = malloc((largest + 2) * sizeof(*tree->first));
	tree->nodes = malloc((largest + 1) * sizeof(*tree->nodes));
	return tree->first && tree->nodes ? NULL : &error_nomem;
}

void function_tree_deinit(struct function_tree *tree)
{
	free(tree->first_same);
	free(tree->next_same);
	free(tree->table);
	free(tree->first);
	free(tree->nodes);
	array_deinit(&tree->parts);
	array_deinit(&tree->roots);
}

void function_tree_enter(struct function_tree *tree, size_t part)
{
	const uint32_t begin = tree->parts.items[part], end = tree->parts.items[part + 1];
	const size_t count = end - begin;
	uint32_t *first = tree->first;

	tree->part = part;
	memset(first, 0, (count + 2) * sizeof(*first));
	/* first[p + 2] counts, then first[p + 1] is where the next child of p goes */
	for (uint32_t n = begin + 1; n < end; n++)
		if (tree->first_same[n] == n)
			first[caller_of(tree, n) - begin + 2]++;
	for (size_t i = 2; i < count + 2; i++)
		first[i] += first[i - 1];
	for (uint32_t n = begin + 1; n < end; n++)
		if (tree->first_same[n] == n)
			tree->nodes[first[caller_of(tree, n) - begin + 1]++] = n;
}

size_t function_tree_children(const struct function_tree *tree, uint32_t node, const uint32_t **ret)
{
	const uint32_t *first = &tree->first[node - tree->parts.items[tree->part]];

	*ret = &tree->nodes[first[0]];
	return first[1] - first[0];
}

size_t function_tree_roots(const struct function_tree *tree, uint32_t node,
			   const struct function_tree_edge **ret)
{
	const struct function_tree_edge *edges = tree->roots.items;
	size_t low = 0, high = tree->roots.count, count = 0;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (edges[middle].parent < node)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < tree->roots.count && edges[low + count].parent == node)
		count++;
	*ret = edges ? &edges[low] : NULL;
	return count;
}
