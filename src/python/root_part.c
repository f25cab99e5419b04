/*
 * root_part.c - up the data stack from its first frame.
 *
 * That frame is there as long as its thread runs Python. A frame that waits for what it called,
 * with that on its value stack, is not the last one; both are of one copy. So each step is as
 * certain as the one before, whatever lies on top.
 *
 * The frame that was current when its address was read may be gone when the frames are copied,
 * with others in its place, so that nothing leads down from there. What the copy shows from below
 * is a stack all the same, and its leaf as likely a short call as any.
 */
#include "root_part.h"

#include "call_check.h"
#include "climb.h"
#include "codes_ahead.h"

static bool is_in_data_stack(const struct frame_walker *walker, uint64_t addr)
{
	size_t window;

	return datastack_find(&walker->datastack, 0, addr, walker->frame_size, &window) != NULL;
}

static bool has_returned(const struct step *step)
{
	return frame_has_returned(&step->found.raw, step->code, step->offset);
}

/*
 * Did what lies on top of the last frame end, has it not begun, or is it of another stack than the
 * one at hand?
 */
static bool is_remains(struct frame_walker *walker, const struct step *last,
		       const struct step *above)
{
	bool is_linked = is_in_data_stack(walker, above->found.raw.previous);
	struct step next;

	/* it is being made: whose frame it lies on is the last thing that it is told */
	if (!is_linked && !above->found.raw.from_c && above->offset <= 0)
		return true;
	/* a generator or C code called it: the one may be at work without it */
	if (!is_linked || above->found.raw.from_c)
		return has_returned(above) && !walker->uses_generators;
	/* while it is cleared, after it has returned, it may call a destructor */
	if (has_returned(above))
		return !step_find(walker, step_place_above(walker, above), &next) ||
		       has_returned(&next) || !step_caller_behind_c(walker, &next);
	return !last->found.raw.stack_pointer;
}

/* Does nothing run on top of the last frame that was found? */
static bool is_leaf(struct frame_walker *walker, const struct step *last)
{
	const struct raw_frame *raw = &last->found.raw;
	uint64_t place = step_place_above(walker, last);
	struct found_frame found;
	struct step above;

	if (raw->stack_pointer &&
	    resumers_know(walker->resumers, generator_on_top(walker, last->addr, raw)))
		return false;
	if (step_find(walker, place, &above))
		return is_remains(walker, last, &above);
	/* no frame: it was cleared, or nothing was called yet */
	return !raw->stack_pointer || !is_in_data_stack(walker, place) ||
	       (!error_catch_any(find_frame(walker, 0, place, &found)) && !found.raw.code);
}

/* Steps from the first frame on, root first; the last of them in *last. */
static struct error *append_steps(struct frame_walker *walker, frame_array *frames,
				  struct step *last)
{
	size_t start = frames->count;
	struct step next;

	for (;;) {
		const struct py_frame frame = { last->code, last->addr, last->offset };

		if (!array_push(frames, frame))
			return &error_nomem;
		if (frames->count - start >= PY_FRAMES_MAX || !step_callee(walker, last, &next))
			return NULL;
		*last = next;
	}
}

static void reverse(frame_array *frames, size_t start)
{
	for (size_t i = start, j = frames->count - 1; i < j; i++, j--) {
		const struct py_frame frame = frames->items[i];

		frames->items[i] = frames->items[j];
		frames->items[j] = frame;
	}
}

/* Below the first frame of a thread there are no others than the interpreter's own. */
static bool is_first(struct frame_walker *walker, const struct step *step)
{
	enum { SHIMS_MAX = 4 /* its entry frame, and the thread's own (3.15) */ };
	uint64_t addr = step->found.raw.previous;
	struct found_frame found;

	for (int i = 0; addr && i < SHIMS_MAX; i++) {
		if (error_catch_any(find_frame(walker, 0, addr, &found)) ||
		    !raw_frame_is_shim(walker->view->layout, &found.raw))
			return false;
		addr = found.raw.previous;
	}
	return !addr;
}

/* What was current says that the last frame called it, and it is still at it. */
static bool is_contradicted(struct frame_walker *walker, uint64_t current, const struct step *last)
{
	struct step step;

	return current != last->addr && step_find(walker, current, &step) && !has_returned(&step) &&
	       (step.found.raw.previous == last->addr ||
		step_caller_behind_c(walker, &step) == last->addr);
}

struct error *root_part(struct frame_walker *walker, uint64_t current, frame_array *frames,
			bool *whole)
{
	size_t count = walker->datastack.windows.count, start = frames->count;
	struct step step;
	struct error *err;

	*whole = false;
	if (!count)
		return NULL;
	codes_read_ahead_up(walker, walker->datastack.windows.items[count - 1].data);
	if (!step_find(walker, walker->datastack.windows.items[count - 1].data, &step))
		return NULL;
	*whole = is_in_data_stack(walker, current) && is_first(walker, &step);
	err = append_steps(walker, frames, &step);
	if (err)
		return err;
	reverse(frames, start);
	*whole = *whole && !is_contradicted(walker, current, &step) && is_leaf(walker, &step);
	if (!*whole)
		return NULL;
	err = check_function(walker, &step.found.raw, step.code);
	if (error_catch(&err, ERROR_TORN))
		*whole = false;
	return err;
}
