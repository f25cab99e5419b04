/*
 * source_lines.h - what each line of each file took.
 */
#ifndef OUTPUT_SOURCE_LINES_H
#define OUTPUT_SOURCE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "call_graph.h"
#include "profile/profile.h"

struct line_cost {
	const char *path;
	int32_t line;
	struct cost own, total; /* of all frames there, whichever function they are of */
};

struct source_lines {
	struct line_cost *items; /* by path (as bytes), then by line */
	size_t count;
	struct call_graph graph; /* has the paths */
};

__attribute__((warn_unused_result)) struct error *source_lines_init(struct source_lines *lines,
								    const struct profile *profile);
void source_lines_deinit(struct source_lines *lines);

/* The first at or behind that line of that file, in their order; count for none. */
size_t source_lines_find(const struct source_lines *lines, const char *path, int32_t line);

#endif
