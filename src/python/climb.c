/*
 * climb.c - up the data stack: from a frame to the one that it has called.
 */
#include "climb.h"

#include "call_check.h"
#include "call_link.h"

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

/* What leads from a frame to the one that called it. */
enum link {
	LINK_NONE,
	LINK_CALL, /* itself */
	LINK_C,    /* its entry frame, which was copied; or it says that C code called it (3.11) */
	LINK_UNKNOWN, /* an entry frame that was not copied, or is another's; but that call is known
		       */
};

/* By the code object that was there when it was last looked at: nothing is read for remains. */
static bool may_be_known(struct frame_walker *walker, const struct step *caller,
			 const struct raw_frame *callee)
{
	const struct code *code = code_cache_peek(walker->codes, callee->code);
	struct edge edge = { .caller = caller->code->id, .offset = caller->offset };

	if (!code)
		return false;
	edge.callee = code->id;
	return edge_set_has(walker->edges, &edge);
}

/*
 * What links the frame above to this one? Told by words of the copy alone: looking for the code of
 * what has returned long ago would cost more than all else.
 */
static enum link link_of(struct frame_walker *walker, const struct step *caller, uint64_t above)
{
	const struct py_layout *l = walker->view->layout;
	struct step step = { .addr = above };
	const struct raw_frame *raw = &step.found.raw;
	const char *bytes = datastack_find(&walker->datastack, 0, above, walker->frame_size,
					   &step.found.window);
	uint64_t below;

	if (!bytes)
		return LINK_NONE;
	step.found.raw = raw_frame_decode(l, above, bytes);
	if (frame_seems_over(walker, raw))
		return LINK_NONE;
	if (!raw->from_c && raw->previous == caller->addr)
		return caller->found.raw.stack_pointer ? LINK_CALL : LINK_NONE;
	if (!raw->from_c && !may_be_shim(walker, raw->previous))
		return LINK_NONE;
	below = step_caller_behind_c(walker, &step);
	if (below == caller->addr)
		return LINK_C;
	return !below && !raw->from_c && may_be_known(walker, caller, raw) ? LINK_UNKNOWN
									   : LINK_NONE;
}

bool step_callee(struct frame_walker *walker, const struct step *caller, struct step *ret)
{
	struct edge edge = { .caller = caller->code->id, .offset = caller->offset };
	uint64_t above = step_place_above(walker, caller);
	bool is_close, is_known;
	enum link link;

	if (caller->offset <= 0 || code_leaves_at(caller->code, caller->offset))
		return false;
	link = link_of(walker, caller, above);
	if (link == LINK_NONE || !step_find(walker, above, ret) ||
	    frame_has_returned(&ret->found.raw, ret->code, ret->offset))
		return false;
	edge.callee = ret->code->id;
	is_known = edge_set_has(walker->edges, &edge);
	/* what is at work right above it: both were copied together */
	is_close = frame_is_at_work(walker, &ret->found.raw, ret->code, ret->offset) &&
		   link_is_close(&caller->found, caller->addr, caller->code, above);
	switch (link) {
	case LINK_CALL:
		return is_known || is_close ||
		       call_is_evident(walker, caller->addr, &caller->found.raw, ret->addr,
				       &ret->found.raw, ret->code);
	case LINK_C:
		return is_known || is_close ||
		       frame_holds_function(walker, caller->addr, &caller->found.raw, caller->code,
					    ret->found.raw.func);
	default:
		return is_known && is_close;
	}
}

void climb(struct frame_walker *walker, struct step *step)
{
	enum { CLIMB_MAX = 8 /* calls that can begin within one copy */ };
	struct step callee;

	for (int i = 0; i < CLIMB_MAX && step_callee(walker, step, &callee); i++)
		*step = callee;
}
