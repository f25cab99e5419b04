/*
 * frames.c - walk the frames of a thread in the copy of its memory.
 *
 * Knows three shapes (enum frame_shape), not versions:
 *   FRAME_OBJECT   PyFrameObject linked by f_back, until 3.10
 *   FRAME_CFRAME   thread state -> _PyCFrame -> _PyInterpreterFrame, 3.11 and 3.12
 *   FRAME_DIRECT   thread state -> _PyInterpreterFrame, since 3.13
 *
 * The current frame may have returned, or have called another, by the time that the frames are
 * copied: chain.c tells what the links down from it show, climb.h what is on top of it, recall.h
 * and root_part.h what is left where they show nothing.
 */
#include "frames.h"

#include "chain.h"
#include "climb.h"
#include "frame_find.h"
#include "leaf_stays.h"
#include "recall.h"
#include "root_part.h"

/* What the current frame took of the data stack when its address was read; 0 when unknown. */
static uint64_t current_size(const struct frame_walker *walker, const struct tstate *tstate,
			     uint64_t frame)
{
	size_t window;

	/* elsewhere the two words are not of one moment */
	if (walker->view->layout->frame_shape != FRAME_DIRECT ||
	    !datastack_find(&walker->datastack, 0, frame, walker->frame_size, &window) || window ||
	    frame >= tstate->datastack_top)
		return 0;
	return tstate->datastack_top - frame;
}

/*
 * From the current frame, or from what it has on top of it: step, where that lies on the data
 * stack, else NULL.
 */
static struct error *walk_down(struct frame_walker *walker, const struct tstate *tstate,
			       uint64_t first, const struct step *step, frame_array *frames,
			       bool *elided)
{
	const size_t start = frames->count;
	const uint64_t top = step ? step->addr : first;
	const struct chain_start from = {
		.addr = top,
		.step = step,
		.current = first,
		.leaf_size = top == first ? current_size(walker, tstate, first) : 0,
	};
	struct error *err = walk_chain(walker, &from, frames, elided);

	if (!err && walker->late)
		return &error_torn;
	if (err)
		return err;
	if (!walker->doubts.count) {
		walker->is_plain =
			!walker->uses_generators && walker->pure == frames->count - start;
		return NULL;
	}
	return edge_set_confirm(walker->edges, walker->view->mem, walker->view->layout,
				walker->current_word, top, walker->doubts.items,
				walker->doubts.count);
}

/* Nothing leads down from the current frame: what leads up from the first one? */
static struct error *walk_up(struct frame_walker *walker, uint64_t first, frame_array *frames)
{
	size_t start = frames->count;
	bool whole;
	struct error *err;

	/* a copy that was made in pieces shows nothing together */
	if (walker->late)
		return &error_torn;
	err = root_part(walker, first, frames, &whole);
	if (err)
		return err;
	walker->pure = frames->count - start;
	return whole ? NULL : &error_torn;
}

/*
 * The copy does not show what lay below the current frame, or shows the stack of another moment: is
 * the one known that the thread had, or does another lead up from the first frame?
 */
static struct error *walk_otherwise(struct frame_walker *walker, const struct tstate *tstate,
				    uint64_t first, frame_array *frames, size_t start)
{
	bool is_found, is_whole = frames->count > start;
	struct error *err = recall_stack(walker, tstate, first, current_size(walker, tstate, first),
					 frames, start, &is_found);

	if (!is_found && is_whole)
		return err ? err : recall_note(walker, tstate, frames, start);
	walker->suffix.taken = 0;
	walker->pure = 0;
	return err || is_found ? err : walk_up(walker, first, frames);
}

struct error *frames_walk(struct frame_walker *walker, const struct tstate *tstate,
			  frame_array *frames, bool *elided)
{
	size_t start = frames->count;
	struct step step;
	bool has_step;
	struct error *err;
	uint64_t first;

	*elided = false;
	walker->late = walker->is_plain = false;
	walker->doubts.count = 0;
	walker->datastack.windows.count = 0;
	if (walker->blocks)
		frame_blocks_begin(walker->blocks, walker->snapshot);
	err = first_frame(walker, tstate, &first);
	if (!err && first && tstate->datastack_chunk)
		err = datastack_read(&walker->datastack, walker->view, walker->snapshot, tstate,
				     &walker->late);
	if (err)
		return err;
	has_step =
		!walker->late && walker->datastack.windows.count && step_find(walker, first, &step);
	if (has_step) {
		climb(walker, &step);
		if (leaf_stays(walker, &step))
			return NULL;
	}
	err = walk_down(walker, tstate, first, has_step ? &step : NULL, frames, elided);
	if (!err && (*elided || recall_agrees(walker, tstate, frames, start)))
		return recall_note(walker, tstate, frames, start);
	if (err && err != &error_torn)
		return err;
	if (err)
		frames->count = start;
	return walk_otherwise(walker, tstate, first, frames, start);
}
