/*
 * resumer_find.c - who ran a generator that is linked to nobody?
 *
 * By the C stack (cframe.h), by who ran it last (resumers.h), by where the data stack ended
 * (tops.h).
 */
#include "resumer_find.h"

#include "call_check.h"
#include "cframe.h"

/*
 * In 3.11 each generator has an activation of the interpreter to itself. The frame that is current
 * in the one below that runs it.
 */
static uint64_t find_resumer_below(struct frame_walker *walker, struct walk *walk)
{
	const struct py_layout *l = walker->view->layout;
	uint64_t current = 0;

	if (l->frame_shape != FRAME_CFRAME || !walk->callee.from_c || walk->callee.above_shim)
		return 0;
	if (!walk->followed)
		walk->cframe = walker->current_word - (uint64_t)l->cframe_current_frame;
	for (; walk->followed < walk->activations; walk->followed++)
		if (!cframe_below(l, walker->snapshot, &walk->cframe, &current))
			return 0;
	walk->wanted_code = 0;
	return current;
}

/*
 * The generator that was taken last is linked to nobody: it yielded before it was copied. Who ran
 * it when it was last seen at work ran it now. Until 3.10 a function that has returned is linked to
 * nobody, too; of one that a generator calls it is known by which.
 */
static uint64_t find_resumer_seen(struct frame_walker *walker, struct walk *walk)
{
	struct callee *callee = &walk->callee;
	const struct resumer *resumer =
		resumers_find(walker->resumers, callee->addr, callee->code->id);

	if (!resumer)
		return 0;
	callee->from_c = resumer->from_c;
	callee->above_shim = resumer->above_shim;
	walk->wanted_code = resumer->caller_code;
	return resumer->caller_frame;
}

void resumer_note_top(const struct frame_walker *walker, const struct py_frame *frames,
		      size_t count)
{
	size_t window;

	for (size_t i = 0; i < count; i++) {
		if (!datastack_find(&walker->datastack, 0, frames[i].addr, walker->frame_size,
				    &window))
			continue;
		tops_set(walker->tops, frames[i].addr + frames[i].code->framesize, frames[i].addr);
		return;
	}
}

/*
 * Who ran it is the function with which the data stack ends below it, if that was handed to C code
 * by it: a generator in between would hold it.
 */
static uint64_t find_resumer_on_top(struct frame_walker *walker, struct walk *walk)
{
	uint64_t addr;

	if (walker->view->layout->frame_shape == FRAME_OBJECT)
		return 0;
	addr = tops_find(walker->tops, walk->place.frame ? walk->place.frame : walk->top);
	walk->callee.from_c = walk->callee.above_shim = walk->is_on_top = addr != 0;
	walk->wanted_code = 0;
	return addr;
}

uint64_t resumer_find(struct frame_walker *walker, struct walk *walk)
{
	const struct callee *callee = &walk->callee;
	uint64_t addr;

	walk->is_on_top = false;
	if (!callee->code || callee->above_shim ||
	    !(callee->code->is_generator ||
	      (callee->is_leaf && walker->view->layout->frame_shape == FRAME_OBJECT)))
		return 0;
	addr = find_resumer_below(walker, walk);
	if (!addr)
		addr = find_resumer_seen(walker, walk);
	if (!addr)
		addr = find_resumer_on_top(walker, walk);
	walk->is_resumer = addr != 0;
	return addr;
}

struct error *resumer_check(struct frame_walker *walker, struct walk *walk, uint64_t addr,
			    const struct found_frame *found, const struct code *code,
			    int32_t offset)
{
	struct callee *callee = &walk->callee;
	struct error *err;
	bool is_seen;

	if (!walk->is_resumer)
		return NULL;
	walk->is_resumer = false;
	if ((walk->wanted_code && code->id != walk->wanted_code) ||
	    (found->in_window &&
	     addr + code->framesize > walker->datastack.windows.items[found->window].live_end))
		return &error_torn;
	if (walker->view->layout->frame_shape == FRAME_OBJECT)
		return NULL;
	if (frame_holds_generator(walker, addr, &found->raw, code, callee->addr)) {
		/* whoever has put its stack pointer away runs it itself */
		if (walk->is_on_top && found->raw.stack_pointer)
			callee->from_c = callee->above_shim = false;
		return NULL;
	}
	err = link_search(walker, addr, found, code, offset, callee, &is_seen);
	return err || is_seen ? err : &error_torn;
}
