/*
 * frame_blocks.c - read whole blocks, in the order of addresses.
 *
 * A frame object lies where the allocator had room: frames of one size beside each other, in
 * whatever order. Each by itself would be a piece of the call, as in the order of the calls nearly
 * none follows another in memory. Blocks that are not far from each other become one piece
 * (snapshot.h). They are aligned parts of a page, so one that holds a frame can be read whole.
 */
#include "frame_blocks.h"

#include <stdlib.h>

enum { KEPT_WALKS = 32 /* frames come back to the same addresses */ };

void frame_blocks_deinit(struct frame_blocks *blocks)
{
	array_deinit(&blocks->list);
}

static int by_address(const void *a, const void *b)
{
	const struct frame_block *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

void frame_blocks_begin(struct frame_blocks *blocks, struct snapshot *snapshot)
{
	size_t kept = 0;

	if (blocks->list.count > blocks->known)
		qsort(blocks->list.items, blocks->list.count, sizeof(*blocks->list.items),
		      by_address);
	blocks->walk++;
	blocks->at = 0;
	for (size_t i = 0; i < blocks->list.count; i++) {
		struct frame_block block = blocks->list.items[i];

		if (blocks->walk - block.used > KEPT_WALKS ||
		    (kept && blocks->list.items[kept - 1].addr == block.addr))
			continue;
		block.bytes = snapshot_peek(snapshot, block.addr, FRAME_BLOCK_BYTES);
		blocks->list.items[kept++] = block;
	}
	blocks->list.count = blocks->known = kept;
}

/* The first block that does not end before addr. */
static size_t place_of(const struct frame_blocks *blocks, uint64_t addr)
{
	size_t low = 0, high = blocks->known;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr - blocks->list.items[middle].addr < FRAME_BLOCK_BYTES ||
		    addr < blocks->list.items[middle].addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The bytes when they begin in that block; they may go on in the next one when both are one piece.
 */
static const char *find_in(struct frame_blocks *blocks, size_t i, uint64_t addr, size_t len)
{
	struct frame_block *block;
	uint64_t offset;

	if (i >= blocks->known || len > FRAME_BLOCK_BYTES)
		return NULL;
	block = &blocks->list.items[i];
	offset = addr - block->addr;
	if (offset >= FRAME_BLOCK_BYTES || !block->bytes)
		return NULL;
	if (len > FRAME_BLOCK_BYTES - offset) {
		if (i + 1 == blocks->known || block[1].addr != block->addr + FRAME_BLOCK_BYTES ||
		    block[1].bytes != block->bytes + FRAME_BLOCK_BYTES)
			return NULL;
		block[1].used = blocks->walk;
	}
	block->used = blocks->walk;
	blocks->at = i;
	return block->bytes + offset;
}

const char *frame_blocks_search(struct frame_blocks *blocks, uint64_t addr, size_t len)
{
	const char *bytes = NULL;

	/* callers were mostly made before what they call */
	if (blocks->at)
		bytes = find_in(blocks, blocks->at - 1, addr, len);
	return bytes ? bytes : find_in(blocks, place_of(blocks, addr), addr, len);
}

static struct error *add_block(struct frame_blocks *blocks, struct snapshot *snapshot,
			       uint64_t addr)
{
	const struct frame_block block = { .addr = addr, .used = blocks->walk };
	const void *bytes;
	struct error *err = snapshot_get(snapshot, addr, FRAME_BLOCK_BYTES, &bytes);

	if (error_catch(&err, ERROR_FAULT) || err)
		return err;
	return array_push(&blocks->list, block) ? NULL : &error_nomem;
}

struct error *frame_blocks_add(struct frame_blocks *blocks, struct snapshot *snapshot,
			       uint64_t addr, size_t len)
{
	uint64_t first = addr - addr % FRAME_BLOCK_BYTES, last = addr + len - 1;
	struct error *err = add_block(blocks, snapshot, first);

	last -= last % FRAME_BLOCK_BYTES;
	return err || last == first ? err : add_block(blocks, snapshot, last);
}
