/*
 * frame_pages.h - the pages in which the frames of a thread lie that are objects (until 3.10).
 */
#ifndef PYTHON_FRAME_PAGES_H
#define PYTHON_FRAME_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "target/snapshot.h"

struct frame_page {
	uint64_t addr;
	const char *bytes; /* of this round; NULL: not in its copy */
	unsigned int used; /* walk in which a frame was last looked for there */
};

/* Of one thread. All zero: none. */
struct frame_pages {
	ARRAY(struct frame_page) list; /* ascending */
	size_t at;                     /* of the last hit */
	unsigned int walk;
};

void frame_pages_deinit(struct frame_pages *pages);

/* A new walk: where the pages lie in the copy. Those that went unused for long are forgotten. */
void frame_pages_begin(struct frame_pages *pages, struct snapshot *snapshot);

/* The bytes of a frame; NULL when they are not in the copy. Borrowed as those of the snapshot. */
const char *frame_pages_find(struct frame_pages *pages, uint64_t addr, size_t len);

/* Reads the page in which a frame lies, now and in walks to come. &error_nomem, &error_gone. */
__attribute__((warn_unused_result)) struct error *
frame_pages_add(struct frame_pages *pages, struct snapshot *snapshot, uint64_t addr);

#endif
