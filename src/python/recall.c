/*
 * recall.c - see seen_stacks.h.
 */
#include "recall.h"

#include "frame_find.h"
#include "seen_stacks.h"

/* A frame as it stands in the copy. */
struct standing {
	const struct code *code; /* NULL: no frame, or nothing that is known */
	int32_t offset;
	bool in_window;
	uint64_t end; /* in_window: behind what is live there */
};

static void look_at(struct frame_walker *walker, uint64_t addr, struct standing *ret)
{
	const struct datastack *stack = &walker->datastack;
	const void *bytes = frame_copied(walker, addr);
	struct raw_frame raw;
	size_t window;

	*ret = (struct standing) { .offset = -1 };
	if (datastack_find(stack, 0, addr, walker->frame_size, &window)) {
		ret->in_window = true;
		ret->end = stack->windows.items[window].live_end;
	}
	if (!bytes)
		return;
	raw = raw_frame_decode(walker->view->layout, addr, bytes);
	if (raw_frame_is_generators(walker->view->layout, &raw) == ret->in_window ||
	    error_catch_any(find_code(walker, &raw, &ret->code, &ret->offset)))
		ret->code = NULL;
}

/* The stack that was seen with what was current, if that is what stands there. */
static const struct seen_stack *find_seen(struct frame_walker *walker, uint64_t tstate,
					  uint64_t first, uint64_t size, struct standing *leaf)
{
	const struct seen_stack *seen = NULL;

	look_at(walker, first, leaf);
	/* on the data stack it may be a later one, or the making of a generator, which is short */
	if (leaf->code && (!leaf->in_window || (!leaf->code->is_generator &&
						(!size || leaf->code->framesize == size))))
		seen = seen_stacks_find(walker->seen, tstate, walker->now_ns, first, leaf->code->id,
					0);
	if (seen || !size || !leaf->in_window)
		return seen;
	leaf->code = NULL;
	return seen_stacks_find(walker->seen, tstate, walker->now_ns, first, 0, size);
}

/* Below the leaf: is it there yet, if it lies where it can be told? */
static bool is_there(struct frame_walker *walker, const struct seen_frame *seen,
		     const struct code *code, struct standing *standing)
{
	look_at(walker, seen->addr, standing);
	return !standing->in_window ||
	       (standing->code == code && seen->addr + code->framesize <= standing->end);
}

/* The code object of a frame that was seen, if it is still the same. */
static struct error *find_same_code(struct frame_walker *walker, const struct seen_frame *seen,
				    const struct code **ret)
{
	struct error *err =
		code_cache_get(walker->codes, walker->snapshot, seen->code_addr, ret);

	if (error_catch(&err, ERROR_FAULT))
		err = &error_torn;
	return !err && (*ret)->id != seen->code_id ? &error_torn : err;
}

static struct error *append(struct frame_walker *walker, const struct seen_stack *seen,
			    const struct standing *leaf, frame_array *frames)
{
	for (size_t i = 0; i < seen->frames.count; i++) {
		const struct seen_frame *frame = &seen->frames.items[i];
		struct standing standing = *leaf;
		struct py_frame now = { .addr = frame->addr, .offset = frame->offset };
		struct error *err = find_same_code(walker, frame, &now.code);

		if (err)
			return err;
		if (i && !is_there(walker, frame, now.code, &standing))
			return &error_torn;
		/* a generator may have gone on since: what is below it on the data stack waits */
		if (standing.code == now.code && (!i || standing.in_window))
			now.offset = standing.offset;
		if (!array_push(frames, now))
			return &error_nomem;
	}
	return NULL;
}

struct error *recall_note(struct frame_walker *walker, const struct tstate *tstate,
			  const frame_array *frames, size_t start)
{
	size_t count = frames->count - start;

	/* nothing but the data stack needs no such help, and frames that are objects keep links */
	if (walker->blocks || !count || walker->pure >= count)
		return NULL;
	return seen_stacks_put(walker->seen, tstate->addr, walker->now_ns, frames->items + start,
			       count);
}

struct error *recall_stack(struct frame_walker *walker, const struct tstate *tstate, uint64_t first,
			   uint64_t size, frame_array *frames, bool *is_found)
{
	size_t start = frames->count;
	const struct seen_stack *seen;
	struct standing leaf;
	struct error *err;

	*is_found = false;
	if (walker->blocks || !first || !walker->datastack.windows.count)
		return NULL;
	seen = find_seen(walker, tstate->addr, first, size, &leaf);
	if (!seen)
		return NULL;
	err = append(walker, seen, &leaf, frames);
	*is_found = !err;
	if (err)
		frames->count = start;
	error_catch(&err, ERROR_TORN);
	return err;
}
