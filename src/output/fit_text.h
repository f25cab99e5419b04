/*
 * fit_text.h - text cut to the columns that it has on a terminal.
 */
#ifndef OUTPUT_FIT_TEXT_H
#define OUTPUT_FIT_TEXT_H

#include <stdbool.h>

#include "base/text.h"

/* Columns that the text takes; what is no ASCII is one "?" each where utf8 is false. */
int fit_text_width(const struct text *text, bool utf8);

/* Appends to line what fits into `width` columns (0: all of it), dots for what does not. */
void fit_text(struct text *line, const struct text *text, int width, bool utf8);

/* The same, and it is the end of the text that is kept. */
void fit_text_end(struct text *line, const struct text *text, int width, bool utf8);

#endif
