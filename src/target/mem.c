/*
 * mem.c - the memory reader: what is the same for every implementation.
 *
 * Knows addresses, lengths and counters; not where the bytes come from.
 */
#include "target/mem.h"

#include <string.h>

/* Strings are read up to a boundary of this at a time: no page of any system is smaller. */
enum { MEM_PAGE_LEAST = 4096 };

struct error *mem_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem->bytes += ranges[i].len;
	return mem->ops->readv(mem, ranges, count);
}

struct error *mem_read(struct mem *mem, uint64_t addr, void *buf, size_t len)
{
	struct mem_range range = { .addr = addr, .len = len, .buf = buf };
	struct error *err = mem_readv(mem, &range, 1);

	if (err)
		return err;
	return range.ok ? NULL : &error_fault;
}

struct error *mem_read_u64(struct mem *mem, uint64_t addr, uint64_t *ret)
{
	uint64_t word;
	struct error *err = mem_read(mem, addr, &word, sizeof(word));

	if (!err)
		*ret = word;
	return err;
}

struct error *mem_read_u32(struct mem *mem, uint64_t addr, uint32_t *ret)
{
	uint32_t word;
	struct error *err = mem_read(mem, addr, &word, sizeof(word));

	if (!err)
		*ret = word;
	return err;
}

struct error *mem_read_cstr(struct mem *mem, uint64_t addr, char *buf, size_t max)
{
	size_t done = 0;

	if (!max)
		return &error_fault;
	while (done < max - 1) {
		uint64_t from = addr + done;
		size_t piece = MEM_PAGE_LEAST - (size_t)(from % MEM_PAGE_LEAST);
		struct error *err;

		if (piece > max - 1 - done)
			piece = max - 1 - done;
		err = mem_read(mem, from, buf + done, piece);
		if (err) {
			buf[0] = '\0';
			return err;
		}
		if (memchr(buf + done, '\0', piece))
			return NULL;
		done += piece;
	}
	buf[done] = '\0';
	return NULL;
}
