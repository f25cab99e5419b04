/*
 * fake_dicts.c - dicts, sets and instances in a fake target's memory, of every shape.
 */
#include "support/fake_dicts.h"

#include <stdlib.h>
#include <string.h>

#include "python/object.h"
#include "support/fake_objects.h"

enum {
	FLAG_INLINE_VALUES = 1 << 2,
	FLAG_MANAGED_DICT = 1 << 4,
	KEYS_GENERAL = 0,
	KEYS_UNICODE = 1,
	KEYS_SPLIT = 2,
	SPLIT_CAPACITY = 30,
};

/* The least power of two that is greater than count, as an exponent. */
static unsigned int log2_above(size_t count)
{
	unsigned int log2 = 3;

	while ((size_t)1 << log2 <= count * 3 / 2 + 1)
		log2++;
	return log2;
}

uint64_t fake_set(struct fake *py, const char *type, const uint64_t *items, size_t count)
{
	const struct py_layout *layout = &py->layout;
	bool hash_first = layout->setentry_key > 0;
	size_t entries = (size_t)1 << log2_above(2 * count + 1);
	uint64_t object = fake_object(py, fake_type(py, type), 512);
	uint64_t table = fake_alloc(py, entries * 16);
	uint64_t dummy = layout->str_shape == STR_PY2
				 ? fake_str(py, "<dummy key>")
				 : fake_object(py, fake_type(py, "object"), 32);

	fake_put_u64(py, object, layout->set_used, count);
	fake_put_u64(py, object, layout->set_mask, entries - 1);
	fake_put_u64(py, object, layout->set_table, table);
	for (size_t i = 0; i <= count; i++) { /* every other entry, the dummy first */
		uint64_t key = i ? items[i - 1] : dummy,
			 hash = i || hash_first ? i + 77 : UINT64_MAX;

		fake_put_u64(py, table + 32 * i, hash_first ? 8 : 0, key);
		fake_put_u64(py, table + 32 * i, hash_first ? 0 : 8, hash);
	}
	return object;
}

bool fake_has_dict_kind(const struct fake *py, enum fake_dict_kind kind)
{
	return py->layout.dict_shape != DICT_TABLE || kind == FAKE_DICT_ANY;
}

static void put_entry(struct fake *py, uint64_t entry, bool has_hash, uint64_t key, uint64_t value)
{
	int32_t key_at = has_hash ? 8 : 0;

	if (has_hash)
		fake_put_u64(py, entry, 0, key / 16);
	fake_put_u64(py, entry, key_at, key);
	fake_put_u64(py, entry, key_at + 8, value);
}

/* 2.7: the first entry was removed, the second was never used. */
static uint64_t dict_table(struct fake *py, const struct py_item *items, size_t count)
{
	const struct py_layout *layout = &py->layout;
	size_t entries = (size_t)1 << log2_above(count + 2);
	uint64_t object = fake_object(py, fake_type(py, "dict"), 512);
	uint64_t table = fake_alloc(py, entries * 24);

	fake_put_u64(py, object, layout->dict_used, count);
	fake_put_u64(py, object, layout->dict_mask, entries - 1);
	fake_put_u64(py, object, layout->dict_table, table);
	put_entry(py, table, true, fake_str(py, "<dummy key>"), 0);
	for (size_t i = 0; i < count; i++)
		put_entry(py, table + 24 * (i + 2), true, items[i].key, items[i].value);
	return object;
}

/* A keys object for so many entries; *entries is the address of the first. */
static uint64_t make_keys(struct fake *py, int kind, size_t count, size_t stride, uint64_t *entries)
{
	const struct py_layout *layout = &py->layout;
	unsigned int log2 = log2_above(count);
	size_t size = (size_t)1 << log2, index_bytes = size * (size <= 0xFF ? 1 : 2);
	size_t header = (size_t)layout->dictkeys_indices;
	uint64_t keys = fake_alloc(py, header + index_bytes + size * stride);

	fake_put_u64(py, keys, layout->dictkeys_nentries, count);
	if (layout->dict_shape == DICT_LOG2) {
		fake_put_u8(py, keys, layout->dictkeys_log2_size, (uint8_t)log2);
		fake_put_u8(py, keys, layout->dictkeys_log2_index_bytes,
			    (uint8_t)(log2 + (size <= 0xFF ? 0 : 1)));
		fake_put_u8(py, keys, layout->dictkeys_kind, (uint8_t)kind);
	} else {
		fake_put_u64(py, keys, layout->dictkeys_size, size);
	}
	*entries = keys + header + index_bytes;
	return keys;
}

/*
 * Shared keys and values. Since 3.11 the keys stand the other way round, and the order of insertion
 * sets it right. Another instance has a last attribute that this one lacks. *values is the address
 * of struct _dictvalues, which `at` (0: anywhere) gives.
 */
static uint64_t make_split(struct fake *py, const struct py_item *items, size_t count, uint64_t at,
			   uint64_t *values)
{
	const struct py_layout *layout = &py->layout;
	bool ordered = layout->dict_shape == DICT_LOG2, has_header = layout->dictvalues_values > 0;
	size_t stride = ordered ? 16 : 24;
	uint64_t entries, keys = make_keys(py, KEYS_SPLIT, count + 1, stride, &entries), array;

	*values = at ? at : fake_alloc(py, 512);
	array = *values + (uint64_t)(has_header ? layout->dictvalues_values : 0);
	for (size_t i = 0; i < count; i++) {
		size_t place = ordered ? count - 1 - i : i;

		put_entry(py, entries + stride * place, !ordered, items[i].key, 0);
		fake_put_u64(py, array, (int32_t)(8 * place), items[i].value);
		if (has_header)
			fake_put_u8(py, array, (int32_t)(8 * SPLIT_CAPACITY + i), (uint8_t)place);
		else if (ordered)
			fake_put_u8(py, *values - 3 - i, 0, (uint8_t)place);
	}
	put_entry(py, entries + stride * count, !ordered, fake_str(py, "of_another"), 0);
	if (has_header) {
		const uint8_t header[] = { SPLIT_CAPACITY, (uint8_t)count, 1, 1 };

		fake_put(py, *values, 0, header, sizeof(header));
	} else if (ordered) {
		fake_put_u8(py, *values - 1, 0, 40); /* bytes before the values */
		fake_put_u8(py, *values - 2, 0, (uint8_t)count);
	}
	return keys;
}

uint64_t fake_dict(struct fake *py, enum fake_dict_kind kind, const struct py_item *items,
		   size_t count)
{
	const struct py_layout *layout = &py->layout;
	bool has_hash = layout->dict_shape != DICT_LOG2 || kind == FAKE_DICT_ANY;
	size_t stride = has_hash ? 24 : 16;
	uint64_t object, keys, entries, values = 0;

	if (layout->dict_shape == DICT_TABLE)
		return dict_table(py, items, count);
	object = fake_object(py, fake_type(py, "dict"), 128);
	if (kind == FAKE_DICT_SPLIT) {
		keys = make_split(py, items, count, 0, &values);
	} else {
		keys = make_keys(py, has_hash ? KEYS_GENERAL : KEYS_UNICODE, count + 1, stride,
				 &entries);
		for (size_t i = 0; i < count; i++) /* the second entry was removed */
			put_entry(py, entries + stride * (i ? i + 1 : 0), has_hash, items[i].key,
				  items[i].value);
	}
	fake_put_u64(py, object, layout->dict_used, count);
	fake_put_u64(py, object, layout->dict_keys, keys);
	fake_put_u64(py, object, layout->dict_values, values);
	return object;
}

uint64_t fake_namespace(struct fake *py, const char *const *names, const uint64_t *values,
			size_t count)
{
	struct py_item *items = calloc(count + 1, sizeof(*items));
	uint64_t dict;

	for (size_t i = 0; i < count; i++)
		items[i] = (struct py_item) { fake_str(py, names[i]), values[i] };
	dict = fake_dict(py, FAKE_DICT_STR, items, count);
	free(items);
	return dict;
}

bool fake_has_attributes(const struct fake *py, enum fake_attributes where)
{
	if (where == FAKE_ATTR_OLD_STYLE)
		return py->layout.instance2_dict >= 0;
	if (where == FAKE_ATTR_MANAGED_DICT || where == FAKE_ATTR_VALUES)
		return py->layout.attr_shape != ATTR_DICTOFFSET;
	return true;
}

/* The words before an object, and what follows it, since 3.11. */
static void put_managed(struct fake *py, uint64_t object, uint64_t type, uint64_t dict,
			const struct py_item *items, size_t count)
{
	const struct py_layout *layout = &py->layout;
	bool is_inline = layout->attr_shape == ATTR_INLINE;
	uint64_t basicsize = fake_get_u64(py, type, layout->type_basicsize);
	uint64_t word = object - (layout->flavour & PY_FREE_THREADED ? 8 : 24), values = 0, keys;

	if (!dict) {
		keys = make_split(py, items, count, is_inline ? object + basicsize : 0, &values);
		fake_put_u64(py, type, layout->heaptype_cached_keys, keys);
	}
	switch (layout->attr_shape) {
	case ATTR_DICTOFFSET:
		break;
	case ATTR_VALUES:
		fake_put_u64(py, object - 32, 0, values);
		fake_put_u64(py, word, 0, dict);
		break;
	case ATTR_DICT_OR_VALUES:
		fake_put_u64(py, word, 0, dict ? dict : values - 1);
		break;
	case ATTR_INLINE:
		fake_put_u64(py, word, 0, dict);
		break;
	}
}

uint64_t fake_instance(struct fake *py, const char *class_name, enum fake_attributes where,
		       const struct py_item *items, size_t count)
{
	const struct py_layout *layout = &py->layout;
	enum fake_dict_kind kind = layout->dict_shape == DICT_TABLE ? FAKE_DICT_ANY : FAKE_DICT_STR;
	uint64_t flags = 0, type, object, dict = 0;

	if (where == FAKE_ATTR_MANAGED_DICT || where == FAKE_ATTR_VALUES)
		flags |= FLAG_MANAGED_DICT |
			 (layout->attr_shape == ATTR_INLINE ? FLAG_INLINE_VALUES : 0);
	if (where != FAKE_ATTR_NONE && where != FAKE_ATTR_VALUES)
		dict = fake_dict(py, kind, items, count);
	type = where == FAKE_ATTR_OLD_STYLE ? fake_type(py, "instance")
					    : fake_class(py, class_name, flags);
	object = fake_object(py, type, 512);
	if (where == FAKE_ATTR_OFFSET) {
		fake_put_u64(py, type, layout->type_dictoffset, (uint64_t)layout->object_size + 8);
		fake_put_u64(py, object, layout->object_size + 8, dict);
	} else if (where == FAKE_ATTR_NEGATIVE) { /* three items of 8 bytes, then the dict */
		fake_put_u64(py, type, layout->type_dictoffset, -(uint64_t)8);
		fake_put_u64(py, type, layout->type_itemsize, 8);
		fake_put_u64(py, type, layout->type_basicsize, (uint64_t)layout->tuple_items + 8);
		fake_put_u64(py, object, layout->var_size, 3);
		fake_put_u64(py, object, layout->tuple_items + 24, dict);
	} else if (where == FAKE_ATTR_OLD_STYLE) {
		uint64_t old = fake_object(py, fake_type(py, "classobj"), 128);

		fake_put_u64(py, old, layout->class2_name, fake_str(py, class_name));
		fake_put_u64(py, object, layout->instance2_class, old);
		fake_put_u64(py, object, layout->instance2_dict, dict);
	} else if (where != FAKE_ATTR_NONE) {
		fake_put_u64(py, type, layout->type_dictoffset, UINT64_MAX);
		put_managed(py, object, type, dict, items, count);
	}
	return object;
}

uint64_t fake_module(struct fake *py, uint64_t dict)
{
	uint64_t object = fake_object(py, fake_type(py, "module"), 128);

	fake_put_u64(py, object, py->layout.module_dict, dict);
	return object;
}
