/*
 * grid.h - a screen as plain data: characters with a style, and what a click on them means.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_HEADING, /* the line above a list */
	STYLE_KEY,     /* a key that can be pressed, and what it does */
	STYLE_LABEL,
	STYLE_ALERT,
	STYLE_GOOD, /* runs */
	STYLE_WAIT, /* waits for the GIL, a lock */
	STYLE_CURVE,
	STYLE_BAR,
	STYLE_MINE, /* functions of the program itself, of the standard library, of packages */
	STYLE_STDLIB,
	STYLE_PACKAGE_1,
	STYLE_PACKAGE_2,
	STYLE_PACKAGE_3,
	STYLE_COUNT
};

/* What a click means: a kind and a number. */
enum hit_kind {
	HIT_NONE,
	HIT_KEY,    /* as if that key were pressed */
	HIT_ROW,    /* a row of the list, or of the list that has the focus */
	HIT_CALLER, /* a row of the lists of a function */
	HIT_CALLEE,
	HIT_COLUMN, /* the heading of a column */
};

static inline uint32_t hit_pack(enum hit_kind kind, uint32_t number)
{
	return (uint32_t)kind << 24 | (number & 0xFFFFFF);
}

struct cell {
	uint32_t c;   /* code point; 0: the right half of the character before it */
	uint32_t hit; /* hit_pack() */
	uint8_t style;
	bool selected;
};

enum { GRID_ROWS_MAX = 1000, GRID_COLS_MAX = 1000 };

struct grid {
	int rows, cols;
	bool utf8; /* what is no ASCII is shown, else '?' */
	struct cell *cells;
};

/* An empty screen of that size (cut to the largest). &error_nomem. */
__attribute__((warn_unused_result)) struct error *grid_init(struct grid *grid, int rows, int cols,
							    bool utf8);
void grid_deinit(struct grid *grid);
void grid_clear(struct grid *grid);

/*
 * Writes text from a column on, cut at `end` (a column, not drawn itself) with dots where it is
 * longer. Returns the column behind it. What lies outside of the grid is left out.
 */
int grid_put(struct grid *grid, int row, int col, int end, enum style style, const char *text);

/* Columns that the text takes. */
int grid_width(const struct grid *grid, const char *text);

/* What a click on these cells means; that they are of the selected row. */
void grid_hit(struct grid *grid, int row, int col, int end, uint32_t hit);
void grid_select(struct grid *grid, int row, int col, int end);

/* As text: a line for each row, blanks at its end left out. */
void grid_text(const struct grid *grid, struct text *text);

/* The same with a letter for each style, as in a golden: '.' is plain; large letters: selected. */
void grid_styles(const struct grid *grid, struct text *text);

static inline struct cell *grid_cell(const struct grid *grid, int row, int col)
{
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

#endif
