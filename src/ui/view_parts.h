/*
 * view_parts.h - the parts of a page, and how numbers look on it.
 */
#ifndef UI_VIEW_PARTS_H
#define UI_VIEW_PARTS_H

#include "ui/view.h"

enum { HEADER_ROWS = 4 };

void view_header(const struct live *live, struct grid *grid);
void view_list(struct live *live, struct grid *grid, int first, int end);
void view_detail(struct live *live, struct grid *grid, int first, int end);
void view_help(struct live *live, struct grid *grid, int first, int end);
void view_keys(const struct live *live, struct grid *grid, int row);

/* "12.3", "0.0": percent of `of`, in at most 6 columns. */
const char *format_share(char *buf, size_t size, uint64_t part, uint64_t of);
/* "0.00 s", "12.3 s", "3m12s", "2h05m", "3d04h": at most 7 columns. */
const char *format_time(char *buf, size_t size, uint64_t ns);
/* "812 K", "123.4 M" */
const char *format_bytes(char *buf, size_t size, uint64_t bytes);

/* The colour of a function: by to whom it belongs. */
enum style style_of_func(const struct func *func);
enum style style_of_state(uint8_t state);

/* Text of the state column: "run", "gil", ..., "gc". */
const char *state_text(const struct sum *sum);

/*
 * A bar of `width` columns: own and total as shares of `of`. Shares above all of it fill it.
 */
void view_bar(struct grid *grid, int row, int col, int width, enum style style, double own,
	      double total);

/* A curve of the last points: value() says how high, from 0 to 1. */
void view_curve(const struct model *model, struct grid *grid, int row, int col, int width,
		double (*value)(const struct model *model, const struct load_point *point));

/* Numbers in the columns of a list, from a column on; the column behind them. */
int view_numbers(const struct live *live, struct grid *grid, int row, int col,
		 const struct sum *sum, enum style bar);

/* Only the shares, and a bar where there is room: beside text that needs it. */
int view_shares(const struct live *live, struct grid *grid, int row, const struct sum *sum,
		enum style bar);
int view_shares_width(const struct grid *grid);

void shorten_name(struct text *name);

/* Keeps a selected row in sight: the first row that is shown. */
size_t view_scroll(size_t top, size_t selected, size_t rows, size_t count);

#endif
