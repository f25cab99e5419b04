/*
 * snapshot_state.h - what a snapshot is made of: shared by its files, and by nobody else.
 */
#ifndef TARGET_SNAPSHOT_STATE_H
#define TARGET_SNAPSHOT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "copies.h"
#include "target/mem.h"

struct range {
	uint64_t addr;
	size_t len; /* 0: could not be read */
	char *data;
	const char *before; /* its copy of the last round; NULL: it was not predicted */
	bool used;          /* asked for in this round */
	bool last;          /* to be read behind the others in the next one */
	bool done;          /* nobody wants it in the next one */
};

/* A page that a range touches; those of one bucket are chained, newest first. */
struct page {
	uint64_t number;
	uint32_t range, next;
};

typedef ARRAY(struct range) range_array;

struct snapshot {
	struct mem *mem;               /* borrowed */
	range_array ranges;            /* of this round */
	range_array next;              /* scratch: those of the next one */
	ARRAY(uint32_t) order;         /* the used ones, in the order of their first use */
	ARRAY(struct mem_range) reads; /* the plan: pieces that hold the predicted ranges */
	ARRAY(struct mem_range) wants; /* scratch: of snapshot_want() */
	ARRAY(struct page) pages;
	uint32_t *buckets; /* heads of chains in pages; as many as bucket_count, a power of two */
	size_t bucket_count;
	size_t indexed;    /* ranges before this one are in the table */
	size_t last_start; /* the predicted ranges from here to last_end were read last */
	size_t last_end;
	size_t hint;          /* range of the last hit */
	struct copies copies; /* what the ranges of this round hold */
	struct copies before; /* those of the last one */
};

/* Nothing is in the copy and nothing predicted. */
void snapshot_forget(struct snapshot *snapshot);

/*
 * What was used in this round becomes what is predicted for the next one: its ranges, the pieces to
 * read, and where their bytes go. What has no room is not predicted. False when out of memory.
 */
bool snapshot_plan(struct snapshot *snapshot);

#endif
