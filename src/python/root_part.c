/*
 * root_part.c - up the data stack from its first frame.
 *
 * That frame is there as long as its thread runs Python. A frame that waits for what it called,
 * with that on its value stack, is not the last one; both are of one copy. So each step is as
 * certain as the one before, whatever lies on top.
 */
#include "root_part.h"

#include "call_check.h"
#include "frame_find.h"

struct step {
	uint64_t addr;
	struct found_frame found;
	const struct code *code;
	int32_t offset;
};

static bool find_step(struct frame_walker *walker, uint64_t addr, struct step *ret)
{
	size_t window;

	ret->addr = addr;
	return datastack_find(&walker->datastack, 0, addr, walker->frame_size, &window) &&
	       !error_catch_any(find_frame(walker, window, addr, &ret->found)) &&
	       ret->found.raw.owner <= 0 &&
	       !error_catch_any(
		       find_code(walker, addr, &ret->found.raw, &ret->code, &ret->offset)) &&
	       !ret->code->is_shim && ret->code->framesize;
}

/* Where the frame begins that was called last by this one, when it was. */
static uint64_t place_above(const struct frame_walker *walker, const struct step *step)
{
	const struct datastack_window *window =
		&walker->datastack.windows.items[step->found.window];
	uint64_t above = step->addr + step->code->framesize;

	if (above < window->live_end)
		return above;
	/* the newer chunks come first */
	return step->found.window ? window[-1].data : 0;
}

/* Called by C code that the frame below is known to have called there. */
static bool is_known_call(const struct frame_walker *walker, const struct step *caller,
			  const struct step *callee)
{
	const struct py_layout *l = walker->view->layout;
	const struct edge edge = { caller->code->id, callee->code->id, caller->offset };
	uint64_t below = callee->found.raw.previous;
	const void *shim;

	if (!callee->found.raw.from_c) {
		shim = snapshot_peek(walker->snapshot, below, walker->frame_size);
		if (!shim)
			return false;
		below = raw_frame_decode(l, below, shim).previous;
	}
	return below == caller->addr && edge_set_has(walker->edges, &edge);
}

static bool find_callee(struct frame_walker *walker, const struct step *caller, struct step *ret)
{
	uint64_t above = place_above(walker, caller);

	if (!above || caller->offset <= 0 || code_leaves_at(caller->code, caller->offset) ||
	    !find_step(walker, above, ret))
		return false;
	if (caller->found.raw.stack_pointer && !ret->found.raw.from_c &&
	    ret->found.raw.previous == caller->addr &&
	    call_is_evident(walker, &caller->found.raw, above, &ret->found.raw, ret->code))
		return true;
	return is_known_call(walker, caller, ret);
}

struct error *root_part(struct frame_walker *walker, frame_array *frames)
{
	size_t count = walker->datastack.windows.count, start = frames->count;
	struct step step, next;

	if (!count || !find_step(walker, walker->datastack.windows.items[count - 1].data, &step))
		return NULL;
	for (;;) {
		const struct py_frame frame = { step.code, step.addr, step.offset };

		if (!array_push(frames, frame))
			return &error_nomem;
		if (frames->count - start >= PY_FRAMES_MAX || !find_callee(walker, &step, &next))
			break;
		step = next;
	}
	for (size_t i = start, j = frames->count - 1; i < j; i++, j--) {
		const struct py_frame frame = frames->items[i];

		frames->items[i] = frames->items[j];
		frames->items[j] = frame;
	}
	return NULL;
}
