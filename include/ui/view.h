/*
 * view.h - from the live view to a screen.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/live.h"

/*
 * Draws the page that is looked at. What a key or click needs to know of the screen (how many rows
 * there are, where the list was scrolled to) is left in live.
 */
void view_draw(struct live *live, struct grid *grid);

/*
 * The same as plain lines for scripts: the header and at most so many rows (0: all), in so many
 * columns.
 */
__attribute__((warn_unused_result)) struct error *
view_table(struct live *live, int cols, size_t rows_max, bool utf8, struct text *text);

#endif
