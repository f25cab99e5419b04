/*
 * fuzz_debug_offsets.c - the start of a target's _PyRuntime: any bytes. A layout that is accepted
 * passes the check that all layouts must pass.
 */
#include <stdlib.h>
#include <string.h>

#include "python/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct py_layout layout;
	char text[PY_VERSION_TEXT_SIZE];
	struct error *err;

	if (!size)
		return 0;
	/* a copy of its own, so that a read past its end is found */
	uint8_t *table = malloc(size);

	if (!table)
		return 0;
	memcpy(table, data, size);
	err = layout_from_debug_offsets(table + 1, size - 1, data[0] & 7, &layout);
	if (!err) {
		if (layout_check(&layout))
			abort();
		layout_version_text(&layout.version, layout.flavour, text);
	}
	error_destroy(err);
	free(table);
	return 0;
}
