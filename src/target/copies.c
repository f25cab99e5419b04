/*
 * copies.c - blocks of memory, one in the steady state.
 */
#include "copies.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "target/snapshot.h"

enum {
	/*
	 * A copy that begins up to 31 bytes behind the same place of another page is made at a
	 * third of the speed: what is read seems to be what was just written (AMD of family 25,
	 * docs/PERFORMANCE.md). So each has the place in a line of the cache that it has there.
	 */
	ALIGNMENT = 64,
	BLOCK_FIRST = 1 << 16,
};

struct copies_block {
	struct copies_block *next;
	size_t size, used;
	_Alignas(ALIGNMENT) char data[];
};

static void blocks_free(struct copies_block *block)
{
	while (block) {
		struct copies_block *next = block->next;

		free(block);
		block = next;
	}
}

void copies_deinit(struct copies *copies)
{
	blocks_free(copies->block);
	*copies = (struct copies) { 0 };
}

static bool block_add(struct copies *copies, size_t size)
{
	struct copies_block *block = aligned_alloc(
		ALIGNMENT, (sizeof(*block) + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);

	if (!block)
		return false;
	*block = (struct copies_block) { .next = copies->block, .size = size };
	copies->block = block;
	return true;
}

char *copies_room(struct copies *copies, uint64_t addr, size_t len)
{
	size_t skew = (size_t)(addr % ALIGNMENT);
	struct copies_block *block = copies->block;
	size_t need, grown;
	char *data;

	if (len > SNAPSHOT_BYTES_MAX - copies->bytes)
		return NULL;
	need = (skew + len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!block || need > block->size - block->used) {
		grown = block ? block->size : BLOCK_FIRST;
		if (!block_add(copies, need > grown ? need : grown))
			return NULL;
		block = copies->block;
	}
	data = block->data + block->used + skew;
	block->used += need;
	copies->bytes += len;
	return data;
}

void copies_take_back(struct copies *copies, const char *data, size_t len)
{
	struct copies_block *block = copies->block;

	block->used = (size_t)(data - block->data) / ALIGNMENT * ALIGNMENT;
	copies->bytes -= len;
}

bool copies_repeat(struct copies *copies, const struct copies *like, ptrdiff_t *distance)
{
	const struct copies_block *from = like->block;
	struct copies_block *to = copies->block;

	if (!from || from->next || !to || to->next || to->size < from->used)
		return false;
	to->used = from->used;
	copies->bytes = like->bytes;
	*distance = (char *)to - (const char *)from;
	return true;
}

/* Several blocks become one as large as all: then it is enough. */
bool copies_clear(struct copies *copies)
{
	size_t size = 0;

	copies->bytes = 0;
	if (copies->block && !copies->block->next) {
		copies->block->used = 0;
		return true;
	}
	for (const struct copies_block *block = copies->block; block; block = block->next)
		size += block->size;
	blocks_free(take_ptr(copies->block));
	return !size || block_add(copies, size);
}
