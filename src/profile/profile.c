/*
 * profile.c - distinct strings, distinct frames, and the tree of stacks.
 *
 * Three maps: text -> the one copy of it; (kind, line, name, file) -> frame; (parent, frame) ->
 * node. Knows nothing of how stacks are made or shown.
 */
#include "profile/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"

struct string_item {
	UT_hash_handle hh;
	char chars[]; /* NUL-terminated: the key */
};

enum { FRAME_KEY_WORDS = 3 };

struct frame_item {
	uint64_t key[FRAME_KEY_WORDS]; /* name and file, by address; line and kind */
	uint32_t frame;
	UT_hash_handle hh;
};

struct node_item {
	uint64_t key; /* parent, frame */
	uint32_t node;
	UT_hash_handle hh;
};

struct profile_index {
	struct string_item *strings;
	struct frame_item *frames;
	struct node_item *nodes;
	size_t frame_capacity, node_capacity;
};

struct error *profile_init(struct profile *profile)
{
	*profile = (struct profile) { 0 };
	profile->index = calloc(1, sizeof(*profile->index));
	profile->nodes = calloc(64, sizeof(*profile->nodes));
	if (!profile->index || !profile->nodes) {
		free(profile->index);
		free(profile->nodes);
		*profile = (struct profile) { 0 };
		return &error_nomem;
	}
	profile->index->node_capacity = 64;
	profile->node_count = 1; /* the root */
	return NULL;
}

static void index_destroy(struct profile_index *index)
{
	struct string_item *string, *next_string;
	struct frame_item *frame, *next_frame;
	struct node_item *node, *next_node;

	HASH_ITER (hh, index->strings, string, next_string) {
		HASH_DEL(index->strings, string);
		free(string);
	}
	HASH_ITER (hh, index->frames, frame, next_frame) {
		HASH_DEL(index->frames, frame);
		free(frame);
	}
	HASH_ITER (hh, index->nodes, node, next_node) {
		HASH_DEL(index->nodes, node);
		free(node);
	}
	free(index);
}

void profile_deinit(struct profile *profile)
{
	if (profile->index)
		index_destroy(profile->index);
	free(profile->frames);
	free(profile->nodes);
	*profile = (struct profile) { 0 };
}

/* Room for one more item of an array that is counted by 32-bit indices. */
static bool make_room(void **items, size_t *capacity, size_t count, size_t size)
{
	size_t grown = *capacity ? *capacity * 2 : 64;
	void *moved;

	if (count < *capacity)
		return true;
	if (count >= UINT32_MAX)
		return false;
	moved = reallocarray(*items, grown, size);
	if (!moved)
		return false;
	*items = moved;
	*capacity = grown;
	return true;
}

static const char *intern(struct profile_index *index, const char *chars)
{
	size_t length = strlen(chars);
	struct string_item *item;

	HASH_FIND(hh, index->strings, chars, length, item);
	if (item)
		return item->chars;
	item = malloc(sizeof(*item) + length + 1);
	if (!item)
		return NULL;
	memcpy(item->chars, chars, length + 1);
	HASH_ADD_KEYPTR(hh, index->strings, item->chars, length, item);
	if (!item->hh.tbl) {
		free(item);
		return NULL;
	}
	return item->chars;
}

struct error *profile_frame(struct profile *profile, enum frame_kind kind, const char *name,
			    const char *file, int32_t line, uint32_t *ret)
{
	struct profile_index *index = profile->index;
	const char *own_name = intern(index, name), *own_file = intern(index, file);
	uint64_t key[FRAME_KEY_WORDS] = { (uintptr_t)own_name, (uintptr_t)own_file,
					  (uint64_t)(uint32_t)line << 32 | kind };
	struct frame_item *item;

	if (!own_name || !own_file)
		return &error_nomem;
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): all of key is set */
	HASH_FIND(hh, index->frames, key, sizeof(key), item);
	if (item) {
		*ret = item->frame;
		return NULL;
	}
	if (!make_room((void **)&profile->frames, &index->frame_capacity, profile->frame_count,
		       sizeof(*profile->frames)))
		return &error_nomem;
	item = malloc(sizeof(*item));
	if (!item)
		return &error_nomem;
	memcpy(item->key, key, sizeof(key));
	item->frame = (uint32_t)profile->frame_count;
	HASH_ADD(hh, index->frames, key, sizeof(item->key), item);
	if (!item->hh.tbl) {
		free(item);
		return &error_nomem;
	}
	profile->frames[profile->frame_count++] =
		(struct frame) { .kind = kind, .name = own_name, .file = own_file, .line = line };
	*ret = item->frame;
	return NULL;
}

struct error *profile_child(struct profile *profile, uint32_t parent, uint32_t frame, uint32_t *ret)
{
	struct profile_index *index = profile->index;
	uint64_t key = (uint64_t)parent << 32 | frame;
	struct node_item *item;

	HASH_FIND(hh, index->nodes, &key, sizeof(key), item);
	if (item) {
		*ret = item->node;
		return NULL;
	}
	if (!make_room((void **)&profile->nodes, &index->node_capacity, profile->node_count,
		       sizeof(*profile->nodes)))
		return &error_nomem;
	item = malloc(sizeof(*item));
	if (!item)
		return &error_nomem;
	item->key = key;
	item->node = (uint32_t)profile->node_count;
	HASH_ADD(hh, index->nodes, key, sizeof(item->key), item);
	if (!item->hh.tbl) {
		free(item);
		return &error_nomem;
	}
	profile->nodes[profile->node_count++] =
		(struct stack_node) { .parent = parent, .frame = frame };
	*ret = item->node;
	return NULL;
}

void profile_add(struct profile *profile, uint32_t node, uint64_t count)
{
	profile->nodes[node].count += count;
	profile->total += count;
}
