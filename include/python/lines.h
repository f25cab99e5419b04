/*
 * lines.h - from a code object's line table and an instruction to a line: pure bytes, no reader.
 */
#ifndef PYTHON_LINES_H
#define PYTHON_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/layout.h"

/* From byte offset `start` in the code up to the next row's start: line, 0 for "no line". */
struct line_row {
	uint32_t start;
	int32_t line;
};

struct line_rows {
	struct line_row *items; /* malloc'ed, ascending by start, equal neighbours merged */
	size_t count;
};

/*
 * Decodes a whole table. A damaged one gives the rows up to the damage, never an error; only
 * &error_nomem is returned.
 */
__attribute__((warn_unused_result)) struct error *lines_decode(enum lines_shape shape,
							       const uint8_t *table, size_t size,
							       int32_t firstlineno,
							       struct line_rows *ret);
void line_rows_deinit(struct line_rows *rows);

/* Line of the instruction at byte offset `offset`; 0 when the table has none for it. */
int32_t lines_find(const struct line_rows *rows, uint32_t offset);

#endif
