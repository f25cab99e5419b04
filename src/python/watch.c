/*
 * watch.c - words of the target that something was made from. Knows nothing of what they mean.
 */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

void watch_init(struct watch *watch)
{
	*watch = (struct watch) { 0 };
}

void watch_deinit(struct watch *watch)
{
	array_deinit(&watch->ranges);
	array_deinit(&watch->seen);
	free(watch->again);
	watch_init(watch);
}

/* Remembers bytes as they were read from addr. */
static struct error *remember(struct watch *watch, uint64_t addr, const void *bytes, size_t len)
{
	if (len > WATCH_RANGE_MAX || watch->seen.count + len > WATCH_BYTES_MAX)
		return &error_torn;
	if (!array_reserve(&watch->seen, len) || !array_reserve(&watch->ranges, 1))
		return &error_nomem;
	memcpy(watch->seen.items + watch->seen.count, bytes, len);
	watch->seen.count += len;
	watch->ranges.items[watch->ranges.count++] =
		(struct mem_range) { .addr = addr, .len = len };
	return NULL;
}

struct error *watch_read(struct watch *watch, struct mem *mem, uint64_t addr, void *buf, size_t len)
{
	struct error *err = mem_read(mem, addr, buf, len);

	return err ? err : remember(watch, addr, buf, len);
}

struct error *watch_words(struct watch *watch, struct mem *mem, const uint64_t *addrs,
			  uint64_t *words, size_t count)
{
	struct mem_range ranges[WATCH_WORDS_MAX];
	struct error *err;

	if (count > WATCH_WORDS_MAX)
		return &error_torn;
	for (size_t i = 0; i < count; i++)
		ranges[i] = (struct mem_range) { .addr = addrs[i], .len = 8, .buf = &words[i] };
	err = mem_readv(mem, ranges, count);
	for (size_t i = 0; !err && i < count; i++)
		err = ranges[i].ok ? remember(watch, addrs[i], &words[i], 8) : &error_fault;
	return err;
}

struct error *watch_has_changed(struct watch *watch, struct mem *mem, bool *ret)
{
	size_t at = 0;
	struct error *err;

	*ret = true;
	if (!watch->ranges.count)
		return NULL;
	if (watch->again_size < watch->seen.count) {
		free(watch->again);
		watch->again = malloc(watch->seen.count);
		watch->again_size = watch->again ? watch->seen.count : 0;
		if (!watch->again)
			return &error_nomem;
	}
	for (size_t i = 0; i < watch->ranges.count; i++) {
		watch->ranges.items[i].buf = watch->again + at;
		at += watch->ranges.items[i].len;
	}
	err = mem_readv(mem, watch->ranges.items, watch->ranges.count);
	if (err)
		return err;
	for (size_t i = 0; i < watch->ranges.count; i++) {
		if (!watch->ranges.items[i].ok)
			return NULL;
	}
	*ret = memcmp(watch->again, watch->seen.items, at) != 0;
	return NULL;
}
