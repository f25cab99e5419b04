/*
 * detail.c - the calls of a function, from above and from below.
 *
 * Of calls within calls of the same function the outermost counts.
 */
#include "ui/detail.h"

#include <stdlib.h>
#include <string.h>

struct visit {
	const struct tree *tree;
	uint32_t func;
	uint32_t depth;                /* how often the function is on the stack */
	uint32_t *on_stack;            /* by function: calls from it that are on the stack */
	struct sum *callers, *callees; /* by function */
};

void detail_deinit(struct detail *detail)
{
	array_deinit(&detail->callers);
	array_deinit(&detail->callees);
	array_deinit(&detail->lines);
}

static bool is_call_from(const struct visit *visit, uint32_t node)
{
	uint32_t parent = visit->tree->nodes.items[node].parent;

	return parent && tree_func_of(visit->tree, parent) == visit->func;
}

static void leave(void *context, uint32_t node)
{
	struct visit *visit = context;
	uint32_t func = tree_func_of(visit->tree, node);

	if (is_call_from(visit, node))
		visit->on_stack[func]--;
	if (func == visit->func)
		visit->depth--;
}

static void add_outermost(struct sum *to, const struct sum *sum, bool outermost)
{
	if (outermost) {
		sum_add(to, sum);
	} else {
		to->own += sum->own;
		to->own_time += sum->own_time;
	}
}

static void visit_all(struct visit *visit, const struct sums *sums, struct detail *detail)
{
	const struct tree *tree = visit->tree;

	for (uint32_t n = tree_next(tree, 0, NULL, NULL); n; n = tree_next(tree, n, leave, visit)) {
		uint32_t func = tree_func_of(tree, n), parent = tree->nodes.items[n].parent;
		const struct sum *sum = &sums->nodes.items[n];

		if (is_call_from(visit, n))
			add_outermost(&visit->callees[func], sum, !visit->on_stack[func]++);
		if (func != visit->func)
			continue;
		add_outermost(&detail->sum, sum, !visit->depth);
		if (parent)
			add_outermost(&visit->callers[tree_func_of(tree, parent)], sum,
				      !visit->depth);
		visit->depth++;
	}
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->sum.total != b->sum.total)
		return a->sum.total < b->sum.total ? 1 : -1;
	if (a->sum.total_time != b->sum.total_time)
		return a->sum.total_time < b->sum.total_time ? 1 : -1;
	return (a->index > b->index) - (a->index < b->index);
}

/* The functions that have any time, in order. */
static bool take_rows(struct row_list *list, const struct sum *sums, size_t count)
{
	list->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct row row = { .by = BY_FUNCTION, .index = (uint32_t)i, .sum = sums[i] };

		if ((sums[i].total || sums[i].total_time) && !array_push(list, row))
			return false;
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_rows);
	return true;
}

static int compare_lines(const void *left, const void *right)
{
	const struct detail_line *a = left, *b = right;

	return (a->line > b->line) - (a->line < b->line);
}

static struct error *make_lines(struct detail *detail, const struct tree *lines,
				const struct sums *sums)
{
	const struct frame *frames = lines->dictionary->frames;
	struct rows rows = { 0 };
	struct error *err;

	err = rows_group(&rows, BY_LINE, lines, sums);
	detail->lines.count = 0;
	for (size_t i = 0; !err && i < rows.list.count; i++) {
		const struct row *row = &rows.list.items[i];
		const struct detail_line line = { frames[row->index].line, row->sum };

		if (frames[row->index].func == detail->func &&
		    (row->sum.total || row->sum.total_time) && !array_push(&detail->lines, line))
			err = &error_nomem;
	}
	if (detail->lines.count)
		qsort(detail->lines.items, detail->lines.count, sizeof(*detail->lines.items),
		      compare_lines);
	rows_deinit(&rows);
	return err;
}

struct error *detail_make(struct detail *detail, uint32_t func, const struct tree *tree,
			  const struct sums *sums, const struct tree *lines,
			  const struct sums *line_sums)
{
	size_t count = tree->dictionary->func_count;
	struct visit visit = { .tree = tree, .func = func };
	struct error *err = NULL;

	visit.on_stack = calloc(count + 1, sizeof(*visit.on_stack));
	visit.callers = calloc(count + 1, sizeof(*visit.callers));
	visit.callees = calloc(count + 1, sizeof(*visit.callees));
	detail->func = func;
	detail->sum = (struct sum) { 0 };
	if (visit.on_stack && visit.callers && visit.callees) {
		visit_all(&visit, sums, detail);
		if (!take_rows(&detail->callers, visit.callers, count) ||
		    !take_rows(&detail->callees, visit.callees, count))
			err = &error_nomem;
	} else {
		err = &error_nomem;
	}
	free(visit.on_stack);
	free(visit.callers);
	free(visit.callees);
	return err ? err : make_lines(detail, lines, line_sums);
}
