/*
 * climb.c - up the data stack from the frame that was current.
 */
#include "climb.h"

#include "call_check.h"
#include "frame_find.h"

/*
 * The frame that `addr` has on top of it: it lies where the data stack went on, is linked to it,
 * and is what it called. 0 when there is none.
 */
static uint64_t frame_above(struct frame_walker *walker, uint64_t addr)
{
	struct found_frame caller, callee;
	const struct code *code, *callee_code;
	uint64_t above;
	int32_t offset;

	if (error_catch_any(find_frame(walker, 0, addr, &caller)) || !caller.in_window ||
	    !caller.raw.stack_pointer || raw_frame_is_shim(walker->view->layout, &caller.raw) ||
	    error_catch_any(find_code(walker, addr, &caller.raw, &code, &offset)) || offset <= 0 ||
	    code_leaves_at(code, offset) || !code->framesize)
		return 0;
	above = addr + code->framesize;
	if (!datastack_find(&walker->datastack, caller.window, above, walker->frame_size,
			    &callee.window) ||
	    error_catch_any(find_frame(walker, caller.window, above, &callee)) ||
	    callee.raw.previous != addr || callee.raw.owner != 0 ||
	    error_catch_any(find_code(walker, above, &callee.raw, &callee_code, &offset)) ||
	    frame_has_returned(walker->view->layout, callee_code, offset) ||
	    !call_is_evident(walker, &caller.raw, above, &callee.raw, callee_code))
		return 0;
	return above;
}

uint64_t climb(struct frame_walker *walker, uint64_t addr)
{
	enum { CLIMB_MAX = 8 /* calls that can begin within one copy */ };

	for (int i = 0; i < CLIMB_MAX && walker->datastack.windows.count; i++) {
		uint64_t above = frame_above(walker, addr);

		if (!above)
			break;
		addr = above;
	}
	return addr;
}
