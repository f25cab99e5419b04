/*
 * input_mem.h - the input of a fuzzer as the memory of a target: it lies at INPUT_BASE, and
 * nothing else is mapped.
 */
#ifndef TESTS_INPUT_MEM_H
#define TESTS_INPUT_MEM_H

#include <string.h>

#include "target/mem.h"

#define INPUT_BASE UINT64_C(0x555555554000)

struct input_mem {
	struct mem mem; /* first: ops are given this */
	const uint8_t *bytes;
	size_t size;
};

static inline struct error *input_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	const struct input_mem *input = (const struct input_mem *)mem;
	size_t i;

	mem->calls++;
	for (i = 0; i < count; i++) {
		uint64_t at = ranges[i].addr - INPUT_BASE;

		ranges[i].ok = ranges[i].addr >= INPUT_BASE && at <= input->size &&
			       ranges[i].len <= input->size - at;
		if (ranges[i].ok && ranges[i].len)
			memcpy(ranges[i].buf, input->bytes + at, ranges[i].len);
	}
	return NULL;
}

static inline void input_mem_init(struct input_mem *input, const uint8_t *bytes, size_t size)
{
	static const struct mem_ops ops = { input_readv };

	*input = (struct input_mem) { .mem = { .ops = &ops }, .bytes = bytes, .size = size };
}

#endif
