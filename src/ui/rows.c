/*
 * rows.c - groups of calls, threads and processes as rows.
 *
 * A function that calls itself counts once for each stack: the outermost of its calls has all of
 * its time, so the tree is walked with a count of what is on the stack.
 */
#include "ui/rows.h"

#include <stdlib.h>
#include <string.h>

#include "row_filter.h"
#include "row_tree.h"

enum { NESTED_MAX = 500 /* processes that are shown below their parents: each looks at each */ };

struct grouping {
	struct rows *rows;
	const struct tree *tree;
	uint32_t *group_of; /* by function or frame; NULL: they are the groups */
	bool by_frame;
};

void rows_deinit(struct rows *rows)
{
	array_deinit(&rows->list);
	array_deinit(&rows->on_stack);
}

static uint32_t group_of(const struct grouping *grouping, uint32_t node)
{
	if (grouping->by_frame)
		return grouping->tree->nodes.items[node].frame;
	if (grouping->group_of)
		return grouping->group_of[tree_func_of(grouping->tree, node)];
	return tree_func_of(grouping->tree, node);
}

static void leave(void *context, uint32_t node)
{
	struct grouping *grouping = context;

	grouping->rows->on_stack.items[group_of(grouping, node)]--;
}

/* Room for a row for each group; empty ones are taken out later. */
static bool make_groups(struct rows *rows, enum by by, size_t count)
{
	struct row empty = { .by = by };

	rows->list.count = rows->on_stack.count = 0;
	if (!array_reserve(&rows->list, count) || !array_reserve(&rows->on_stack, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		empty.index = (uint32_t)i;
		rows->list.items[rows->list.count++] = empty;
		rows->on_stack.items[rows->on_stack.count++] = 0;
	}
	return true;
}

static void group_calls(struct grouping *grouping, const struct sums *sums)
{
	struct rows *rows = grouping->rows;

	for (uint32_t n = tree_next(grouping->tree, 0, NULL, NULL); n;
	     n = tree_next(grouping->tree, n, leave, grouping)) {
		uint32_t group = group_of(grouping, n);
		const struct sum *sum = &sums->nodes.items[n];
		struct sum *to = &rows->list.items[group].sum;

		if (rows->on_stack.items[group]++) {
			to->own += sum->own;
			to->own_time += sum->own_time;
		} else {
			sum_add(to, sum);
		}
	}
}

/* The functions of a file are a group: the first of them stands for it. */
static uint32_t *files_of(const struct profile *dictionary)
{
	uint32_t *first = calloc(dictionary->func_count + 1, sizeof(*first));
	struct counts files = { 0 };
	bool failed = false;

	if (!first)
		return NULL;
	for (size_t i = 0; !failed && i < dictionary->func_count; i++) {
		uint64_t file = (uint64_t)(uintptr_t)dictionary->funcs[i].file;
		uint64_t found = counts_get(&files, file);

		if (!found) {
			found = i + 1;
			failed = !counts_add(&files, file, found);
		}
		first[i] = (uint32_t)(found - 1);
	}
	counts_deinit(&files);
	if (!failed)
		return first;
	free(first);
	return NULL;
}

struct error *rows_group(struct rows *rows, enum by by, const struct tree *tree,
			 const struct sums *sums)
{
	const struct profile *dictionary = tree->dictionary;
	struct grouping grouping = { .rows = rows, .tree = tree, .by_frame = by == BY_LINE };
	size_t count = by == BY_LINE ? dictionary->frame_count : dictionary->func_count;

	if (by == BY_FILE) {
		grouping.group_of = files_of(dictionary);
		if (!grouping.group_of)
			return &error_nomem;
	}
	if (!make_groups(rows, by, count)) {
		free(grouping.group_of);
		return &error_nomem;
	}
	group_calls(&grouping, sums);
	free(grouping.group_of);
	return NULL;
}

static struct error *rows_of_threads(struct rows *rows, const struct model *model,
				     const struct choice *choice, const struct sums *sums)
{
	rows->list.count = 0;
	for (size_t i = 0; i < sums->threads.count; i++) {
		const struct row row = { .by = BY_THREAD,
					 .index = (uint32_t)i,
					 .sum = sums->threads.items[i] };
		bool here = i < model->threads.count && model_is_seen(model, i);

		if (choice->process != CHOICE_ANY &&
		    choice->process != model->dictionary->threads[i].process)
			continue;
		if ((here || row.sum.total_time || sum_state(&row.sum) < SAMPLE_STATES) &&
		    !array_push(&rows->list, row))
			return &error_nomem;
	}
	return NULL;
}

static struct error *rows_of_processes(struct rows *rows, const struct model *model,
				       const struct sums *sums)
{
	if (!make_groups(rows, BY_PROCESS, model->dictionary->process_count))
		return &error_nomem;
	for (size_t i = 0; i < sums->threads.count; i++)
		sum_add(&rows->list.items[model->dictionary->threads[i].process].sum,
			&sums->threads.items[i]);
	return NULL;
}

/* Those that took no time, and those that are not looked for, go. */
static void drop_rows(struct rows *rows, const struct model *model, const struct tree *tree,
		      const struct row_filter *filter)
{
	struct text name = { 0 }, place = { 0 };
	size_t kept = 0;

	rows->all = 0;
	for (size_t i = 0; i < rows->list.count; i++) {
		const struct row *row = &rows->list.items[i];
		bool passes;

		if (row->by < BY_THREAD) {
			if (!row->sum.total_time && !row->sum.total)
				continue;
			passes = row_filter_passes_func(filter, row_func(row, tree));
		} else {
			text_clear(&name);
			text_clear(&place);
			row_label(row, model, tree, &name, &place);
			passes = row_filter_passes(filter, text_chars(&name)) ||
				 (*filter->text && row_filter_passes(filter, text_chars(&place)));
		}
		rows->all++;
		if (passes)
			rows->list.items[kept++] = *row;
	}
	rows->list.count = kept;
	text_deinit(&name);
	text_deinit(&place);
}

struct order {
	const struct choice *choice;
	const struct model *model;
	const struct tree *tree;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct order *order = context;

	return row_compare(a, b, order->choice, order->model, order->tree);
}

/* Processes on their way to stand behind their parents. */
struct nesting {
	const struct process_info *processes;
	struct row *from, *to; /* by == BY_COUNT: was taken */
	size_t count, done;
};

static bool is_child(const struct nesting *nesting, const struct row *row, const struct row *parent)
{
	return row != parent &&
	       nesting->processes[row->index].parent == nesting->processes[parent->index].pid;
}

static void take_process(struct nesting *nesting, struct row *row, uint32_t depth)
{
	if (row->by == BY_COUNT)
		return;
	nesting->to[nesting->done] = *row;
	nesting->to[nesting->done++].depth = depth;
	row->by = BY_COUNT;
	for (size_t i = 0; i < nesting->count; i++)
		if (is_child(nesting, &nesting->from[i], row))
			take_process(nesting, &nesting->from[i], depth + 1);
}

static bool nest_processes(struct rows *rows, const struct model *model)
{
	struct nesting nesting = { model->dictionary->processes, rows->list.items, NULL,
				   rows->list.count, 0 };

	if (nesting.count > NESTED_MAX)
		return true;
	nesting.to = malloc((nesting.count + 1) * sizeof(*nesting.to));
	if (!nesting.to)
		return false;
	for (size_t i = 0; i < nesting.count; i++) {
		bool is_root = true;

		for (size_t j = 0; j < nesting.count; j++)
			is_root &= !is_child(&nesting, &nesting.from[i], &nesting.from[j]);
		if (is_root)
			take_process(&nesting, &nesting.from[i], 0);
	}
	for (size_t i = 0; i < nesting.count;
	     i++) /* no process is its own ancestor, but who knows */
		take_process(&nesting, &nesting.from[i], 0);
	if (nesting.count)
		memcpy(rows->list.items, nesting.to, nesting.count * sizeof(*nesting.to));
	free(nesting.to);
	return true;
}

struct error *rows_make(struct rows *rows, const struct model *model, const struct choice *choice,
			const struct tree *tree, const struct sums *sums)
{
	struct order order = { choice, model, tree };
	struct row_filter filter;
	struct error *err;

	row_filter_init(&filter, choice->filter);
	rows->bad_filter = *choice->filter && !filter.is_compiled;
	if (choice->by == BY_TREE)
		err = rows_of_tree(rows, model, choice, tree, sums, &filter);
	else if (choice->by == BY_THREAD)
		err = rows_of_threads(rows, model, choice, sums);
	else if (choice->by == BY_PROCESS)
		err = rows_of_processes(rows, model, sums);
	else
		err = rows_group(rows, choice->by, tree, sums);
	if (!err && choice->by != BY_TREE) {
		drop_rows(rows, model, tree, &filter);
		if (rows->list.count)
			qsort_r(rows->list.items, rows->list.count, sizeof(*rows->list.items),
				compare, &order);
		if (choice->by == BY_PROCESS && !nest_processes(rows, model))
			err = &error_nomem;
	}
	row_filter_deinit(&filter);
	return err;
}
