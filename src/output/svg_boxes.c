/*
 * svg_boxes.c - from the tree of stacks to boxes, level by level.
 */
#include "svg_boxes.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "children.h"

struct choosing {
	struct svg_boxes *boxes;
	const struct profile *profile;
	struct children children;
	double narrowest; /* weight */
	uint32_t deepest;
};

static void choosing_deinit(struct choosing *choosing)
{
	children_deinit(&choosing->children);
}

/* By what is written in them, so that the same samples give the same picture. */
static int compare_boxes(const void *left, const void *right, void *context)
{
	const struct svg_box *a = left, *b = right;
	const struct profile *profile = context;
	const struct func *of_a = profile_func_of(profile, a->node);
	const struct func *of_b = profile_func_of(profile, b->node);
	int32_t line_a = profile_frame_of(profile, a->node)->line;
	int32_t line_b = profile_frame_of(profile, b->node)->line;
	int order = strcmp(of_a->name, of_b->name);

	if (!order)
		order = strcmp(of_a->file, of_b->file);
	if (!order && line_a != line_b)
		return line_a < line_b ? -1 : 1;
	return order ? order : (a->node > b->node) - (a->node < b->node);
}

/* The boxes below one, from left to right, behind those that there are. */
static struct error *add_below(const struct choosing *choosing, const struct svg_box *parent)
{
	struct svg_boxes *boxes = choosing->boxes;
	const uint32_t *first = choosing->children.first;
	size_t begin = boxes->items.count, kept = begin;
	double start = parent->start;

	if (parent->depth + 1 >= choosing->deepest)
		return NULL;
	for (uint32_t i = first[parent->node]; i < first[parent->node + 1]; i++) {
		const struct svg_box box = { choosing->children.nodes[i], parent->depth + 1, 0 };

		if (!array_push(&boxes->items, box))
			return &error_nomem;
	}
	if (boxes->items.count > begin)
		qsort_r(boxes->items.items + begin, boxes->items.count - begin,
			sizeof(*boxes->items.items), compare_boxes, (void *)choosing->profile);
	for (size_t i = begin; i < boxes->items.count; i++) {
		struct svg_box box = boxes->items.items[i];
		double weight = boxes->totals[box.node];

		box.start = start;
		start += weight;
		if (weight > 0 && weight >= choosing->narrowest)
			boxes->items.items[kept++] = box;
	}
	boxes->items.count = kept;
	if (kept > begin && parent->depth + 1 > boxes->depth)
		boxes->depth = parent->depth + 1;
	return NULL;
}

struct error *svg_boxes_init(struct svg_boxes *boxes, const struct profile *profile,
			     const double *own, double narrowest, uint32_t deepest)
{
	CLEANUP(choosing_deinit)
	struct choosing choosing = { .boxes = boxes, .profile = profile, .deepest = deepest };
	struct error *err;
	size_t all = 0;

	*boxes = (struct svg_boxes) { 0 };
	err = children_init(&choosing.children, profile);
	if (err)
		return err;
	boxes->totals = calloc(profile->node_count, sizeof(*boxes->totals));
	if (!boxes->totals)
		return &error_nomem;
	for (size_t n = profile->node_count; n-- > 0;) {
		boxes->totals[n] += own[n];
		all += boxes->totals[n] > 0;
		if (n)
			boxes->totals[profile->nodes[n].parent] += boxes->totals[n];
	}
	choosing.narrowest = narrowest * boxes->totals[0];
	if (!array_push(&boxes->items, ((struct svg_box) { 0, 0, 0 })))
		return &error_nomem;
	for (size_t i = 0; !err && i < boxes->items.count; i++) {
		const struct svg_box box = boxes->items.items[i];

		err = add_below(&choosing, &box);
	}
	boxes->left_out = all > boxes->items.count ? all - boxes->items.count : 0;
	return err;
}

void svg_boxes_deinit(struct svg_boxes *boxes)
{
	array_deinit(&boxes->items);
	free(boxes->totals);
	boxes->totals = NULL;
}
