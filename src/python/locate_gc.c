/*
 * locate_gc.c - find the variable `collecting` of Modules/gcmodule.c.
 *
 * It is static, so only .symtab names it. Stripped programs still export PyGC_Collect(), which
 * begins (2.7 and 3.6)
 *	if (collecting)
 *		n = 0;
 *	else {
 *		collecting = 1;
 * On x86-64 the assignment is C7 05, the distance from its end, and the int 1.
 */
#include "locate_gc.h"

#include <string.h>

#include "base/cleanup.h"

enum {
	CODE_BYTES = 96, /* from the start of PyGC_Collect(); builds have it in the first 40 */
	STORE_BYTES = 10,
};

/* An int of the image's writable data that is 0 or 1. */
static bool is_flag(const struct image *image, struct mem *mem, uint64_t addr)
{
	bool is_data = false;
	uint32_t value;

	for (size_t i = 0; i < image->segment_count; i++)
		is_data |= image->segments[i].writable && addr >= image->segments[i].start &&
			   addr < image->segments[i].end;
	return is_data && addr % sizeof(value) == 0 &&
	       !error_catch_any(mem_read_u32(mem, addr, &value)) && value <= 1;
}

#ifdef __x86_64__
static uint64_t by_code(const struct image *image, struct mem *mem)
{
	static const unsigned char one[] = { 1, 0, 0, 0 };
	unsigned char code[CODE_BYTES];
	uint64_t start, addr;
	int32_t distance;

	if (error_catch_any(image_symbol(image, "PyGC_Collect", &start, NULL)) ||
	    error_catch_any(mem_read(mem, start, code, sizeof(code))))
		return 0;
	for (size_t i = 0; i + STORE_BYTES <= sizeof(code); i++) {
		if (code[i] != 0xC7 || code[i + 1] != 0x05 ||
		    memcmp(code + i + 6, one, sizeof(one)) != 0)
			continue;
		memcpy(&distance, code + i + 2, sizeof(distance));
		addr = start + i + STORE_BYTES + (uint64_t)(int64_t)distance;
		return is_flag(image, mem, addr) ? addr : 0;
	}
	return 0;
}
#else
static uint64_t by_code(const struct image *image, struct mem *mem)
{
	(void)image;
	(void)mem;
	return 0;
}
#endif

static uint64_t by_file(const struct image *image, struct mem *mem, int pid)
{
	CLEANUP(closep)
	int fd = -1;
	uint64_t addr;

	if (error_catch_any(image_open_file(image, pid, &fd)) ||
	    error_catch_any(image_file_symbol(image, pid, fd, "collecting", &addr)))
		return 0;
	return is_flag(image, mem, addr) ? addr : 0;
}

uint64_t locate_gc_collecting(const struct image *image, struct mem *mem, int pid)
{
	uint64_t addr = by_code(image, mem);

	return addr ? addr : by_file(image, mem, pid);
}
