/*
 * live.c - what is seen follows from the model and from what was chosen.
 */
#include "ui/live.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void live_init(struct live *live, struct model *model, const char *title)
{
	*live = (struct live) { .model = model, .title = title, .page_rows = 1 };
	choice_init(&live->choice);
	tree_init(&live->functions, model->dictionary, false, false);
	tree_init(&live->lines, model->dictionary, true, false);
}

void live_deinit(struct live *live)
{
	tree_deinit(&live->functions);
	tree_deinit(&live->lines);
	sums_deinit(&live->sums);
	sums_deinit(&live->line_sums);
	rows_deinit(&live->rows);
	detail_deinit(&live->detail);
}

void live_say(struct live *live, bool bad, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(live->message, sizeof(live->message), format, args);
	va_end(args);
	live->is_message_bad = bad;
}

struct error *live_refresh(struct live *live)
{
	return live->frozen ? NULL : model_refresh(live->model, live->choice.window_ns);
}

/* Another choice of whose functions are shown makes another tree. */
static struct error *update_tree(struct live *live, struct tree *tree)
{
	bool by_line = tree->by_line;

	if (tree->mine != live->choice.mine) {
		tree_deinit(tree);
		tree_init(tree, live->model->dictionary, by_line, live->choice.mine);
	}
	return tree_update(tree);
}

static struct error *update_sums(struct live *live, struct tree *tree, struct sums *sums)
{
	struct error *err = update_tree(live, tree);

	return err ? err : sums_make(sums, live->model, &live->choice, tree);
}

/* The row that was selected stays so, wherever it is now; the first row is a place, not a row. */
static void keep_selection(struct live *live, bool had, enum by by, uint32_t index)
{
	const struct row_list *list = &live->rows.list;

	for (size_t i = 0; had && live->selected && i < list->count; i++)
		if (list->items[i].by == by && list->items[i].index == index) {
			live->selected = i;
			return;
		}
	if (live->selected >= list->count)
		live->selected = list->count ? list->count - 1 : 0;
}

static struct error *update_list(struct live *live)
{
	bool by_line = live->choice.by == BY_LINE;
	bool had = live->selected < live->rows.list.count;
	const struct row was = had ? live->rows.list.items[live->selected] : (struct row) { 0 };
	struct error *err = NULL;

	if (by_line)
		err = update_sums(live, &live->lines, &live->line_sums);
	if (!err)
		err = rows_make(&live->rows, live->model, &live->choice,
				by_line ? &live->lines : &live->functions,
				by_line ? &live->line_sums : &live->sums);
	if (err)
		return err;
	keep_selection(live, had, was.by, was.index);
	return NULL;
}

static struct error *update_detail(struct live *live)
{
	struct error *err = update_sums(live, &live->lines, &live->line_sums);

	return err ? err
		   : detail_make(&live->detail, live->func, &live->functions, &live->sums,
				 &live->lines, &live->line_sums);
}

struct error *live_update(struct live *live)
{
	struct error *err = live->is_stale ? live_refresh(live) : NULL;

	live->is_stale = false;
	if (!err)
		err = update_sums(live, &live->functions, &live->sums);
	if (!err)
		err = update_list(live);
	if (!err && (live->page == PAGE_DETAIL || live->page_behind_help == PAGE_DETAIL))
		err = update_detail(live);
	return err;
}
