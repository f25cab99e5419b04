/*
 * children.c - parents turned around, by counting.
 */
#include "children.h"

#include <stdlib.h>

struct error *children_init(struct children *children, const struct profile *profile)
{
	size_t count = profile->node_count, n;
	uint32_t *first = calloc(count + 2, sizeof(*first));
	uint32_t *nodes = calloc(count, sizeof(*nodes));

	*children = (struct children) { nodes, first };
	if (!first || !nodes) {
		children_deinit(children);
		return &error_nomem;
	}
	/* first[p + 2] counts, then first[p + 1] is where the next child of p goes */
	for (n = 1; n < count; n++)
		first[profile->nodes[n].parent + 2]++;
	for (n = 2; n < count + 2; n++)
		first[n] += first[n - 1];
	for (n = 1; n < count; n++)
		nodes[first[profile->nodes[n].parent + 1]++] = (uint32_t)n;
	return NULL;
}

void children_deinit(struct children *children)
{
	free(children->nodes);
	free(children->first);
	*children = (struct children) { 0 };
}
