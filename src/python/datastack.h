/*
 * datastack.h - the chunks in which a thread's frames lie (3.11 and later), copied whole.
 *
 * _PyThreadState_PushFrame (Python/pystate.c) puts each frame right behind the one below it, so
 * inside a chunk the next frame lies exactly co_framesize words further: a check of every call edge
 * that costs nothing.
 */
#ifndef PYTHON_DATASTACK_H
#define PYTHON_DATASTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "python/view.h"
#include "target/snapshot.h"
#include "tstate.h"

/* A _PyStackChunk as far as it was copied. */
struct datastack_window {
	uint64_t start;    /* of the chunk */
	uint64_t data;     /* where the first frame may lie */
	uint64_t end;      /* of what was copied */
	uint64_t live_end; /* where the next frame goes, or was going to when the chunk was left */
	const char *bytes; /* copy from start on; borrowed from the snapshot */
};

struct datastack {
	ARRAY(struct datastack_window) windows; /* newest first */
};

void datastack_init(struct datastack *stack);
void datastack_deinit(struct datastack *stack);

/*
 * Copies the live part of each chunk. *late is set when one was not predicted: it was read after
 * the thread state then, and does not belong to the same moment. &error_torn, &error_fault,
 * &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
datastack_read(struct datastack *stack, const struct py_view *view, struct snapshot *snapshot,
	       const struct tstate *tstate, bool *late);

/* Where the last frame was found, for the check of the next one, which lies below it. */
struct datastack_place {
	size_t window;
	uint64_t frame; /* 0: none yet */
};

/* The copy of [addr, addr + len) when it lies in a chunk, and in which one; NULL otherwise. */
const char *datastack_find(const struct datastack *stack, size_t from, uint64_t addr, size_t len,
			   size_t *window);

/*
 * True when a frame at addr, of framesize bytes (0: unknown), can be the next below `place`, which
 * becomes this frame's.
 */
bool datastack_fits(const struct datastack *stack, struct datastack_place *place, size_t window,
		    uint64_t addr, uint32_t framesize);

#endif
