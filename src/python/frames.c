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
		.top = tstate->datastack_top,
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
	return doubts_look_again(walker->edges, walker->view->mem, walker->view->layout,
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
 * The frame that is current by now is another one, but which generator ran when the thread state
 * was read, that says itself (3.11 and 3.12): what leads down from there? Put in the place of the
 * frames from start on when it is what the thread state spoke of.
 */
static struct error *walk_generator(struct frame_walker *walker, const struct tstate *tstate,
				    frame_array *frames, size_t start, bool *is_found)
{
	const struct chain_start from = { .addr = tstate->generator,
					  .current = tstate->generator,
					  .top = tstate->datastack_top };
	size_t end = frames->count, pure = walker->pure, taken = walker->suffix.taken;
	bool elided = false;
	struct error *err;

	*is_found = false;
	if (!tstate->generator || walker->late)
		return NULL;
	walker->doubts.count = 0;
	err = walk_chain(walker, &from, frames, &elided);
	*is_found = !err && !elided && !walker->late && !walker->doubts.count &&
		    recall_agrees(walker, tstate, frames, end);
	if (*is_found) {
		array_cut(frames, start, end);
	} else {
		frames->count = end;
		walker->pure = pure;
		walker->suffix.taken = taken;
	}
	error_catch(&err, ERROR_TORN);
	return err;
}

/*
 * The copy does not show what lay below the current frame, or shows the stack of another moment:
 * does the generator that ran lead to it, is the one known that the thread had, or does another
 * lead up from the first frame?
 */
static struct error *walk_otherwise(struct frame_walker *walker, const struct tstate *tstate,
				    uint64_t first, frame_array *frames, size_t start)
{
	bool is_found, is_whole = frames->count > start;
	struct error *err = walk_generator(walker, tstate, frames, start, &is_found);

	if (is_found)
		return recall_note(walker, tstate, frames, start);
	if (err)
		return err;
	err = recall_stack(walker, tstate, current_size(walker, tstate, first), frames, start,
			   &is_found);
	if (!is_found && is_whole)
		return err ? err : recall_note(walker, tstate, frames, start);
	walker->suffix.taken = 0;
	walker->pure = 0;
	return err || is_found ? err : walk_up(walker, first, frames);
}

/*
 * No frame is current: is that so, or has the activation of the interpreter ended that the thread
 * state spoke of, and its place on the C stack is another's? The one of a thread without frames
 * lies in its state (root_cframe, Include/cpython/pystate.h, 3.11).
 */
static bool is_over(const struct frame_walker *walker, const struct tstate *tstate, uint64_t first)
{
	const struct py_layout *l = walker->view->layout;

	return !first && l->frame_shape == FRAME_CFRAME && tstate->frame &&
	       tstate->frame - tstate->addr >= (uint64_t)l->tstate_size;
}

/*
 * From where to go up: the current frame, or what lies below the entry frame of an activation that
 * has begun or has ended; of the one below that on the C stack where it is over altogether.
 */
static bool find_step(struct frame_walker *walker, const struct tstate *tstate, uint64_t first,
		      bool over, struct step *ret)
{
	uint64_t below = tstate->frame, addr = first;
	struct raw_frame raw;
	const void *bytes;

	if (over && !cframe_below(walker->view->layout, walker->snapshot, &below, &addr))
		return false;
	if (step_find(walker, addr, ret))
		return true;
	bytes = frame_copied(walker, addr);
	if (!bytes)
		return false;
	raw = raw_frame_decode(walker->view->layout, addr, bytes);
	return raw_frame_is_shim(walker->view->layout, &raw) &&
	       step_find(walker, raw.previous, ret);
}

static bool is_generators(struct frame_walker *walker, uint64_t addr)
{
	const void *bytes = frame_copied(walker, addr);
	struct raw_frame raw;

	if (!bytes)
		return false;
	raw = raw_frame_decode(walker->view->layout, addr, bytes);
	return raw_frame_is_generators(walker->view->layout, &raw);
}

struct error *frames_walk(struct frame_walker *walker, const struct tstate *tstate,
			  frame_array *frames, bool *elided)
{
	size_t start = frames->count;
	struct step step;
	bool has_step, over;
	struct error *err;
	uint64_t first, lowest;

	*elided = false;
	walker->late = walker->is_plain = walker->in_generator = false;
	walker->doubts.count = 0;
	walker->datastack.windows.count = 0;
	if (walker->blocks)
		frame_blocks_begin(walker->blocks, walker->snapshot);
	err = first_frame(walker, tstate, &first);
	over = !err && is_over(walker, tstate, first);
	if (!err && (first || over) && tstate->datastack_chunk)
		err = datastack_read(&walker->datastack, walker->view, walker->snapshot, tstate,
				     &walker->late);
	if (err)
		return err;
	has_step = !walker->late && walker->datastack.windows.count &&
		   find_step(walker, tstate, first, over, &step);
	if (has_step) {
		lowest = step.addr;
		climb(walker, &step);
		if (leaf_stays(walker, &step))
			return NULL;
	} else {
		walker->in_generator = is_generators(walker, first);
	}
	/* the entry frame itself leads down, if nothing is on top of what lies below it */
	if (has_step && !over && step.addr == lowest && lowest != first)
		has_step = false;
	err = over && !has_step
		      ? &error_torn
		      : walk_down(walker, tstate, first, has_step ? &step : NULL, frames, elided);
	if (!err && (*elided || recall_agrees(walker, tstate, frames, start) ||
		     recall_cut(walker, tstate, frames, start)))
		return recall_note(walker, tstate, frames, start);
	if (err && err != &error_torn)
		return err;
	if (err)
		frames->count = start;
	return walk_otherwise(walker, tstate, first, frames, start);
}
