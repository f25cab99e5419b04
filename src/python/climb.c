/*
 * climb.c - up the data stack: from a frame to the one that it has called.
 */
#include "climb.h"

#include "call_check.h"

bool step_find(struct frame_walker *walker, uint64_t addr, struct step *ret)
{
	size_t window;

	ret->addr = addr;
	return datastack_find(&walker->datastack, 0, addr, walker->frame_size, &window) &&
	       !error_catch_any(find_frame(walker, window, addr, &ret->found)) &&
	       ret->found.raw.owner <= 0 &&
	       !error_catch_any(find_code(walker, &ret->found.raw, &ret->code, &ret->offset)) &&
	       !ret->code->is_shim && ret->code->framesize;
}

uint64_t step_place_above(const struct frame_walker *walker, const struct step *step)
{
	size_t window = step->found.window;
	uint64_t above = step->addr + step->code->framesize;

	/* the newer chunks come first; behind the end of the newest lies what was called since */
	if (!window || above < walker->datastack.windows.items[window].live_end)
		return above;
	return walker->datastack.windows.items[window - 1].data;
}

uint64_t step_caller_behind_c(const struct frame_walker *walker, const struct step *step)
{
	const struct raw_frame *raw = &step->found.raw;
	const void *bytes;
	struct raw_frame shim;

	if (raw->from_c)
		return raw->previous;
	bytes = snapshot_peek(walker->snapshot, raw->previous, walker->frame_size);
	if (!bytes)
		return 0;
	shim = raw_frame_decode(walker->view->layout, raw->previous, bytes);
	return raw_frame_is_shim(walker->view->layout, &shim) ? shim.previous : 0;
}

/* Can it be an entry frame? Those lie on the C stack. */
static bool may_be_shim(const struct frame_walker *walker, uint64_t addr)
{
	size_t window;

	return addr && !datastack_find(&walker->datastack, 0, addr, 1, &window);
}

/*
 * Is what lies above the frame linked to it? Told by words of the copy alone: looking for the code
 * of what has returned long ago would cost more than all else.
 */
static bool is_linked(struct frame_walker *walker, const struct step *caller, uint64_t above,
		      bool *through_c)
{
	const struct py_layout *l = walker->view->layout;
	struct step step = { .addr = above };
	const struct raw_frame *raw = &step.found.raw;
	const char *bytes = datastack_find(&walker->datastack, 0, above, walker->frame_size,
					   &step.found.window);

	if (!bytes)
		return false;
	step.found.raw = raw_frame_decode(l, above, bytes);
	*through_c = raw->from_c || raw->previous != caller->addr;
	if (*through_c ? (!raw->from_c && !may_be_shim(walker, raw->previous)) ||
				 step_caller_behind_c(walker, &step) != caller->addr
		       : !caller->found.raw.stack_pointer)
		return false;
	return !frame_seems_over(walker, raw);
}

bool step_callee(struct frame_walker *walker, const struct step *caller, struct step *ret)
{
	struct edge edge = { .caller = caller->code->id, .offset = caller->offset };
	uint64_t above = step_place_above(walker, caller);
	bool through_c;

	if (caller->offset <= 0 || code_leaves_at(caller->code, caller->offset) ||
	    !is_linked(walker, caller, above, &through_c) || !step_find(walker, above, ret) ||
	    frame_has_returned(&ret->found.raw, ret->code, ret->offset))
		return false;
	edge.callee = ret->code->id;
	if (edge_set_has(walker->edges, &edge))
		return true;
	return through_c ? frame_holds_function(walker, caller->addr, &caller->found.raw,
						caller->code, ret->found.raw.func)
			 : call_is_evident(walker, caller->addr, &caller->found.raw, ret->addr,
					   &ret->found.raw, ret->code);
}

void climb(struct frame_walker *walker, struct step *step)
{
	enum { CLIMB_MAX = 8 /* calls that can begin within one copy */ };
	struct step callee;

	for (int i = 0; i < CLIMB_MAX && step_callee(walker, step, &callee); i++)
		*step = callee;
}
