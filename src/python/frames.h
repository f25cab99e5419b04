/*
 * frames.h - from a thread state to the list of its Python frames.
 */
#ifndef PYTHON_FRAMES_H
#define PYTHON_FRAMES_H

#include <stdbool.h>

#include "base/array.h"
#include "base/error.h"
#include "cframe.h"
#include "datastack.h"
#include "doubts.h"
#include "frame_blocks.h"
#include "python/python.h"
#include "python/view.h"
#include "reach.h"
#include "recent.h"
#include "resumers.h"
#include "suffix.h"
#include "target/snapshot.h"
#include "tops.h"
#include "tstate.h"

struct seen_stacks;

struct frame_walker {
	const struct py_view *view; /* borrowed, as the next two */
	struct snapshot *snapshot;
	struct code_cache *codes;
	struct edge_set *edges;
	struct resumers *resumers;
	struct tops *tops;
	struct reach_types types;
	struct seen_stacks *seen;
	struct cframe_span cframe_span;
	bool uses_generators;        /* the thread does; set by the caller */
	uint64_t current_word;       /* where the address of the current frame stands */
	uint64_t now_ns;             /* of the sample; set by the caller */
	size_t frame_size;           /* bytes of a frame that are looked at */
	struct datastack datastack;  /* scratch */
	struct suffix suffix;        /* set for each walk by the caller, who may leave it empty */
	struct frame_blocks *blocks; /* of the thread, set as the suffix is; NULL from 3.11 on */
	size_t pure;                 /* out: for the suffix of the next walk, as the next one */
	bool is_plain;
	bool in_generator; /* out: its frame was the current one */
	ARRAY(struct doubt) doubts;
	bool late; /* something was not predicted: read after the thread state, at another moment */
	struct recent recent_frames;
	struct recent recent_cframes; /* those of the depths at which the thread works */
};

__attribute__((warn_unused_result)) struct error *frame_walker_init(struct frame_walker *walker,
								    const struct py_view *view,
								    struct snapshot *snapshot,
								    struct code_cache *codes);
void frame_walker_deinit(struct frame_walker *walker);

/*
 * Appends the frames of a thread, leaf first, shims left out. *elided: there were more than
 * PY_FRAMES_MAX. &error_torn when what was read is no stack that existed, or was read in pieces at
 * different moments (then all of it is predicted in the next round); what was appended then are the
 * frames next to the root that hold together (root_part.h).
 *
 * Where the stack is the one that the walker's suffix speaks of, but for the leaf's instruction,
 * nothing is appended: see struct suffix, is_all.
 */
__attribute__((warn_unused_result)) struct error *frames_walk(struct frame_walker *walker,
							      const struct tstate *tstate,
							      frame_array *frames, bool *elided);

/* At the end of a round: what was wanted lately is read in the next one, too. */
void frame_walker_keep_recent(struct frame_walker *walker);

#endif
