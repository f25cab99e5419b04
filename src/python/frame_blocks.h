/*
 * frame_blocks.h - the blocks of memory in which the frames of a thread lie that are objects (until
 * 3.10).
 */
#ifndef PYTHON_FRAME_BLOCKS_H
#define PYTHON_FRAME_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "target/snapshot.h"

enum { FRAME_BLOCK_BYTES = 1024 /* some frames; what is copied beside them costs as well */ };

struct frame_block {
	uint64_t addr;
	const char *bytes; /* of this round; NULL: not in its copy */
	unsigned int used; /* walk in which a frame was last looked for there */
};

/* Of one thread. All zero: none. */
struct frame_blocks {
	ARRAY(struct frame_block) list;
	size_t known; /* so many, ascending; what was added in this walk is behind them */
	size_t at;    /* of the last hit */
	unsigned int walk;
};

void frame_blocks_deinit(struct frame_blocks *blocks);

/* A new walk: where the blocks lie in the copy. Those that went unused for long are forgotten. */
void frame_blocks_begin(struct frame_blocks *blocks, struct snapshot *snapshot);

/* As frame_blocks_find(), when it is not in the block of the last hit, or not wholly. */
const char *frame_blocks_search(struct frame_blocks *blocks, uint64_t addr, size_t len);

/* The bytes of a frame; NULL when they are not in the copy. Borrowed as those of the snapshot. */
static inline const char *frame_blocks_find(struct frame_blocks *blocks, uint64_t addr, size_t len)
{
	struct frame_block *block;

	if (blocks->at >= blocks->known)
		return frame_blocks_search(blocks, addr, len);
	block = &blocks->list.items[blocks->at];
	if (block->bytes && len <= FRAME_BLOCK_BYTES && addr >= block->addr &&
	    addr - block->addr <= FRAME_BLOCK_BYTES - len) {
		block->used = blocks->walk;
		return block->bytes + (addr - block->addr);
	}
	return frame_blocks_search(blocks, addr, len);
}

/*
 * Has the block in which a frame lies, or both, read now and, from the next walk on, found there.
 * &error_nomem, &error_gone; one that cannot be read is left out.
 */
__attribute__((warn_unused_result)) struct error *
frame_blocks_add(struct frame_blocks *blocks, struct snapshot *snapshot, uint64_t addr, size_t len);

#endif
