/*
 * locate_scan.h - find the interpreter by what stands in a program's writable data.
 */
#ifndef PYTHON_LOCATE_SCAN_H
#define PYTHON_LOCATE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/layout.h"
#include "target/image.h"
#include "target/maps.h"

enum { SCAN_BYTES_MAX = 64 << 20 /* of one image's data; a libpython has 1 MB */ };

/* The writable data of an image, read once. Pages that cannot be read are zero. */
struct image_data {
	struct {
		uint64_t addr;
		size_t size;
		unsigned char *bytes;
	} parts[IMAGE_SEGMENTS_MAX];
	size_t count;
};

__attribute__((warn_unused_result)) struct error *image_data_read(const struct image *image,
								  struct image_data *ret);
void image_data_deinit(struct image_data *data);

/*
 * The version in what Py_GetVersion() returns: "3.8.18 (default, ...", a static buffer that is
 * filled when the interpreter starts (Python/getversion.c, 2.7 to 3.15).
 */
bool scan_version(const struct image_data *data, struct py_version *ret);

/* The address at which _Py_DebugOffsets begins (its cookie, 3.13 and later); 0 when there is none.
 */
uint64_t scan_debug_offsets(const struct image_data *data);

/*
 * Words that point to a PyInterpreterState (one whose first thread state points back to it). At
 * most max; *count says how many.
 */
__attribute__((warn_unused_result)) struct error *
scan_interpreters(const struct image_data *data, struct mem *mem, const struct maps *maps,
		  const struct py_layout *layout, uint64_t *ret, size_t max, size_t *count);

/* A version at the start of `text`, followed by " (". */
bool version_parse_banner(const char *text, size_t size, struct py_version *ret);

#endif
