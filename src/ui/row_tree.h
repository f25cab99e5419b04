/*
 * row_tree.h - the calls that are open, as rows.
 */
#ifndef UI_ROW_TREE_H
#define UI_ROW_TREE_H

#include "row_filter.h"
#include "ui/rows.h"

__attribute__((warn_unused_result)) struct error *
rows_of_tree(struct rows *rows, const struct model *model, const struct choice *choice,
	     const struct tree *tree, const struct sums *sums, const struct row_filter *filter);

#endif
