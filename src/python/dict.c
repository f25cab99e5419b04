/*
 * dict.c - the entries of a dict, of every shape.
 *
 *   DICT_TABLE    2.7 (Include/dictobject.h): ma_mask + 1 entries {hash, key, value} at ma_table; a
 *		   deleted one has no value
 *   DICT_INDICES  3.6 to 3.10 (Objects/dict-common.h): behind the keys object's header dk_size
 *		   indices of 1, 2, 4 or 8 bytes, then entries {hash, key, value}
 *   DICT_LOG2	   since 3.11 (Include/internal/pycore_dict.h): the same with 2^dk_log2_index_bytes
 *		   bytes of indices; keys that are all str have entries {key, value}
 *
 * A split table (key-sharing, PEP 412) has its values in an array beside the keys. Since 3.11 their
 * order of insertion is kept beside them: bytes before the array (3.11, 3.12), or behind its
 * capacity (3.13 and later); until 3.10 it is the order of the keys.
 */
#include "dict.h"

#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

enum {
	DICT_SCAN_MAX = 4 * 1024 * 1024, /* entries looked at, deleted ones included: 100 MB */
	DICT_LOG2_MAX = 40,              /* no machine holds a table of a trillion entries */
	ENTRY_WITH_HASH = 24,
	ENTRY_WITHOUT_HASH = 16,
	KEYS_GENERAL = 0, /* dk_kind: any keys, entries with a hash */
};

/* In words of 8 bytes whose offsets are in the layout; all of them or an error. */
static struct error *read_all(struct mem *mem, struct mem_range *ranges, size_t count)
{
	struct error *err = mem_readv(mem, ranges, count);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (!ranges[i].ok)
			return &error_fault;
	}
	return NULL;
}

static struct mem_range range_of(uint64_t addr, int32_t offset, void *buf, size_t len)
{
	return (struct mem_range) { .addr = addr + (uint64_t)offset, .len = len, .buf = buf };
}

static struct error *open_table(const struct py_view *view, uint64_t object,
				struct dict_table *table)
{
	const struct py_layout *layout = view->layout;
	uint64_t mask;
	struct mem_range ranges[] = {
		range_of(object, layout->dict_used, &table->used, 8),
		range_of(object, layout->dict_mask, &mask, 8),
		range_of(object, layout->dict_table, &table->keys, 8),
	};
	struct error *err = read_all(view->mem, ranges, 3);

	if (err)
		return err;
	if (mask >> DICT_LOG2_MAX || mask & (mask + 1))
		return &error_torn;
	table->entries = table->keys;
	table->count = mask + 1;
	table->stride = ENTRY_WITH_HASH;
	table->key_at = 8;
	return NULL;
}

static struct error *open_indices(const struct py_view *view, struct dict_table *table)
{
	const struct py_layout *layout = view->layout;
	uint64_t size, index_bytes;
	struct mem_range ranges[] = {
		range_of(table->keys, layout->dictkeys_size, &size, 8),
		range_of(table->keys, layout->dictkeys_nentries, &table->count, 8),
	};
	struct error *err = read_all(view->mem, ranges, 2);

	if (err)
		return err;
	if (size >> DICT_LOG2_MAX || !size || size & (size - 1) || table->count > size)
		return &error_torn;
	index_bytes = size <= UINT8_MAX ? 1 : size <= UINT16_MAX ? 2 : size <= UINT32_MAX ? 4 : 8;
	table->entries = table->keys + (uint64_t)layout->dictkeys_indices + size * index_bytes;
	table->stride = ENTRY_WITH_HASH;
	table->key_at = 8;
	return NULL;
}

static struct error *open_log2(const struct py_view *view, struct dict_table *table)
{
	const struct py_layout *layout = view->layout;
	uint8_t log2_size, log2_index_bytes, kind;
	struct mem_range ranges[] = {
		range_of(table->keys, layout->dictkeys_log2_size, &log2_size, 1),
		range_of(table->keys, layout->dictkeys_log2_index_bytes, &log2_index_bytes, 1),
		range_of(table->keys, layout->dictkeys_kind, &kind, 1),
		range_of(table->keys, layout->dictkeys_nentries, &table->count, 8),
	};
	struct error *err = read_all(view->mem, ranges, 4);

	if (err)
		return err;
	if (log2_size > DICT_LOG2_MAX || log2_index_bytes > DICT_LOG2_MAX + 3 ||
	    table->count > UINT64_C(1) << log2_size)
		return &error_torn;
	table->entries = table->keys + (uint64_t)layout->dictkeys_indices +
			 (UINT64_C(1) << log2_index_bytes);
	table->stride = kind == KEYS_GENERAL ? ENTRY_WITH_HASH : ENTRY_WITHOUT_HASH;
	table->key_at = kind == KEYS_GENERAL ? 8 : 0;
	return NULL;
}

/* The order of insertion of split values; the values must be known by their address already. */
static struct error *read_order(const struct py_view *view, uint64_t values,
				struct dict_table *table)
{
	enum { CAPACITY = 0, SIZE = 1 };
	uint8_t head[2], swap;
	uint64_t at;
	struct error *err;

	if (view->layout->dictvalues_values > 0) {
		err = mem_read(view->mem, values, head, sizeof(head));
		if (err)
			return err;
		at = table->values + 8 * (uint64_t)head[CAPACITY];
		table->order_count = head[SIZE];
	} else {
		err = mem_read(view->mem, values - 2, head, sizeof(head));
		if (err)
			return err;
		at = values - 2 - head[0];
		table->order_count = head[0];
	}
	if (table->order_count > table->count || table->order_count > DICT_CHUNK)
		return &error_torn;
	err = mem_read(view->mem, at, table->order, table->order_count);
	if (err || view->layout->dictvalues_values > 0)
		return err;
	for (size_t i = 0; i < table->order_count / 2; i++) {
		swap = table->order[i];
		table->order[i] = table->order[table->order_count - 1 - i];
		table->order[table->order_count - 1 - i] = swap;
	}
	return NULL;
}

struct error *dict_open_keys(const struct py_view *view, uint64_t keys, uint64_t values,
			     struct dict_table *ret)
{
	const struct py_layout *layout = view->layout;
	struct dict_table table = { .keys = keys };
	struct error *err;

	if (layout->dict_shape == DICT_LOG2)
		err = open_log2(view, &table);
	else
		err = open_indices(view, &table);
	if (err)
		return err;
	table.used = table.count;
	if (values) {
		table.values = values;
		if (layout->dictvalues_values > 0)
			table.values += (uint64_t)layout->dictvalues_values;
		if (layout->dict_shape == DICT_LOG2)
			err = read_order(view, values, &table);
	}
	if (!err && table.order_count)
		table.used = table.order_count;
	if (!err)
		*ret = table;
	return err;
}

struct error *dict_open(const struct py_view *view, uint64_t object, struct dict_table *ret)
{
	const struct py_layout *layout = view->layout;
	struct dict_table table = { 0 };
	uint64_t used, keys, values;
	struct mem_range ranges[] = {
		range_of(object, layout->dict_used, &used, 8),
		range_of(object, layout->dict_keys, &keys, 8),
		range_of(object, layout->dict_values, &values, 8),
	};
	struct error *err;

	if (layout->dict_shape == DICT_TABLE) {
		err = open_table(view, object, &table);
	} else {
		err = read_all(view->mem, ranges, 3);
		if (!err)
			err = dict_open_keys(view, keys, values, &table);
		if (!err)
			table.used = used;
	}
	if (err)
		return err;
	if (table.used > table.count)
		return &error_torn;
	*ret = table;
	return NULL;
}

/* Entries from `first` on, and their values. */
static struct error *fill(struct dict_cursor *cursor, uint64_t first)
{
	const struct dict_table *table = cursor->table;
	uint64_t count = table->count - first;
	struct mem_range ranges[2];
	struct error *err;

	if (count > DICT_CHUNK)
		count = DICT_CHUNK;
	ranges[0] = (struct mem_range) {
		.addr = table->entries + first * table->stride,
		.len = count * table->stride,
		.buf = cursor->entries,
	};
	ranges[1] = (struct mem_range) {
		.addr = table->values + first * 8,
		.len = count * 8,
		.buf = cursor->values,
	};
	err = read_all(cursor->view->mem, ranges, table->values ? 2 : 1);
	if (err)
		return err;
	cursor->first = first;
	cursor->filled = count;
	return NULL;
}

/* Entry number `index`, which may be empty (key or value 0). */
static struct error *entry_at(struct dict_cursor *cursor, uint64_t index, struct dict_item *ret)
{
	const struct dict_table *table = cursor->table;
	const uint8_t *entry;
	uint64_t at;

	if (index < cursor->first || index - cursor->first >= cursor->filled) {
		struct error *err = fill(cursor, index / DICT_CHUNK * DICT_CHUNK);

		if (err)
			return err;
	}
	at = index - cursor->first;
	entry = cursor->entries + at * table->stride + table->key_at;
	memcpy(&ret->item.key, entry, 8);
	if (table->values) {
		ret->item.value = cursor->values[at];
		ret->slot = table->values + index * 8;
	} else {
		memcpy(&ret->item.value, entry + 8, 8);
		ret->slot = table->entries + index * table->stride + table->key_at + 8;
	}
	return NULL;
}

struct error *dict_next(struct dict_cursor *cursor, struct dict_item *ret, bool *end)
{
	const struct dict_table *table = cursor->table;
	uint64_t places = table->order_count ? table->order_count : table->count;

	*end = false;
	while (cursor->next < places && cursor->next < DICT_SCAN_MAX) {
		uint64_t index = cursor->next++;
		struct error *err;

		if (table->order_count)
			index = table->order[index];
		if (index >= table->count)
			return &error_torn;
		err = entry_at(cursor, index, ret);
		if (err || (ret->item.key && ret->item.value))
			return err;
	}
	*end = true;
	return NULL;
}

struct error *table_read(const struct py_view *view, const struct dict_table *table, size_t max,
			 struct py_items *ret)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { .total = table->used };
	struct dict_cursor cursor = { .view = view, .table = table };
	ARRAY(struct py_item) found = { 0 };
	struct error *err = NULL;

	while (found.count < max) {
		struct dict_item item;
		bool end;

		err = dict_next(&cursor, &item, &end);
		if (err || end)
			break;
		if (!array_push(&found, item.item)) {
			err = &error_nomem;
			break;
		}
	}
	items.items = found.items;
	items.count = found.count;
	if (err)
		return err;
	*ret = items;
	items.items = NULL;
	return NULL;
}

struct error *dict_read(const struct py_view *view, uint64_t object, size_t max,
			struct py_items *ret)
{
	struct dict_table table;
	struct error *err = dict_open(view, object, &table);

	return err ? err : table_read(view, &table, max, ret);
}
