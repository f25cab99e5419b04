/*
 * strings.c - a hash of texts to their numbers.
 */
#include "strings.h"

#include <string.h>

#include "base/map.h"
#include "base/utf8.h"

struct string_entry {
	UT_hash_handle hh;
	uint32_t number;
	char chars[];
};

struct error *strings_add(struct strings *strings, const char *chars, uint32_t *ret)
{
	struct text *clean = &strings->scratch;
	struct string_entry *entry = NULL;

	text_clear(clean);
	text_add_clean(clean, chars);
	if (clean->failed)
		return &error_nomem;
	HASH_FIND(hh, strings->index, text_chars(clean), clean->length, entry);
	if (entry) {
		*ret = entry->number;
		return NULL;
	}
	entry = calloc(1, sizeof(*entry) + clean->length + 1);
	if (!entry)
		return &error_nomem;
	entry->number = (uint32_t)strings->items.count;
	memcpy(entry->chars, text_chars(clean), clean->length);
	if (!array_reserve(&strings->items, 1)) {
		free(entry);
		return &error_nomem;
	}
	HASH_ADD_KEYPTR(hh, strings->index, entry->chars, clean->length, entry);
	if (!entry->hh.tbl) {
		free(entry);
		return &error_nomem;
	}
	strings->items.items[strings->items.count++] = entry->chars;
	*ret = entry->number;
	return NULL;
}

void strings_deinit(struct strings *strings)
{
	struct string_entry *entry, *next;

	HASH_ITER (hh, strings->index, entry, next) {
		HASH_DEL(strings->index, entry);
		free(entry);
	}
	array_deinit(&strings->items);
	text_deinit(&strings->scratch);
}
