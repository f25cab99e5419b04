/*
 * profile.h - what was sampled: distinct frames, and a tree of the stacks with their counts.
 *
 * Plain data: made by the sampler, read by output/. Memory grows with what is distinct, not with
 * time.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum frame_kind {
	FRAME_PYTHON,
	FRAME_PROCESS,     /* root frame: process PID:"command" */
	FRAME_THREAD,      /* root frame: thread (TID): NAME */
	FRAME_INTERPRETER, /* root frame: interpreter ID */
	FRAME_MARKER,      /* <torn>, <elided>: what could not be seen */
};

/* One distinct frame. Strings are owned by the table, UTF-8, unescaped. */
struct frame {
	enum frame_kind kind;
	const char *name;
	const char *file; /* as it is shown: shortened or full; "" for other kinds than PYTHON */
	int32_t line;     /* 0: none */
};

/* A node of the tree: a distinct stack, its frame the last of it. Node 0 is the root, no frame. */
struct stack_node {
	uint32_t parent;
	uint32_t frame; /* index into frames */
	uint64_t count; /* samples that ended here */
};

struct profile {
	struct frame *frames;
	size_t frame_count;
	struct stack_node *nodes; /* a parent always stands before its children */
	size_t node_count;
	uint64_t total;              /* sum of all counts */
	struct profile_index *index; /* private to profile.c */
};

__attribute__((warn_unused_result)) struct error *profile_init(struct profile *profile);
void profile_deinit(struct profile *profile);

/* Index of that frame, added when new. The strings are copied. */
__attribute__((warn_unused_result)) struct error *profile_frame(struct profile *profile,
								enum frame_kind kind,
								const char *name, const char *file,
								int32_t line, uint32_t *ret);

/* Index of the child of node `parent` with that frame, added when new (count 0). */
__attribute__((warn_unused_result)) struct error *
profile_child(struct profile *profile, uint32_t parent, uint32_t frame, uint32_t *ret);

/* Counts `count` samples of the stack that ends at node. */
void profile_add(struct profile *profile, uint32_t node, uint64_t count);

#endif
