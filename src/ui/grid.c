/*
 * grid.c - characters of one or two columns in cells.
 */
#include "ui/grid.h"

#include <stdlib.h>
#include <wchar.h>

#include "base/utf8.h"

struct error *grid_init(struct grid *grid, int rows, int cols, bool utf8)
{
	*grid = (struct grid) { .rows = rows < 1 ? 1 : rows,
				.cols = cols < 1 ? 1 : cols,
				.utf8 = utf8 };
	if (grid->rows > GRID_ROWS_MAX)
		grid->rows = GRID_ROWS_MAX;
	if (grid->cols > GRID_COLS_MAX)
		grid->cols = GRID_COLS_MAX;
	grid->cells = malloc((size_t)grid->rows * (size_t)grid->cols * sizeof(*grid->cells));
	if (!grid->cells)
		return &error_nomem;
	grid_clear(grid);
	return NULL;
}

void grid_deinit(struct grid *grid)
{
	free(grid->cells);
	*grid = (struct grid) { 0 };
}

void grid_clear(struct grid *grid)
{
	const struct cell blank = { .c = ' ' };

	for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->cols; i++)
		grid->cells[i] = blank;
}

static int columns_of(const struct grid *grid, unsigned int c)
{
	int columns = grid->utf8 ? wcwidth((wchar_t)c) : 1;

	return columns < 0 ? 1 : columns;
}

int grid_width(const struct grid *grid, const char *text)
{
	unsigned int c;
	int width = 0;

	while (*text && width < GRID_COLS_MAX * 2) {
		text += utf8_next(text, &c);
		width += columns_of(grid, c);
	}
	return width;
}

static void set(struct grid *grid, int row, int col, enum style style, unsigned int c)
{
	if (col < 0 || col >= grid->cols)
		return;
	grid_cell(grid, row, col)->c = c;
	grid_cell(grid, row, col)->style = (uint8_t)style;
}

/* One character, where it fits before `end`; those without a width are left out. */
static int put_char(struct grid *grid, int row, int col, int end, enum style style, unsigned int c)
{
	int columns = columns_of(grid, c);

	if (utf8_is_control(c))
		c = ' ';
	if (!grid->utf8 && c >= 0x80)
		c = '?';
	if (!columns || col + columns > end)
		return columns ? end : col;
	set(grid, row, col, style, c);
	if (columns > 1)
		set(grid, row, col + 1, style, 0);
	return col + columns;
}

int grid_put(struct grid *grid, int row, int col, int end, enum style style, const char *text)
{
	const char *dots = grid->utf8 ? "\u2026" : "...";
	int dots_width = grid->utf8 ? 1 : 3;
	bool is_long;
	unsigned int c;

	if (end > grid->cols)
		end = grid->cols;
	if (row < 0 || row >= grid->rows || col >= end)
		return col;
	is_long = grid_width(grid, text) > end - col;
	if (is_long && end - col > dots_width)
		end -= dots_width;
	while (*text && col < end) {
		text += utf8_next(text, &c);
		col = put_char(grid, row, col, end, style, c);
	}
	while (is_long && *dots) {
		dots += utf8_next(dots, &c);
		col = put_char(grid, row, col, grid->cols, style, c);
	}
	return col;
}

void grid_hit(struct grid *grid, int row, int col, int end, uint32_t hit)
{
	if (row < 0 || row >= grid->rows)
		return;
	for (int i = col < 0 ? 0 : col; i < end && i < grid->cols; i++)
		grid_cell(grid, row, i)->hit = hit;
}

void grid_select(struct grid *grid, int row, int col, int end)
{
	if (row < 0 || row >= grid->rows)
		return;
	for (int i = col < 0 ? 0 : col; i < end && i < grid->cols; i++)
		grid_cell(grid, row, i)->selected = true;
}

static void end_line(struct text *text, size_t used)
{
	text->length = used;
	text_add_char(text, '\n');
}

void grid_text(const struct grid *grid, struct text *text)
{
	for (int row = 0; row < grid->rows; row++) {
		size_t used = text->length;

		for (int col = 0; col < grid->cols; col++) {
			uint32_t c = grid_cell(grid, row, col)->c;

			if (c)
				text_add_utf8(text, c);
			if (c && c != ' ')
				used = text->length;
		}
		end_line(text, used);
	}
}

void grid_styles(const struct grid *grid, struct text *text)
{
	static const char letters[STYLE_COUNT] = {
		'.', 'd', 's', 'h', 'k', 'l', 'a', 'g', 'w', 'c', 'b', 'm', 'n', 'p', 'q', 'r',
	};

	for (int row = 0; row < grid->rows; row++) {
		size_t used = text->length;

		for (int col = 0; col < grid->cols; col++) {
			const struct cell *cell = grid_cell(grid, row, col);
			char letter = letters[cell->style];

			if (cell->c == ' ' && !cell->selected && cell->style == STYLE_PLAIN)
				letter = ' ';
			if (cell->selected)
				letter = letter == '.' ? '@' : (char)(letter - 'a' + 'A');
			text_add_char(text, letter);
			if (letter != ' ')
				used = text->length;
		}
		end_line(text, used);
	}
}
