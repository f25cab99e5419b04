/*
 * fuzz_elf.c - an ELF image in the memory of a target: any bytes. A symbol that is found was asked
 * for by name; nothing is read without end.
 */
#include <stdlib.h>

#include "input_mem.h"
#include "target/image.h"

enum { CALLS_MAX = 100000 /* for a few kilobytes of input */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "_PyRuntime", "Py_Version", "exported", "" };
	struct input_mem input;
	struct image image;
	uint64_t addr, bytes;
	struct error *err;
	size_t i;

	input_mem_init(&input, data, size);
	err = image_init(&image, &input.mem, INPUT_BASE);
	if (!err) {
		image.path = "fuzzed";
		if (image.segment_count > IMAGE_SEGMENTS_MAX ||
		    image.build_id_size > IMAGE_BUILD_ID_MAX)
			abort();
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			error_destroy(image_symbol(&image, names[i], &addr, &bytes));
	}
	error_destroy(err);
	if (input.mem.calls > CALLS_MAX)
		abort();
	return 0;
}
