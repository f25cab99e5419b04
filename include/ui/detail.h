/*
 * detail.h - one function: who called it, what it called, which of its lines take the time.
 */
#ifndef UI_DETAIL_H
#define UI_DETAIL_H

#include "ui/rows.h"

struct detail_line {
	int32_t line;
	struct sum sum;
};

struct detail {
	uint32_t func; /* of the dictionary */
	struct sum sum;
	/* rows of functions: own is what is in calls from, or to, without what these called */
	struct row_list callers, callees;
	ARRAY(struct detail_line) lines; /* by line; those that were seen */
};

void detail_deinit(struct detail *detail);

/*
 * What is known of a function. `tree` is by functions, `lines` by lines, each with its sums; both
 * the same choice. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
detail_make(struct detail *detail, uint32_t func, const struct tree *tree, const struct sums *sums,
	    const struct tree *lines, const struct sums *line_sums);

#endif
