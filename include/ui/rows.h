/*
 * rows.h - the rows of a list: functions, lines, files, threads, processes, calls; chosen, sorted.
 */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include "base/text.h"
#include "ui/sums.h"

struct row {
	enum by by;
	uint32_t index; /* function, frame, a function of the file, thread, process of the
			   dictionary; or node of the tree */
	struct sum sum;
	uint32_t depth; /* in the tree, or below the parent process */
	bool has_children, is_open;
};

struct row_list {
	struct row *items;
	size_t count, capacity;
};

struct rows {
	struct row_list list;
	size_t all;               /* how many there were before the filter */
	bool bad_filter;          /* it is no regular expression: it is searched for as it stands */
	ARRAY(uint32_t) on_stack; /* scratch */
};

void rows_deinit(struct rows *rows);

/* The rows of choice->by, in its order. &error_nomem. */
__attribute__((warn_unused_result)) struct error *
rows_make(struct rows *rows, const struct model *model, const struct choice *choice,
	  const struct tree *tree, const struct sums *sums);

/* Functions, lines or files with their times, one row each, in no order, empty ones as well. */
__attribute__((warn_unused_result)) struct error *
rows_group(struct rows *rows, enum by by, const struct tree *tree, const struct sums *sums);

/* The function that a row is about, or NULL. */
const struct func *row_func(const struct row *row, const struct tree *tree);

/* What is in the column of names: the name, and behind it where that is (both appended). */
void row_label(const struct row *row, const struct model *model, const struct tree *tree,
	       struct text *name, struct text *place);

/* By the column; for sorting other lists the same way. */
int row_compare(const struct row *a, const struct row *b, const struct choice *choice,
		const struct model *model, const struct tree *tree);

/* The state that most of the time was spent in: enum sample_state; SAMPLE_STATES: none. */
uint8_t sum_state(const struct sum *sum);

extern const char *const state_names[SAMPLE_STATES + 1];

#endif
