/*
 * view_detail.c - a function: who called it beside what it called, its source below.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "view_parts.h"

enum {
	CALLS_MIN = 3,
	CALLS_PART = 3,  /* at most this part of the page lists calls */
	PATH_COLS = 120, /* of the screen: there is room for whole paths */
};

/* The function itself, its numbers, its place. */
static void draw_title(const struct live *live, struct grid *grid, int row)
{
	const struct func *func = &live->model->dictionary->funcs[live->func];
	struct text name = { 0 }, place = { 0 };
	int col;

	text_add_clean(&name, func->name);
	shorten_name(&name);
	text_add(&place, " (");
	text_add_clean(&place, grid->cols >= PATH_COLS ? func->path : func->file);
	if (func->first_line > 0)
		text_addf(&place, ":%d", (int)func->first_line);
	text_add(&place, ")");
	col = view_numbers(live, grid, row, 0, &live->detail.sum, style_of_func(func));
	col = grid_put(grid, row, col, grid->cols, style_of_func(func), text_chars(&name));
	if (*func->path)
		grid_put(grid, row, col, grid->cols, STYLE_DIM, text_chars(&place));
	text_deinit(&name);
	text_deinit(&place);
}

static void draw_call(const struct live *live, const struct row *call, struct grid *grid, int row,
		      int col, int end)
{
	const struct func *func = &live->model->dictionary->funcs[call->index];
	char share[32], time[32], numbers[80];
	struct text name = { 0 };

	text_add_clean(&name, func->name);
	shorten_name(&name);
	if (*func->file) {
		const char *slash = strrchr(func->file, '/');

		text_add(&name, " (");
		text_add_clean(&name, slash ? slash + 1 : func->file);
		text_add(&name, ")");
	}
	snprintf(numbers, sizeof(numbers), "%6s %7s ",
		 format_share(share, sizeof(share), call->sum.total,
			      live->model->window_shown.looked_ns),
		 format_time(time, sizeof(time), call->sum.total_time));
	col = grid_put(grid, row, col, end, STYLE_PLAIN, numbers);
	grid_put(grid, row, col, end, style_of_func(func), text_chars(&name));
	text_deinit(&name);
}

/* One of the two lists of calls, `rows` of them and its heading. */
static void draw_calls(struct live *live, enum live_focus which, struct grid *grid, int row,
		       int rows, int col, int end)
{
	bool callers = which == FOCUS_CALLERS;
	const struct row_list *list = callers ? &live->detail.callers : &live->detail.callees;
	size_t *top = &live->detail_top[which], *selected = &live->detail_selected[which];
	char heading[64];

	if (*selected >= list->count)
		*selected = list->count ? list->count - 1 : 0;
	*top = view_scroll(*top, *selected, (size_t)rows, list->count);
	snprintf(heading, sizeof(heading), "total%%   total %s (%zu)",
		 callers ? "called by" : "calls", list->count);
	for (int i = col; i < end; i++)
		grid_put(grid, row, i, i + 1, STYLE_HEADING, " ");
	grid_put(grid, row, col, end, STYLE_HEADING, heading);
	if (!list->count)
		grid_put(grid, row + 1, col + 1, end, STYLE_DIM,
			 callers ? "nobody: it is where its thread began" : "nothing in Python");
	for (size_t i = 0; i < (size_t)rows && *top + i < list->count; i++) {
		int at = row + 1 + (int)i;

		draw_call(live, &list->items[*top + i], grid, at, col, end);
		grid_hit(grid, at, col, end,
			 hit_pack(callers ? HIT_CALLER : HIT_CALLEE, (uint32_t)(*top + i)));
		if (live->focus == which && *top + i == *selected)
			grid_select(grid, at, col, end);
	}
}

static const struct detail_line *line_of(const struct live *live, int32_t line)
{
	size_t low = 0, high = live->detail.lines.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (live->detail.lines.items[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < live->detail.lines.count && live->detail.lines.items[low].line == line)
		return &live->detail.lines.items[low];
	return NULL;
}

/* The lines of the function: those of its code, and all that were seen. */
static void lines_of(const struct live *live, int32_t *first, int32_t *last)
{
	const struct func *func = &live->model->dictionary->funcs[live->func];
	size_t count = live->detail.lines.count;
	const struct detail_line *lines = live->detail.lines.items;

	*first = func->first_line;
	*last = func->last_line;
	if (count && (lines[0].line < *first || *first <= 0) && lines[0].line > 0)
		*first = lines[0].line;
	if (count && lines[count - 1].line > *last)
		*last = lines[count - 1].line;
	if (*last < *first)
		*last = *first;
}

size_t live_source_lines(const struct live *live)
{
	int32_t first, last;

	lines_of(live, &first, &last);
	return first > 0 ? (size_t)(last - first) + 1 : 0;
}

/* The line with most of the time comes into the middle, once. */
static void place_source(struct live *live, int32_t first, size_t rows)
{
	const struct detail_line *hottest = NULL;

	if (live->is_source_placed)
		return;
	for (size_t i = 0; i < live->detail.lines.count; i++) {
		const struct detail_line *line = &live->detail.lines.items[i];

		if (!hottest || line->sum.total_time > hottest->sum.total_time)
			hottest = line;
	}
	live->detail_selected[FOCUS_SOURCE] =
		hottest && hottest->line >= first ? (size_t)(hottest->line - first) : 0;
	if (live->detail_selected[FOCUS_SOURCE] > rows / 2)
		live->detail_top[FOCUS_SOURCE] = live->detail_selected[FOCUS_SOURCE] - rows / 2;
	live->is_source_placed = true;
}

static void draw_line(const struct live *live, int32_t line, struct grid *grid, int row)
{
	const struct func *func = &live->model->dictionary->funcs[live->func];
	const char *source = live->source ? live->source(live->source_context, func, line) : NULL;
	const struct detail_line *seen = line_of(live, line);
	int col = view_shares_width(grid);
	struct text text = { 0 };
	char number[16];

	if (seen)
		(void)view_shares(live, grid, row, &seen->sum, style_of_func(func));
	snprintf(number, sizeof(number), "%5d ", (int)line);
	col = grid_put(grid, row, col, grid->cols, STYLE_DIM, number);
	for (const char *p = source ? source : ""; *p; p++) { /* tabs as Python counts them */
		if (*p == '\t')
			text_addf(&text, "%*s", 8 - (int)(text.length % 8), "");
		else
			text_add_char(&text, *p);
	}
	grid_put(grid, row, col, grid->cols, seen && seen->sum.total ? STYLE_STRONG : STYLE_PLAIN,
		 text_chars(&text));
	text_deinit(&text);
}

static void draw_source(struct live *live, struct grid *grid, int row, int end)
{
	size_t rows = end > row + 1 ? (size_t)(end - row - 1) : 0, count = live_source_lines(live);
	size_t *top = &live->detail_top[FOCUS_SOURCE];
	size_t *selected = &live->detail_selected[FOCUS_SOURCE];
	bool is_known;
	int32_t first, last;

	lines_of(live, &first, &last);
	is_known = live->source && count &&
		   live->source(live->source_context, &live->model->dictionary->funcs[live->func],
				first);
	place_source(live, first, rows);
	if (*selected >= count)
		*selected = count ? count - 1 : 0;
	*top = view_scroll(*top, *selected, rows, count);
	for (int i = 0; i < grid->cols; i++)
		grid_put(grid, row, i, i + 1, STYLE_HEADING, " ");
	grid_put(grid, row, 0, grid->cols, STYLE_HEADING, "  own%  total%");
	grid_put(grid, row, view_shares_width(grid) + 1, grid->cols, STYLE_HEADING,
		 is_known ? "line source" : "line (its source could not be read)");
	for (size_t i = 0; i < rows && *top + i < count; i++) {
		int at = row + 1 + (int)i;

		draw_line(live, first + (int32_t)(*top + i), grid, at);
		if (live->focus == FOCUS_SOURCE && *top + i == *selected)
			grid_select(grid, at, 0, grid->cols);
	}
}

void view_detail(struct live *live, struct grid *grid, int first, int end)
{
	size_t most = live->detail.callers.count;
	int half = grid->cols / 2, calls = (end - first) / CALLS_PART;

	if (live->detail.callees.count > most)
		most = live->detail.callees.count;
	if (calls < CALLS_MIN)
		calls = CALLS_MIN;
	if ((size_t)calls > most)
		calls = most ? (int)most : 1;
	draw_title(live, grid, first);
	draw_calls(live, FOCUS_CALLERS, grid, first + 1, calls, 0, half - 1);
	draw_calls(live, FOCUS_CALLEES, grid, first + 1, calls, half, grid->cols);
	draw_source(live, grid, first + 2 + calls, end);
	live->page_rows = (size_t)(live->focus == FOCUS_SOURCE ? end - first - 3 - calls : calls);
}
