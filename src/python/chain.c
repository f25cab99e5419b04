/*
 * chain.c - from a frame down its links to the first one of the thread.
 *
 * The target runs while its memory is copied: the address of the current frame is read first, and
 * by the time that the frames are copied that frame may have returned and its caller have called
 * another. So every link is checked: the code object is one; the instruction lies inside it; a
 * frame of the data stack lies where the one below it ends; a caller has put its stack pointer
 * away; a call that went through C, and the end of the chain, are known or do not change while they
 * are looked at again (doubts.h). A stack that passes existed; one that does not is &error_torn,
 * never shown.
 */
#include "chain.h"

#include "call_link.h"
#include "frame_find.h"
#include "object_suffix.h"
#include "resumer_find.h"
#include "walk.h"

/* Does nothing lie below it on the data stack? So it is with the first frame of a thread. */
static bool is_lowest(const struct frame_walker *walker, uint64_t addr)
{
	const size_t count = walker->datastack.windows.count;
	size_t window;

	return !datastack_find(&walker->datastack, 0, addr, walker->frame_size, &window) ||
	       addr == walker->datastack.windows.items[count - 1].data;
}

/*
 * The chain ended: is that frame the first of a thread, or one that was just unlinked? An entry
 * frame that ends it shows the first, unless what it belongs to runs for moments only, as a
 * generator does: it lies on the C stack, and may have been copied when it was no more.
 */
static struct error *check_end(struct frame_walker *walker, const struct walk *walk)
{
	const struct callee *callee = &walk->callee;
	struct edge edge = { 0 };

	if (!callee->code)
		return NULL;
	if (!is_lowest(walker, callee->addr))
		return &error_torn;
	if (callee->above_shim && !callee->code->is_generator)
		return NULL;
	/* it yielded: whoever runs it is below it all the same */
	if (callee->code->is_generator && !callee->above_shim)
		return &error_torn;
	edge.callee = callee->code->id;
	return link_doubt(walker, &edge, callee->above_shim ? walk->shim_addr : 0, &walk->shim,
			  callee);
}

/*
 * What was taken so far had returned by the time that it was copied: the frame at hand was the leaf
 * then. The stack at that moment is as true as that at the moment before.
 */
static void restart(struct frame_walker *walker, struct walk *walk)
{
	walk->frames->count = walk->impure = walk->start;
	walk->callee = (struct callee) { 0 };
	walk->place.frame = 0;
	walk->leaf_size = 0;
	walk->is_resumer = false;
	walker->doubts.count = 0;
}

static struct error *drop_frame(struct frame_walker *walker, struct walk *walk, uint64_t addr,
				const struct raw_frame *raw)
{
	enum { DROPS_MAX = 8 /* calls that can return within one copy */ };

	if (walker->view->layout->frame_shape == FRAME_OBJECT || walk->drops++ >= DROPS_MAX)
		return &error_torn;
	/* its place was used again, and what it has for its caller is no address of a frame */
	if (raw->code && !frame_copied(walker, raw->previous))
		return &error_torn;
	restart(walker, walk);
	walk->dropped = addr;
	walk->dropped_dead = !raw->code;
	return NULL;
}

/* Is nothing on top of a frame with nothing but dropped ones above it? */
static bool is_leaf(const struct walk *walk, uint64_t addr, const struct code *code,
		    bool is_running)
{
	return !walk->dropped || is_running ||
	       (walk->dropped_dead && walk->dropped == addr + code->framesize);
}

/*
 * The leaf lies above a generator and is not as large as the current frame was, or only makes a
 * generator, which takes no time: it was called since, by the same one. That it was the last one to
 * be called there does not make it the one that was current: that is the function with frames of
 * that size which this generator calls.
 */
static void correct_leaf(struct frame_walker *walker, struct walk *walk, const struct code *caller)
{
	uint64_t size = walk->leaf_size, addr;
	struct callee *leaf = &walk->callee;
	const struct code *code;

	if (!size || (size == leaf->code->framesize && !leaf->code->is_generator) ||
	    raw_frame_is_generators(walker->view->layout, &leaf->raw))
		return;
	addr = edge_set_sized(walker->edges, caller->id, size);
	if (!addr ||
	    error_catch_any(code_cache_get(walker->codes, walker->snapshot, addr, &code)) ||
	    code->framesize != size)
		return;
	leaf->code = code;
	leaf->offset = -1;
	walk->frames->items[walk->start] = (struct py_frame) { code, leaf->addr, -1 };
}

/*
 * Was what has been taken so far called by this frame at another moment than the one at which it
 * was copied? It runs; or it has returned, and the frame that was current was another; or it is
 * current again, since what it called has returned.
 */
static bool has_nothing_on_top(struct frame_walker *walker, const struct walk *walk,
			       const struct raw_frame *raw, const struct code *code, int32_t offset,
			       bool is_running)
{
	const struct callee *callee = &walk->callee;
	int32_t call_offset;

	if (!callee->code)
		return false;
	if (callee->from_c)
		return callee->is_leaf && !link_is_apart(walker, raw, callee) &&
		       frame_has_returned(&callee->raw, callee->code, callee->offset) &&
		       !edge_set_has(walker->edges,
				     &(struct edge) { code->id, callee->code->id, offset });
	if (is_running)
		return !link_has_gone_on(walker, raw, code, callee, &call_offset);
	if (code->is_shim || link_is_apart(walker, raw, callee))
		return false;
	return frame_has_returned(raw, code, offset) ||
	       (callee->is_leaf && callee->addr != walk->current &&
		frame_has_returned(&callee->raw, callee->code, callee->offset));
}

/*
 * Does it end where the one above it begins? While a frame that has returned is cleared, it lies
 * between its caller, which is the current frame again, and the destructors that are called by
 * that.
 */
static bool is_in_place(struct frame_walker *walker, struct walk *walk, uint64_t addr,
			const struct found_frame *found, const struct code *code)
{
	struct step cleared;

	return datastack_fits(&walker->datastack, &walk->place, found->window, addr,
			      code->framesize) ||
	       (walk->callee.from_c && step_find(walker, addr + code->framesize, &cleared) &&
		step_place_above(walker, &cleared) == walk->callee.addr);
}

/*
 * Nothing but generators was found so far, from the current one on: does the data stack end with
 * this frame, as it did when that was current? If not, the links that led here are of another
 * moment.
 */
static bool is_on_top(const struct walk *walk, uint64_t addr, const struct found_frame *found,
		      const struct code *code)
{
	return !found->in_window || walk->place.frame || walk->frames->count == walk->start ||
	       walk->frames->items[walk->start].addr != walk->current || !walk->top ||
	       addr + code->framesize == walk->top;
}

/* As find_frame(), but for what is known. */
static struct error *find_frame_of(struct frame_walker *walker, const struct walk *walk,
				   uint64_t addr, struct found_frame *ret)
{
	if (!walk->known || walk->known->addr != addr)
		return find_frame(walker, walk->place.window, addr, ret);
	*ret = walk->known->found;
	return NULL;
}

/* As find_code(), but for what is known. */
static struct error *find_code_of(struct frame_walker *walker, const struct walk *walk,
				  uint64_t addr, const struct raw_frame *raw,
				  const struct code **code, int32_t *offset)
{
	if (!walk->known || walk->known->addr != addr)
		return find_code(walker, raw, code, offset);
	*code = walk->known->code;
	*offset = walk->known->offset;
	return NULL;
}

/* Does it run, or has right above it what does? */
static bool is_at_work(const struct frame_walker *walker, const struct walk *walk, uint64_t addr,
		       const struct found_frame *found, const struct code *code, int32_t offset)
{
	return (found->in_window && frame_is_at_work(walker, &found->raw, code, offset)) ||
	       (walk->callee.at_work && link_is_close(found, addr, code, walk->callee.addr));
}

/* Checks the code, the instruction, the place and the call, and keeps the frame. */
static struct error *take_frame(struct frame_walker *walker, struct walk *walk, uint64_t addr,
				const struct found_frame *found)
{
	const struct raw_frame *raw = &found->raw;
	const struct code *code;
	struct error *err;
	bool is_running;
	int32_t offset = -1;

	err = find_code_of(walker, walk, addr, raw, &code, &offset);
	if (error_catch(&err, ERROR_TORN))
		return drop_frame(walker, walk, addr, raw);
	if (err)
		return err;
	/*
	 * Its stack pointer is not put away, or it has not begun: it called no Python frame. What
	 * stands below an __init__ stays at its first instruction until that has returned.
	 */
	is_running = walker->view->layout->frame_shape != FRAME_OBJECT && !code->is_shim &&
		     (!raw->stack_pointer || offset <= 0);
	err = resumer_check(walker, walk, addr, found, code, offset);
	if (err)
		return err;
	if (walk->callee.is_leaf && raw_frame_is_generators(walker->view->layout, raw))
		correct_leaf(walker, walk, code);
	if (has_nothing_on_top(walker, walk, raw, code, offset, is_running))
		restart(walker, walk);
	if (!is_on_top(walk, addr, found, code))
		return &error_torn;
	if (found->in_window && !is_in_place(walker, walk, addr, found, code))
		return &error_torn;
	if (!is_leaf(walk, addr, code, is_running || code->is_shim))
		return &error_torn;
	walk->dropped = 0;
	if (code->is_shim) /* between the call of a class and its __init__ (3.12 and later) */
		return NULL;
	if (!walk->callee.code) {
		err = check_function(walker, raw, code);
		if (err)
			return err;
	} else {
		err = link_check(walker, addr, found, code, &offset, &walk->callee);
		if (err)
			return err;
	}
	walk->callee = (struct callee) {
		.code = code,
		.addr = addr,
		.raw = *raw,
		.offset = offset,
		.is_late = found->is_late,
		.from_c = raw->from_c,
		.is_leaf = !walk->callee.code,
		.at_work = is_at_work(walker, walk, addr, found, code, offset),
	};
	return array_push(walk->frames, ((struct py_frame) { code, addr, offset })) ? NULL
										    : &error_nomem;
}

/* From the next round on the entry frame is read together with its _PyCFrame. */
static void learn_span(struct frame_walker *walker, uint64_t cframe, uint64_t entry_frame)
{
	const struct py_layout *l = walker->view->layout;
	uint64_t current;
	bool late;

	cframe_span_learn(&walker->cframe_span, cframe, entry_frame, walker->frame_size);
	if (walker->cframe_span.has_entry_frame)
		(void)error_catch_any(cframe_read(&walker->cframe_span, l, walker->snapshot, cframe,
						  &current, &late));
}

/* An entry frame: the C code that it belongs to was called by what lies below. */
static void take_shim(struct frame_walker *walker, struct walk *walk, uint64_t addr,
		      const struct raw_frame *raw)
{
	const struct py_layout *l = walker->view->layout;

	/* the innermost is of the activation that the thread is in */
	if (l->frame_shape == FRAME_CFRAME && !walk->shim_addr &&
	    !walker->cframe_span.has_entry_frame)
		learn_span(walker, walker->current_word - (uint64_t)l->cframe_current_frame, addr);
	walk->callee.from_c = walk->callee.above_shim = true;
	walk->shim = *raw;
	walk->shim_addr = addr;
}

/* The frame at hand was taken: is what lies below it known from the round before? Then it is added.
 */
static bool is_known_below(struct frame_walker *walker, struct walk *walk,
			   const struct found_frame *found)
{
	bool is_known = false;

	if (!found->in_window)
		walk->impure = walk->frames->count;
	else
		is_known = suffix_append(&walker->suffix, walker->snapshot, &walker->datastack,
					 found->window, walk->frames);
	walker->pure = walk->frames->count - walk->impure;
	return is_known;
}

/*
 * Frames that are objects, from the one at *addr on: those that are as they were in the last round
 * are kept, and *addr is what lies below them.
 */
static size_t take_unchanged(struct frame_walker *walker, struct walk *walk, size_t room,
			     uint64_t *addr)
{
	const struct py_frame *last;
	size_t taken;

	/* who is said to have run a generator is looked at, as it was then or not */
	if (!walker->blocks || walk->is_resumer)
		return 0;
	taken = object_suffix_append(&walker->suffix, walker->view->layout, walker->blocks,
				     walker->codes, room, addr, walk->frames);
	if (!taken)
		return 0;
	last = walk->frames->items + walk->frames->count - 1;
	walk->callee = (struct callee) {
		.code = last->code,
		.addr = last->addr,
		.offset = last->offset,
	};
	return taken;
}

struct error *walk_chain(struct frame_walker *walker, const struct chain_start *start,
			 frame_array *frames, bool *elided)
{
	const struct py_layout *l = walker->view->layout;
	struct walk walk = { .frames = frames,
			     .start = frames->count,
			     .impure = frames->count,
			     .current = start->current,
			     .top = start->top,
			     .leaf_size = start->leaf_size,
			     .known = start->step };
	uint64_t addr = start->addr;
	uint64_t passed = 0; /* a frame of this chain, moved on at each power of two (Brent) */

	for (size_t seen = 0; addr; seen++) {
		struct found_frame found;
		struct error *err;

		seen += take_unchanged(walker, &walk, PY_FRAMES_MAX - seen, &addr);
		if (!addr) /* its end was checked then */
			return NULL;
		if (seen >= PY_FRAMES_MAX) {
			*elided = true;
			return NULL;
		}
		if (addr % sizeof(uint64_t) || addr == passed)
			return &error_torn;
		if (!(seen & (seen - 1)))
			passed = addr;
		err = find_frame_of(walker, &walk, addr, &found);
		if (!err) {
			if (raw_frame_is_shim(l, &found.raw))
				take_shim(walker, &walk, addr, &found.raw);
			else
				err = take_frame(walker, &walk, addr, &found);
		}
		if (err)
			return err;
		if (walk.callee.addr == addr && is_known_below(walker, &walk, &found))
			return NULL;
		walk.activations += found.raw.from_c;
		addr = found.raw.previous;
		if (!addr)
			addr = resumer_find(walker, &walk);
	}
	if (walk.dropped) /* all of it: not the same as a thread without frames */
		return &error_torn;
	return check_end(walker, &walk);
}
