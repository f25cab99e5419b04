/*
 * fuzz_lines.c - line tables: any bytes, every packing. What comes out ascends, and every offset
 * has an answer.
 */
#include <stdlib.h>

#include "python/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_rows rows;
	uint32_t offset;
	size_t i;

	if (size < 2)
		return 0;
	struct error *err =
		lines_decode((enum lines_shape)(data[0] % 4), data + 2, size - 2, data[1], &rows);

	if (err)
		abort();
	for (i = 1; i < rows.count; i++)
		if (rows.items[i].start <= rows.items[i - 1].start ||
		    rows.items[i].line == rows.items[i - 1].line)
			abort();
	for (i = 0; i < rows.count; i++)
		if (lines_find(&rows, rows.items[i].start) != rows.items[i].line)
			abort();
	for (offset = 0; offset < 2 * size; offset++)
		(void)lines_find(&rows, offset);
	(void)lines_find(&rows, UINT32_MAX);
	line_rows_deinit(&rows);
	return 0;
}
