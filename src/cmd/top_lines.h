/*
 * top_lines.h - the lines of source that were read, to be looked at.
 */
#ifndef CMD_TOP_LINES_H
#define CMD_TOP_LINES_H

#include "profile/sources.h"

struct top_lines;

__attribute__((warn_unused_result)) struct error *top_lines_create(struct top_lines **ret);
void top_lines_destroy(struct top_lines *lines);

/* Who gives it the lines; paths are those of one dictionary. */
struct source_taker *top_lines_taker(struct top_lines *lines);

/* NULL: not known. Borrowed, until the next line comes. */
const char *top_lines_get(const struct top_lines *lines, const char *path, int32_t line);

#endif
