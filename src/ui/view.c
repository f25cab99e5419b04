/*
 * view.c - the header, a page, the keys.
 */
#include "ui/view.h"

#include <string.h>

#include "keys.h"
#include "view_parts.h"

/* The keys of the page, or what has to be said, or what is typed. */
void view_keys(const struct live *live, struct grid *grid, int row)
{
	const struct key *key = live->page == PAGE_LIST ? keys_list : keys_detail;
	int col = 0;

	if (live->is_prompt) {
		col = grid_put(grid, row, 0, grid->cols, STYLE_STRONG, "filter: ");
		col = grid_put(grid, row, col, grid->cols - 1, STYLE_PLAIN, live->prompt);
		grid_put(grid, row, col, grid->cols, STYLE_STRONG, grid->utf8 ? "\u2588" : "_");
		return;
	}
	if (*live->message) {
		grid_put(grid, row, 0, grid->cols,
			 live->is_message_bad ? STYLE_ALERT : STYLE_STRONG, live->message);
		return;
	}
	if (live->page == PAGE_HELP) {
		grid_put(grid, row, 0, grid->cols, STYLE_LABEL,
			 grid->utf8 ? "? h esc back   \u2191 \u2193 scroll"
				    : "? h esc back   up down scroll");
		return;
	}
	for (; key->action; key++) {
		int start = col;

		if (!key->label)
			continue;
		if (col + grid_width(grid, key->shown) + grid_width(grid, key->label) + 1 >
		    grid->cols)
			break;
		col = grid_put(grid, row, col, grid->cols, STYLE_KEY, key->shown);
		col = grid_put(grid, row, col + 1, grid->cols, STYLE_LABEL, key->label);
		grid_hit(grid, row, start, col, hit_pack(HIT_KEY, key->keys[0]));
		col += 2;
	}
}

void view_draw(struct live *live, struct grid *grid)
{
	int last = grid->rows - 1, first = grid->rows > HEADER_ROWS + 4 ? HEADER_ROWS : 0;

	grid_clear(grid);
	if (first)
		view_header(live, grid);
	if (live->page == PAGE_HELP)
		view_help(live, grid, first, last);
	else if (live->page == PAGE_DETAIL)
		view_detail(live, grid, first, last);
	else
		view_list(live, grid, first, last);
	view_keys(live, grid, last);
}

struct error *view_table(struct live *live, int cols, size_t rows_max, bool utf8, struct text *text)
{
	size_t rows = live->rows.list.count;
	struct grid grid;
	struct error *err;

	if (rows_max && rows > rows_max)
		rows = rows_max;
	if (rows > GRID_ROWS_MAX - HEADER_ROWS - 1)
		rows = GRID_ROWS_MAX - HEADER_ROWS - 1;
	if (!rows)
		rows = 2; /* why there is nothing */
	err = grid_init(&grid, HEADER_ROWS + 1 + (int)rows, cols, utf8);
	if (err)
		return err;
	live->selected = live->top = 0;
	view_header(live, &grid);
	view_list(live, &grid, HEADER_ROWS, grid.rows);
	grid_text(&grid, text);
	grid_deinit(&grid);
	return text->failed ? &error_nomem : NULL;
}
