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
	ARRAY(struct frame_block) list; /* ascending */
	size_t at;                      /* of the last hit */
	unsigned int walk;
};

void frame_blocks_deinit(struct frame_blocks *blocks);

/* A new walk: where the blocks lie in the copy. Those that went unused for long are forgotten. */
void frame_blocks_begin(struct frame_blocks *blocks, struct snapshot *snapshot);

/* The bytes of a frame; NULL when they are not in the copy. Borrowed as those of the snapshot. */
const char *frame_blocks_find(struct frame_blocks *blocks, uint64_t addr, size_t len);

/* Reads the block in which a frame lies, or both, now and in walks to come. &error_nomem,
 * &error_gone. */
__attribute__((warn_unused_result)) struct error *
frame_blocks_add(struct frame_blocks *blocks, struct snapshot *snapshot, uint64_t addr, size_t len);

#endif
