/*
 * containers.c - the items of a tuple, list, set or frozenset. Dicts are in dict.c.
 *
 * An entry of a set is {key, hash}, {hash, key} in 2.7 (Include/setobject.h). The place of a
 * removed item holds a dummy: with the hash -1 in 3.x, which no item has; in 2.7 it is the str
 * "<dummy key>", and the hash of what was there stays (Objects/setobject.c).
 */
#include "python/containers.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum {
	ITEMS_MAX = 1024 * 1024,        /* read in one go; callers ask for some hundreds */
	SET_SCAN_MAX = 4 * 1024 * 1024, /* entries looked at, most of them empty: 64 MB */
	SET_LOG2_MAX = 40,              /* no machine holds a table of a trillion entries */
	SET_CHUNK = 128,                /* entries read at a time */
	WORD = 8,
};

void py_items_deinit(struct py_items *items)
{
	free(items->items);
	*items = (struct py_items) { 0 };
}

/* `count` pointers from addr on, NULLs left out (a list may be growing). */
static struct error *read_pointers(struct mem *mem, uint64_t addr, size_t count,
				   struct py_item *items, size_t *found)
{
	CLEANUP(freep)
	uint64_t *words = NULL;
	struct error *err;

	words = malloc(count * WORD + 1);
	if (!words)
		return &error_nomem;
	err = mem_read(mem, addr, words, count * WORD);
	if (err)
		return err;
	*found = 0;
	for (size_t i = 0; i < count; i++) {
		if (words[i])
			items[(*found)++] = (struct py_item) { .value = words[i] };
	}
	return NULL;
}

struct error *sequence_read(const struct py_view *view, uint64_t object, const struct py_type *type,
			    size_t max, struct py_items *ret)
{
	const struct py_layout *layout = view->layout;
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	uint64_t size, first;
	struct error *err;

	if (!(type->flags & (TYPE_TUPLE | TYPE_LIST)))
		return &error_torn;
	err = mem_read_u64(view->mem, object + (uint64_t)layout->var_size, &size);
	if (err)
		return err;
	if (size > INT64_MAX / WORD)
		return &error_torn;
	if (max > ITEMS_MAX)
		max = ITEMS_MAX;
	if (max > size)
		max = size;
	first = object + (uint64_t)layout->tuple_items;
	if (type->flags & TYPE_LIST && layout->list_items < 0)
		return &error_torn;
	if (type->flags & TYPE_LIST && max) {
		err = mem_read_u64(view->mem, object + (uint64_t)layout->list_items, &first);
		if (err)
			return err;
	}
	items.items = malloc(max * sizeof(*items.items) + 1);
	if (!items.items)
		return &error_nomem;
	err = read_pointers(view->mem, first, max, items.items, &items.count);
	if (err)
		return err;
	items.total = size;
	*ret = items;
	items.items = NULL;
	return NULL;
}

/* 2.7: the mark of a removed item, which looks like any str. */
static struct error *is_py2_dummy(const struct py_view *view, uint64_t key, bool *ret)
{
	static const char dummy[] = "<dummy key>";
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	size_t size = 0;
	struct error *err;

	err = bytes_read(view, key, sizeof(dummy), false, &bytes, &size);
	*ret = false;
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		return NULL; /* no str, so no dummy; whether it can be read, its reader says */
	if (!err)
		*ret = size == sizeof(dummy) - 1 && !memcmp(bytes, dummy, size);
	return err;
}

static struct error *is_item(const struct py_view *view, uint64_t key, uint64_t hash, bool *ret)
{
	bool is_dummy = hash == UINT64_MAX;
	struct error *err = NULL;

	if (key && view->layout->str_shape == STR_PY2)
		err = is_py2_dummy(view, key, &is_dummy);
	*ret = key && !is_dummy;
	return err;
}

/* Adds the items among `count` entries {key, hash} or {hash, key}, until there are max. */
static struct error *add_entries(const struct py_view *view, const uint64_t *entries, size_t count,
				 size_t max, struct py_items *items)
{
	size_t key_at = view->layout->setentry_key > 0 ? 1 : 0;

	for (size_t i = 0; i < count && items->count < max; i++) {
		uint64_t key = entries[2 * i + key_at], hash = entries[2 * i + 1 - key_at];
		bool keep;
		struct error *err = is_item(view, key, hash, &keep);

		if (err)
			return err;
		if (keep)
			items->items[items->count++] = (struct py_item) { .value = key };
	}
	return NULL;
}

struct error *set_read(const struct py_view *view, uint64_t object, size_t max,
		       struct py_items *ret)
{
	const struct py_layout *layout = view->layout;
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	uint64_t used, mask, table, entries[SET_CHUNK * 2];
	struct mem_range ranges[] = {
		{ object + (uint64_t)layout->set_used, WORD, &used, false },
		{ object + (uint64_t)layout->set_mask, WORD, &mask, false },
		{ object + (uint64_t)layout->set_table, WORD, &table, false },
	};
	struct error *err;

	if (layout->set_used < 0 || layout->set_mask < 0 || layout->set_table < 0)
		return &error_torn;
	err = mem_readv(view->mem, ranges, 3);
	if (err)
		return err;
	if (!ranges[0].ok || !ranges[1].ok || !ranges[2].ok)
		return &error_fault;
	if (mask >> SET_LOG2_MAX || mask & (mask + 1) || used > mask + 1)
		return &error_torn;
	if (max > used)
		max = used;
	if (max > ITEMS_MAX)
		max = ITEMS_MAX;
	items.items = malloc(max * sizeof(*items.items) + 1);
	if (!items.items)
		return &error_nomem;
	for (uint64_t at = 0; at <= mask && at < SET_SCAN_MAX && items.count < max;) {
		size_t count = mask + 1 - at < SET_CHUNK ? mask + 1 - at : SET_CHUNK;

		err = mem_read(view->mem, table + at * 2 * WORD, entries, count * 2 * WORD);
		if (!err)
			err = add_entries(view, entries, count, max, &items);
		if (err)
			return err;
		at += count;
	}
	items.total = used;
	*ret = items;
	items.items = NULL;
	return NULL;
}
