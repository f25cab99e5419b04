/*
 * watch.h - words of the target that something was made from: has one of them changed?
 *
 * What is made must be made from the bytes that watch_read() gave: whatever changes later is seen
 * by the next watch_has_changed(), so that no change falls between making and watching.
 */
#ifndef PYTHON_WATCH_H
#define PYTHON_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "target/mem.h"

struct watch {
	ARRAY(struct mem_range) ranges; /* their bytes lie behind each other in seen */
	ARRAY(uint8_t) seen;
	uint8_t *again; /* room for as much as seen holds */
	size_t again_size;
};

enum {
	WATCH_RANGE_MAX = 1 << 20, /* bytes in one range: a dict of 40,000 threads */
	WATCH_BYTES_MAX = 8 << 20, /* in all */
};

void watch_init(struct watch *watch);
void watch_deinit(struct watch *watch);

/* Reads and remembers. &error_torn for more than the bounds above. */
__attribute__((warn_unused_result)) struct error *watch_read(struct watch *watch, struct mem *mem,
							     uint64_t addr, void *buf, size_t len);

/* The same for words of 8 bytes here and there, in one call. */
enum { WATCH_WORDS_MAX = 8 /* more than a dict's header has */ };
__attribute__((warn_unused_result)) struct error *watch_words(struct watch *watch, struct mem *mem,
							      const uint64_t *addrs,
							      uint64_t *words, size_t count);

/* *ret is true when a range is not as it was, or cannot be read any more; also with none at all. */
__attribute__((warn_unused_result)) struct error *watch_has_changed(struct watch *watch,
								    struct mem *mem, bool *ret);

#endif
