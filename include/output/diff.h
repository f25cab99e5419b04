/*
 * diff.h - the difference of two profiles in a form that people look at: a row each in one table.
 */
#ifndef OUTPUT_DIFF_H
#define OUTPUT_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "profile/diff.h"
#include "profile/profile.h"

/* What a form may say, and what it leaves out. */
struct diff_facts {
	const char *titles[DIFF_SIDES];            /* of the two, for people */
	const struct profile *reports[DIFF_SIDES]; /* they that are compared */
	enum diff_by by;
	size_t limit;     /* rows that got slower, and as many that got faster; 0: all */
	bool significant; /* only what chance does not explain */
	int width;        /* of the terminal, columns; 0 when it is none */
	bool colour;
};

struct diff_output {
	const char *name;            /* as given to -f */
	const char *const *suffixes; /* of file names (".md"), NULL-terminated */
	struct error *(*write)(const struct diff *diff, const struct diff_facts *facts, FILE *file);
};

extern const struct diff_output *const diff_outputs[]; /* NULL-terminated; the first: a terminal */

/* By name or by the ending of a file name, any case; NULL when there is none. */
const struct diff_output *diff_output_by_name(const char *name);
const struct diff_output *diff_output_by_suffix(const char *path);

/* The names, comma-separated, for messages. */
const char *diff_output_names(void);

#endif
