/*
 * dict.h - the table behind a dict or behind an instance's attributes, entry by entry.
 */
#ifndef PYTHON_DICT_H
#define PYTHON_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/containers.h"
#include "python/view.h"

enum {
	DICT_CHUNK = 64, /* entries read at a time: any table of shared keys (at most 30) at once */
	DICT_ENTRY_BYTES_MAX = 24, /* hash, key, value */
};

struct dict_table {
	uint64_t used;    /* items that the dict says it holds; of bare values: entries */
	uint64_t keys;    /* address of the keys object; of ma_table until 2.7 */
	uint64_t entries; /* address of the first entry */
	uint64_t count;   /* entries to look at, empty ones included */
	uint64_t values; /* address of the first value of a split table, 0 when entries hold them */
	unsigned int stride,
		key_at; /* bytes of an entry, offset of the key; the value follows it */

	/* split tables since 3.11: indices in the order of insertion, one byte each */
	uint64_t order_count;
	uint8_t order[DICT_CHUNK];
};

/* Walks a table. Starts with everything 0 but view and table. */
struct dict_cursor {
	const struct py_view *view;
	const struct dict_table *table; /* borrowed */
	uint64_t next;                  /* entries (or places in the order) done */
	uint64_t first, filled;         /* entries that the chunk holds: from first on */
	uint8_t entries[DICT_CHUNK * DICT_ENTRY_BYTES_MAX];
	uint64_t values[DICT_CHUNK];
};

/* An item that is there, and where the word stands that holds its value. */
struct dict_item {
	struct py_item item;
	uint64_t slot;
};

__attribute__((warn_unused_result)) struct error *
dict_open(const struct py_view *view, uint64_t object, struct dict_table *ret);

/* The same from a keys object and its struct _dictvalues (0: the keys hold the values). */
__attribute__((warn_unused_result)) struct error *
dict_open_keys(const struct py_view *view, uint64_t keys, uint64_t values, struct dict_table *ret);

/* The next item; *end when there is none. */
__attribute__((warn_unused_result)) struct error *dict_next(struct dict_cursor *cursor,
							    struct dict_item *ret, bool *end);

/* Items of an opened table, and one of them by its key; see dict_read() and dict_find(). */
__attribute__((warn_unused_result)) struct error *table_read(const struct py_view *view,
							     const struct dict_table *table,
							     size_t max, struct py_items *ret);
__attribute__((warn_unused_result)) struct error *table_find(const struct py_view *view,
							     const struct dict_table *table,
							     const char *key, uint64_t *ret,
							     uint64_t *slot);

#endif
