/*
 * view_list.c - the rows of the list with their numbers.
 */
#include <stdio.h>
#include <string.h>

#include "view_parts.h"

enum {
	SHARE_WIDTH = 6,
	TOTAL_WIDTH = 7, /* its heading is longer, and has a mark at times */
	SHARES_WIDTH = SHARE_WIDTH + TOTAL_WIDTH + 2, /* both, and the blanks behind them */
	TIME_WIDTH = 7,
	STATE_WIDTH = 6,
	BAR_MAX = 30,
	BAR_MIN_COLS = 72, /* of the screen: below that there are no bars */
	WIDE_COLS = 100,   /* there is room for them beside source text */
	INDENT_PART = 2,   /* at most this part of the names' column is indentation */
};

static int bar_width(const struct grid *grid)
{
	int width = grid->cols / 8 - 2;

	if (grid->cols < BAR_MIN_COLS)
		return 0;
	return width > BAR_MAX ? BAR_MAX : width;
}

static int put_right(struct grid *grid, int row, int col, int width, enum style style,
		     const char *text)
{
	int start = col + width - grid_width(grid, text);

	grid_put(grid, row, start < col ? col : start, col + width, style, text);
	return col + width + 1;
}

static int put_shares(const struct live *live, struct grid *grid, int row, int col, int width,
		      const struct sum *sum, enum style bar)
{
	uint64_t of = live->model->window_shown.looked_ns;
	char buf[32];

	col = put_right(grid, row, col, SHARE_WIDTH, sum->own ? STYLE_STRONG : STYLE_DIM,
			format_share(buf, sizeof(buf), sum->own, of));
	col = put_right(grid, row, col, TOTAL_WIDTH, sum->total ? STYLE_PLAIN : STYLE_DIM,
			format_share(buf, sizeof(buf), sum->total, of));
	if (!width)
		return col;
	view_bar(grid, row, col, width, bar, of ? (double)sum->own / (double)of : 0,
		 of ? (double)sum->total / (double)of : 0);
	return col + width + 1;
}

int view_shares_width(const struct grid *grid)
{
	return SHARES_WIDTH + (grid->cols >= WIDE_COLS ? bar_width(grid) + 1 : 0);
}

int view_shares(const struct live *live, struct grid *grid, int row, const struct sum *sum,
		enum style bar)
{
	return put_shares(live, grid, row, 0, grid->cols >= WIDE_COLS ? bar_width(grid) : 0, sum,
			  bar);
}

int view_numbers(const struct live *live, struct grid *grid, int row, int col,
		 const struct sum *sum, enum style bar)
{
	char buf[32];

	col = put_shares(live, grid, row, col, bar_width(grid), sum, bar);
	col = put_right(grid, row, col, TIME_WIDTH, STYLE_PLAIN,
			format_time(buf, sizeof(buf), sum->own_time));
	col = put_right(grid, row, col, TIME_WIDTH, STYLE_PLAIN,
			format_time(buf, sizeof(buf), sum->total_time));
	grid_put(grid, row, col, col + STATE_WIDTH - 1, style_of_state(sum_state(sum)),
		 state_text(sum));
	return col + STATE_WIDTH;
}

/* The name of a column, marked where the list is sorted by it. */
static int put_heading(const struct live *live, struct grid *grid, int row, int col, int width,
		       enum column column, const char *name)
{
	char text[32];
	int end = col + width;

	if (live->choice.sort == column) {
		const char *mark = grid->utf8 ? live->choice.reverse ? "\u25B2" : "\u25BC"
				   : live->choice.reverse ? "^"
							  : "v";

		snprintf(text, sizeof(text), "%s%s", name, mark);
	} else {
		snprintf(text, sizeof(text), "%s", name);
	}
	if (column < COLUMN_STATE)
		(void)put_right(grid, row, col, width, STYLE_HEADING, text);
	else
		grid_put(grid, row, col, end, STYLE_HEADING, text);
	grid_hit(grid, row, col, end, hit_pack(HIT_COLUMN, column));
	return end + 1;
}

static void put_headings(const struct live *live, struct grid *grid, int row)
{
	int bar = bar_width(grid), col = 0;

	for (int i = 0; i < grid->cols; i++)
		grid_put(grid, row, i, i + 1, STYLE_HEADING, " ");
	col = put_heading(live, grid, row, col, SHARE_WIDTH, COLUMN_OWN, "own%");
	col = put_heading(live, grid, row, col, TOTAL_WIDTH, COLUMN_TOTAL, "total%");
	if (bar)
		col += bar + 1;
	col = put_heading(live, grid, row, col, TIME_WIDTH, COLUMN_OWN_TIME, "own");
	col = put_heading(live, grid, row, col, TIME_WIDTH, COLUMN_TOTAL_TIME, "total");
	col = put_heading(live, grid, row, col, STATE_WIDTH - 1, COLUMN_STATE, "state");
	(void)put_heading(live, grid, row, col, grid->cols - col, COLUMN_NAME,
			  live->choice.by == BY_TREE ? "call" : by_names[live->choice.by]);
}

/* How far a row is indented, and the mark of what can be opened. */
static int put_indent(const struct row *row, struct grid *grid, int at, int col)
{
	int room = (grid->cols - col) / INDENT_PART,
	    depth = (int)(row->depth < 10000 ? row->depth : 10000);
	const char *mark = " ";

	if (row->by != BY_TREE && !row->depth)
		return col;
	if (depth > room) { /* so deep that its depth is said instead */
		char buf[16];

		snprintf(buf, sizeof(buf), "%d", depth);
		grid_put(grid, at, col, col + room, STYLE_DIM, buf);
		depth = room;
	}
	if (row->has_children && grid->utf8)
		mark = row->is_open ? "\u25BE" : "\u25B8";
	else if (row->has_children)
		mark = row->is_open ? "-" : "+";
	grid_put(grid, at, col + depth, grid->cols, STYLE_DIM, mark);
	return col + depth + 2;
}

/* "f.<locals>.g" is "f.g": what is left out says little, and takes much of a line. */
void shorten_name(struct text *name)
{
	static const char locals[] = ".<locals>";
	char *found = name->chars, *rest;

	while (found && (found = strstr(found, locals))) {
		rest = found + sizeof(locals) - 1;
		memmove(found, rest, strlen(rest) + 1);
		name->length -= sizeof(locals) - 1;
	}
}

/* "name (file:line)": the name in its colour; where it is too long, the file goes first. */
static void put_name(const struct live *live, const struct row *row, struct grid *grid, int at,
		     int col)
{
	const struct tree *tree = row->by == BY_LINE ? &live->lines : &live->functions;
	const struct func *func = row_func(row, tree);
	struct text name = { 0 }, place = { 0 };
	int width;

	row_label(row, live->model, tree, &name, &place);
	shorten_name(&name);
	width = grid_width(grid, text_chars(&place));
	col = grid_put(grid, at, col, grid->cols, func ? style_of_func(func) : STYLE_PLAIN,
		       text_chars(&name));
	if (width && grid->cols - col >= 8) {
		col = grid_put(grid, at, col + 1, grid->cols, STYLE_DIM, func ? "(" : "");
		col = grid_put(grid, at, col, grid->cols - (func ? 1 : 0), STYLE_DIM,
			       text_chars(&place));
		grid_put(grid, at, col, grid->cols, STYLE_DIM, func ? ")" : "");
	}
	text_deinit(&name);
	text_deinit(&place);
}

static enum style bar_style(const struct live *live, const struct row *row)
{
	const struct tree *tree = row->by == BY_LINE ? &live->lines : &live->functions;
	const struct func *func = row_func(row, tree);

	return func ? style_of_func(func) : STYLE_BAR;
}

static void put_row(const struct live *live, const struct row *row, struct grid *grid, int at)
{
	int col = view_numbers(live, grid, at, 0, &row->sum, bar_style(live, row));

	put_name(live, row, grid, at, put_indent(row, grid, at, col));
}

/* Why there is nothing. */
static void explain_nothing(const struct live *live, struct grid *grid, int row)
{
	const char *why = "nothing ran in the window, nor since the start";

	if (*live->choice.filter && live->rows.all)
		why = "nothing matches the filter (esc takes it away)";
	else if (live->choice.mode == REPORT_GIL)
		why = "nobody held the GIL (m: another mode)";
	else if (live->choice.mine)
		why = "none of the program's own functions ran (o: all functions)";
	else if (!live->choice.idle)
		why = "all threads waited (i: show them, too)";
	grid_put(grid, row, 2, grid->cols, STYLE_DIM, why);
}

/* But for the bar, which would be the opposite of what it says. */
static void select_row(struct grid *grid, int row)
{
	grid_select(grid, row, 0, SHARES_WIDTH);
	grid_select(grid, row, SHARES_WIDTH + bar_width(grid), grid->cols);
}

void view_list(struct live *live, struct grid *grid, int first, int end)
{
	const struct row_list *list = &live->rows.list;
	size_t rows = end - first > 1 ? (size_t)(end - first - 1) : 0;

	put_headings(live, grid, first);
	live->page_rows = rows;
	live->top = view_scroll(live->top, live->selected, rows, list->count);
	if (!list->count)
		explain_nothing(live, grid, first + 2);
	for (size_t i = 0; i < rows && live->top + i < list->count; i++) {
		int at = first + 1 + (int)i;

		put_row(live, &list->items[live->top + i], grid, at);
		grid_hit(grid, at, 0, grid->cols, hit_pack(HIT_ROW, (uint32_t)(live->top + i)));
		if (live->top + i == live->selected)
			select_row(grid, at);
	}
}
