/*
 * dict_find.c - an item of a dict by its key, for keys that are names.
 *
 * The hash of a str needs a secret of the target (siphash), so that all keys are compared; but many
 * of them in one call: a name is a compact ASCII str (2.7: a str), which is equal when so many
 * bytes from its start are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "dict.h"
#include "python/object.h"

enum {
	FIND_BATCH = 256,   /* keys compared in one call */
	FIND_MAX = 1 << 17, /* keys looked at: more than any namespace has */
	SLOW_MAX = 1 << 12, /* keys that are no compact ASCII looked at, one by one */
	KEY_MAX = 256,      /* bytes of a name that we look for: all of them are short */
	HEADER_MAX = 96,    /* bytes of a str before its characters */
};

enum likeness { DIFFERENT, EQUAL, UNSURE };

/* What is looked for, and how the keys are read. */
struct search {
	const struct py_view *view;
	const char *key;
	size_t length; /* of key */
	size_t header; /* bytes of a str before its characters */
	uint64_t type; /* 2.7: of the last key that was as long as ours */
	bool is_bytes; /* that type is the str that is bytes */
	size_t slow;   /* keys looked at one by one */
	size_t count;  /* items in the batch */
	struct dict_item items[FIND_BATCH];
	struct mem_range ranges[FIND_BATCH];
	uint8_t bytes[FIND_BATCH][HEADER_MAX + KEY_MAX];
};

/* Is the str that begins with these bytes equal to the key? */
static enum likeness compare(const struct search *search, const uint8_t *bytes)
{
	enum { KIND_1_COMPACT_ASCII = 1 | 1 << 3 | 1 << 4, KIND_COMPACT_ASCII_MASK = 31 };
	const struct py_layout *layout = search->view->layout;
	bool is_py2 = layout->str_shape == STR_PY2;
	uint64_t length;
	uint32_t state;

	memcpy(&length, bytes + (is_py2 ? layout->var_size : layout->unicode_length), 8);
	if (!is_py2) {
		memcpy(&state, bytes + layout->unicode_state, sizeof(state));
		state = state >> layout->unicode_kind_shift & KIND_COMPACT_ASCII_MASK;
		if (state != KIND_1_COMPACT_ASCII)
			return UNSURE;
	}
	if (length != search->length)
		return DIFFERENT;
	if (!memcmp(bytes + search->header, search->key, length))
		return EQUAL;
	return is_py2 ? UNSURE : DIFFERENT; /* a unicode has its length at the same place */
}

/* 2.7: of a key as long as ours, whether it is no unicode, so that its bytes told all. */
static struct error *is_bytes(struct search *search, const uint8_t *bytes, bool *ret)
{
	const struct py_layout *layout = search->view->layout;
	uint64_t type, flags;
	struct error *err;

	memcpy(&type, bytes + layout->object_type, sizeof(type));
	if (type != search->type) {
		err = mem_read_u64(search->view->mem, type + (uint64_t)layout->type_flags, &flags);
		if (error_catch(&err, ERROR_FAULT))
			flags = 0;
		if (err)
			return err;
		search->type = type;
		search->is_bytes = flags & TYPE_BYTES;
	}
	*ret = search->is_bytes;
	return NULL;
}

/* The same as compare() for a str of any kind. */
static struct error *compare_slowly(const struct search *search, uint64_t object, bool *ret)
{
	CLEANUP(text_deinit)
	struct text text;
	struct error *err;

	text_init(&text);
	*ret = false;
	err = str_read(search->view, object, search->length + 1, &text, NULL);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		return NULL; /* no str, or not there any more */
	if (!err)
		*ret = !strcmp(text_chars(&text), search->key);
	return err;
}

/* Is the key of that item in the batch the one? What cannot be read is not. */
static struct error *is_key(struct search *search, size_t index, bool *ret)
{
	enum likeness likeness = UNSURE;
	bool told = false;
	struct error *err;

	if (search->ranges[index].ok)
		likeness = compare(search, search->bytes[index]);
	*ret = likeness == EQUAL;
	if (likeness != UNSURE)
		return NULL;
	if (search->ranges[index].ok && search->view->layout->str_shape == STR_PY2) {
		err = is_bytes(search, search->bytes[index], &told);
		if (err)
			return err;
	}
	if (told || search->slow++ >= SLOW_MAX)
		return NULL;
	return compare_slowly(search, search->items[index].item.key, ret);
}

/* Looks at the batch; *ret is the item, NULL when it is not among them. */
static struct error *search_batch(struct search *search, const struct dict_item **ret)
{
	struct error *err;

	for (size_t i = 0; i < search->count; i++) {
		search->ranges[i] = (struct mem_range) {
			.addr = search->items[i].item.key,
			.len = search->header + search->length,
			.buf = search->bytes[i],
		};
	}
	*ret = NULL;
	err = mem_readv(search->view->mem, search->ranges, search->count);
	for (size_t i = 0; !err && i < search->count && !*ret; i++) {
		bool found;

		err = is_key(search, i, &found);
		if (!err && found)
			*ret = &search->items[i];
	}
	return err;
}

static struct error *search_table(struct search *search, const struct dict_table *table,
				  const struct dict_item **ret)
{
	struct dict_cursor cursor = { .view = search->view, .table = table };
	bool end = false;

	*ret = NULL;
	for (size_t done = 0; !end && !*ret && done < FIND_MAX; done += FIND_BATCH) {
		struct error *err;

		for (search->count = 0; search->count < FIND_BATCH; search->count++) {
			err = dict_next(&cursor, &search->items[search->count], &end);
			if (err)
				return err;
			if (end)
				break;
		}
		err = search_batch(search, ret);
		if (err)
			return err;
	}
	return NULL;
}

struct error *table_find(const struct py_view *view, const struct dict_table *table,
			 const char *key, uint64_t *ret, uint64_t *slot)
{
	const struct py_layout *layout = view->layout;
	CLEANUP(freep)
	struct search *search = NULL;
	const struct dict_item *found;
	struct error *err;

	search = malloc(sizeof(*search));
	if (!search)
		return &error_nomem;
	search->view = view;
	search->key = key;
	search->type = 0;
	search->slow = 0;
	search->length = strlen(key);
	search->header = (size_t)(layout->str_shape == STR_PY2 ? layout->bytes_value
							       : layout->unicode_ascii_size);
	if (search->length > KEY_MAX || search->header > HEADER_MAX)
		return &error_torn;
	err = search_table(search, table, &found);
	if (err)
		return err;
	*ret = found ? found->item.value : 0;
	if (slot)
		*slot = found ? found->slot : 0;
	return NULL;
}

struct error *dict_find(const struct py_view *view, uint64_t object, const char *key, uint64_t *ret,
			uint64_t *slot)
{
	struct dict_table table;
	struct error *err = dict_open(view, object, &table);

	return err ? err : table_find(view, &table, key, ret, slot);
}
