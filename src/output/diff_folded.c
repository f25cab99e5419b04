/*
 * diff_folded.c - a difference as difffolded.pl writes it: `stack OLD NEW`, samples, a line each.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "diff_forms.h"
#include "folded.h"

static struct error *folded_write(const struct diff *diff, const struct diff_facts *facts,
				  FILE *file)
{
	struct profile tree = diff->tree;
	CLEANUP(freep)
	struct stack_node *nodes = malloc(tree.node_count * sizeof(*nodes));

	(void)facts;
	if (!nodes)
		return &error_nomem;
	for (size_t n = 0; n < tree.node_count; n++) {
		nodes[n] = diff->tree.nodes[n];
		nodes[n].count = diff->nodes[n][DIFF_OLD].samples;
		nodes[n].time_ns = diff->nodes[n][DIFF_NEW].samples;
	}
	tree.nodes = nodes;
	return folded_write_two_columns(&tree, file);
}

static const char *const suffixes[] = { ".folded", ".collapsed", ".txt", NULL };

const struct diff_output diff_output_folded = {
	.name = "folded",
	.suffixes = suffixes,
	.write = folded_write,
};
