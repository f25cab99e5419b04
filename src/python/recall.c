/*
 * recall.c - see seen_stacks.h.
 *
 * Where no stack was ever seen with what the thread state says, as the leaf is always over before
 * it is copied, there may be one that it stands on: that of the generator that holds this one, or
 * that of the one which calls what lies on the data stack.
 */
#include "recall.h"

#include "call_check.h"
#include "cframe.h"
#include "frame_find.h"
#include "resumer_find.h"
#include "seen_stacks.h"

/* A frame as it stands in the copy. */
struct standing {
	const struct code *code; /* NULL: no frame, or nothing that is known */
	int32_t offset;
	bool in_window;
	uint64_t end; /* in_window: behind what is live there */
	struct raw_frame raw;
};

/* A stack that was seen, and what is on top of it; seen is NULL when there is none. */
struct recalled {
	const struct seen_stack *seen;
	struct standing leaf; /* that of the stack, as it is now; no code: as it was seen */
	bool has_top;
	struct py_frame top;
};

/* Memory of generators is used again at once there, for others. */
static bool reuses_generators(const struct frame_walker *walker)
{
	return walker->view->layout->flavour & PY_FREE_THREADED;
}

static bool is_by_top(const struct frame_walker *walker)
{
	return walker->view->layout->frame_shape == FRAME_CFRAME;
}

static void look_at(struct frame_walker *walker, uint64_t addr, struct standing *ret)
{
	const struct datastack *stack = &walker->datastack;
	const void *bytes = frame_copied(walker, addr);
	size_t window;

	*ret = (struct standing) { .offset = -1 };
	if (datastack_find(stack, 0, addr, walker->frame_size, &window)) {
		ret->in_window = true;
		ret->end = stack->windows.items[window].live_end;
	}
	if (!bytes)
		return;
	ret->raw = raw_frame_decode(walker->view->layout, addr, bytes);
	if (raw_frame_is_generators(walker->view->layout, &ret->raw) == ret->in_window ||
	    error_catch_any(find_code(walker, &ret->raw, &ret->code, &ret->offset)))
		ret->code = NULL;
}

/* The newer of two, NULL being the oldest. */
static const struct seen_stack *newer(const struct seen_stack *a, const struct seen_stack *b)
{
	return !a || b->time_ns > a->time_ns ? b : a;
}

/* What the thread state says. */
static struct seen_key key_said(const struct frame_walker *walker, const struct tstate *tstate)
{
	const bool by_top = is_by_top(walker);

	return (struct seen_key) {
		.tstate = tstate->addr,
		.depth = by_top ? tstate->frame : (uint64_t)tstate->depth,
		.top = tstate->datastack_top,
		.frame = by_top ? tstate->generator : tstate->frame,
	};
}

/* What it would say while the thread has this stack. */
static struct seen_key key_of(const struct frame_walker *walker, const struct tstate *tstate,
			      const struct py_frame *frames, size_t count)
{
	struct seen_key key = { .tstate = tstate->addr };
	size_t window;

	if (is_by_top(walker))
		key.depth = tstate->frame;
	else
		key.frame = frames[0].addr;
	for (size_t i = 0; i < count && !(key.top && key.frame && key.depth); i++) {
		bool in_window = datastack_find(&walker->datastack, 0, frames[i].addr,
						walker->frame_size, &window) != NULL;

		if (in_window && !key.top)
			key.top = frames[i].addr + frames[i].code->framesize;
		if (!in_window && !key.frame)
			key.frame = frames[i].addr;
		/* what lies above the frame that was current was called since */
		if (!key.depth && tstate->depth && frames[i].addr == tstate->frame)
			key.depth = (uint64_t)tstate->depth + i;
	}
	return key;
}

/*
 * Others than the frame that the thread state names were seen in its place: the stacks of those
 * differ from this one by nothing but where generators lie.
 */
static const struct seen_stack *find_alike(struct frame_walker *walker, const struct seen_key *key)
{
	struct standing frame = { 0 };

	if (key->frame)
		look_at(walker, key->frame, &frame);
	return seen_stacks_find_alike(walker->seen, key, walker->now_ns,
				      frame.code ? frame.code->id : 0);
}

/* The stack that was seen when the thread state said just the same. */
static const struct seen_stack *find_same(struct frame_walker *walker, const struct seen_key *key,
					  struct standing *leaf)
{
	const struct seen_stack *seen, *same = NULL;

	seen = seen_stacks_find(walker->seen, key, walker->now_ns, 0);
	if (!seen)
		return NULL;
	look_at(walker, seen->frames.items[0].addr, leaf);
	if (leaf->code)
		same = seen_stacks_find(walker->seen, key, walker->now_ns, leaf->code->id);
	if (same)
		return same;
	leaf->code = NULL;
	return seen;
}

/*
 * The stack that was seen when the thread state said the same. One that has as many frames as the
 * thread state tells was not seen while that changed.
 */
static const struct seen_stack *find_by_key(struct frame_walker *walker, const struct seen_key *key,
					    struct standing *leaf)
{
	const struct seen_stack *same = find_same(walker, key, leaf), *alike, *deep;

	if (same && (is_by_top(walker) || same->frames.count == key->depth))
		return same;
	alike = find_alike(walker, key);
	if (alike && (is_by_top(walker) || alike->frames.count == key->depth))
		deep = alike;
	else
		deep = seen_stacks_find_deep(walker->seen, key, walker->now_ns);
	if (!deep)
		return same ? same : alike;
	leaf->code = NULL;
	return deep;
}

/*
 * The stack that was seen last with that current frame, with a leaf of that code (id of struct
 * code; 0: any) and of that size (0: any); *many: there are such with other code.
 */
static const struct seen_stack *find_with_frame(struct frame_walker *walker,
						const struct tstate *tstate, uint64_t code,
						uint64_t size, bool *many)
{
	const struct seen_stack *seen, *found = NULL;
	size_t cursor = 0;

	*many = false;
	while ((seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor))) {
		if (seen->key.frame != tstate->frame ||
		    (tstate->depth && seen->frames.count != (size_t)tstate->depth) ||
		    (code && seen->frames.items[0].code_id != code) ||
		    (size && seen->leaf_size != size))
			continue;
		*many |= found && found->frames.items[0].code_id != seen->frames.items[0].code_id;
		found = newer(found, seen);
	}
	return found;
}

/* Where the thread state names the current frame: the stack that was seen with that. */
static const struct seen_stack *find_by_frame(struct frame_walker *walker,
					      const struct tstate *tstate, uint64_t size,
					      struct standing *leaf)
{
	const struct seen_stack *seen = NULL;
	bool many;

	look_at(walker, tstate->frame, leaf);
	/* on the data stack it may be a later one, or the making of a generator, which is short */
	if (leaf->code && (!leaf->in_window ||
			   (!leaf->code->is_generator && (!size || leaf->code->framesize == size))))
		seen = find_with_frame(walker, tstate, leaf->code->id, 0, &many);
	/* a generator that has ended since, and may be freed: what always was there before */
	if (!seen && !leaf->in_window && !leaf->code && !reuses_generators(walker)) {
		seen = find_with_frame(walker, tstate, 0, 0, &many);
		return many ? NULL : seen;
	}
	if (seen || !size || !leaf->in_window)
		return seen;
	leaf->code = NULL;
	return find_with_frame(walker, tstate, 0, size, &many);
}

/* Is the leaf of that stack a generator that holds another one, whose frame is at addr? */
static bool is_held_by_leaf(struct frame_walker *walker, const struct seen_stack *seen,
			    uint64_t addr, const struct code *code)
{
	const struct seen_frame *leaf = &seen->frames.items[0];
	struct standing standing;
	int32_t offset;

	/* what holds that place held another */
	if (reuses_generators(walker) &&
	    !edge_set_call(walker->edges, leaf->code_id, code->id, &offset))
		return false;
	look_at(walker, leaf->addr, &standing);
	return leaf->addr != addr && !standing.in_window && standing.code &&
	       standing.code->id == leaf->code_id &&
	       frame_holds_generator(walker, leaf->addr, &standing.raw, standing.code, addr);
}

/*
 * Could what had that stack run what is in this activation of the interpreter? below: the one below
 * it on the C stack.
 */
static bool is_activation_above(const struct frame_walker *walker, const struct tstate *tstate,
				uint64_t below, const struct seen_stack *seen)
{
	return !is_by_top(walker) ||
	       (seen->key.top == tstate->datastack_top &&
		(seen->key.depth == tstate->frame || seen->key.depth == below));
}

/* The generator whose frame is at addr is the leaf: on whose stack? */
static void find_holder(struct frame_walker *walker, const struct tstate *tstate, uint64_t addr,
			struct recalled *ret)
{
	enum { LOOKED_AT_MAX = 16 };
	const struct seen_stack *seen;
	struct standing generator;
	uint64_t below = tstate->frame, current;
	size_t cursor = 0;

	look_at(walker, addr, &generator);
	if (!generator.code || generator.in_window || !generator.code->is_generator)
		return;
	if (is_by_top(walker))
		(void)cframe_below(walker->view->layout, walker->snapshot, &below, &current);
	for (int i = 0; i < LOOKED_AT_MAX; i++) {
		seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor);
		if (!seen)
			break;
		if (is_activation_above(walker, tstate, below, seen) &&
		    is_held_by_leaf(walker, seen, addr, generator.code))
			ret->seen = newer(ret->seen, seen);
	}
	ret->has_top = ret->seen != NULL;
	ret->top = (struct py_frame) { generator.code, addr, generator.offset };
}

/* Is what lies behind the stack, up to the end of the data stack, one that its leaf calls? */
static bool is_callee(struct frame_walker *walker, const struct tstate *tstate,
		      const struct seen_stack *seen, struct standing *callee)
{
	uint64_t caller = seen->frames.items[0].code_id, addr = seen->key.top;
	int32_t offset;

	if (seen->key.frame != tstate->generator || addr >= tstate->datastack_top)
		return false;
	look_at(walker, addr, callee);
	return callee->in_window && callee->code && !callee->code->is_generator &&
	       addr + callee->code->framesize == tstate->datastack_top &&
	       edge_set_call(walker->edges, caller, callee->code->id, &offset);
}

/* What ends where the data stack ended is the leaf: who called it? */
static void find_caller(struct frame_walker *walker, const struct tstate *tstate,
			struct recalled *ret)
{
	const struct seen_stack *seen;
	struct standing callee;
	size_t cursor = 0;

	while ((seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor))) {
		if (newer(ret->seen, seen) != seen || !is_callee(walker, tstate, seen, &callee))
			continue;
		ret->seen = seen;
		ret->has_top = true;
		ret->top = (struct py_frame) { callee.code, seen->key.top, callee.offset };
	}
}

/*
 * Where the thread state was read while it changed, its end of the data stack is of a later moment
 * than the activation of the interpreter, and both were never seen together: what always was seen
 * with the activation and such a generator is the stack.
 */
static const struct seen_stack *find_by_activation(struct frame_walker *walker,
						   const struct tstate *tstate)
{
	const struct seen_stack *seen, *found = NULL;
	struct standing generator = { 0 };
	size_t cursor = 0;
	uint64_t code;

	if (tstate->generator)
		look_at(walker, tstate->generator, &generator);
	code = generator.code ? generator.code->id : 0;
	while ((seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor))) {
		if (seen->key.depth != tstate->frame || seen->frame_code != code)
			continue;
		if (found && found->frames.items[0].code_id != seen->frames.items[0].code_id)
			return NULL;
		found = newer(found, seen);
	}
	return found;
}

static void find_seen(struct frame_walker *walker, const struct tstate *tstate, uint64_t size,
		      struct recalled *ret)
{
	const struct seen_key key = key_said(walker, tstate);

	*ret = (struct recalled) { 0 };
	/* what lies where a generator lay says nothing */
	if (reuses_generators(walker) && key.depth) {
		ret->seen = seen_stacks_find_deep(walker->seen, &key, walker->now_ns);
		return;
	}
	ret->seen = find_by_key(walker, &key, &ret->leaf);
	if (ret->seen)
		return;
	if (!is_by_top(walker)) {
		ret->seen = find_by_frame(walker, tstate, size, &ret->leaf);
		if (!ret->seen)
			find_holder(walker, tstate, tstate->frame, ret);
		return;
	}
	if (tstate->generator)
		find_holder(walker, tstate, tstate->generator, ret);
	if (!ret->seen)
		find_caller(walker, tstate, ret);
	if (!ret->seen)
		ret->seen = find_by_activation(walker, tstate);
}

/* The code object of a frame that was seen, if it is still the same. */
static struct error *find_same_code(struct frame_walker *walker, const struct seen_frame *seen,
				    const struct code **ret)
{
	struct error *err = code_cache_get(walker->codes, walker->snapshot, seen->code_addr, ret);

	if (error_catch(&err, ERROR_FAULT))
		err = &error_torn;
	return !err && (*ret)->id != seen->code_id ? &error_torn : err;
}

/* Is a frame below the leaf there yet, if it lies where that can be told? */
static bool is_there(struct frame_walker *walker, const struct seen_frame *seen,
		     const struct code *code, struct standing *standing)
{
	look_at(walker, seen->addr, standing);
	return !standing->in_window ||
	       (standing->code == code && seen->addr + code->framesize <= standing->end);
}

/* The frames of a stack that was seen; leaf: how the first of them is now, NULL: it is no leaf. */
static struct error *append(struct frame_walker *walker, const struct seen_stack *stack,
			    const struct standing *leaf, frame_array *frames)
{
	for (size_t i = 0; i < stack->frames.count; i++) {
		const struct seen_frame *seen = &stack->frames.items[i];
		bool is_leaf = !i && leaf;
		struct standing standing;
		struct py_frame frame = { .addr = seen->addr, .offset = seen->offset };
		struct error *err = find_same_code(walker, seen, &frame.code);

		if (err)
			return err;
		if (is_leaf)
			standing = *leaf;
		else if (!is_there(walker, seen, frame.code, &standing))
			return &error_torn;
		/* a generator may have gone on since: what is below it on the data stack waits */
		if (standing.code == frame.code && (is_leaf || standing.in_window))
			frame.offset = standing.offset;
		if (!array_push(frames, frame))
			return &error_nomem;
	}
	return NULL;
}

struct error *recall_note(struct frame_walker *walker, const struct tstate *tstate,
			  const frame_array *frames, size_t start)
{
	size_t count = frames->count - start;
	struct seen_key key;

	if (!walker->blocks)
		resumer_note_top(walker, frames->items + start, count);
	/* nothing but the data stack needs no such help, and frames that are objects keep links */
	if (walker->blocks || !count || (walker->pure >= count && !walker->uses_generators))
		return NULL;
	key = key_of(walker, tstate, frames->items + start, count);
	return seen_stacks_put(walker->seen, &key, walker->now_ns, frames->items + start, count);
}

/* Is it the stack that the thread state speaks of? */
static bool stack_agrees(const struct frame_walker *walker, const struct tstate *tstate,
			 const struct py_frame *frames, size_t count)
{
	const struct seen_key key = key_of(walker, tstate, frames, count);

	return key.top == tstate->datastack_top &&
	       (is_by_top(walker) ? key.frame == tstate->generator : key.depth == count);
}

bool recall_agrees(const struct frame_walker *walker, const struct tstate *tstate,
		   const frame_array *frames, size_t start)
{
	if (!walker->uses_generators || frames->count == start ||
	    (!is_by_top(walker) && !tstate->depth))
		return true;
	return stack_agrees(walker, tstate, frames->items + start, frames->count - start);
}

/* Index of the frame that was current, if only functions lie above it; else the count of frames. */
static size_t find_current(const struct frame_walker *walker, const struct tstate *tstate,
			   const frame_array *frames, size_t start)
{
	for (size_t i = start; i < frames->count; i++) {
		const struct py_frame *frame = &frames->items[i];
		uint64_t end = frame->addr + frame->code->framesize;
		size_t window;

		if (!datastack_find(&walker->datastack, 0, frame->addr, walker->frame_size,
				    &window) ||
		    end < tstate->datastack_top)
			break;
		if (end == tstate->datastack_top)
			return is_by_top(walker) || frame->addr == tstate->frame ? i
										 : frames->count;
	}
	return frames->count;
}

bool recall_cut(struct frame_walker *walker, const struct tstate *tstate, frame_array *frames,
		size_t start)
{
	size_t i = find_current(walker, tstate, frames, start), count = frames->count - i;

	if (!count || !stack_agrees(walker, tstate, frames->items + i, count))
		return false;
	array_cut(frames, start, i);
	if (walker->pure > count)
		walker->pure = count;
	/* what was the leaf's caller is the leaf now, which it may not have been in the last round
	 */
	if (walker->suffix.taken >= count)
		walker->suffix.taken = count - 1;
	return true;
}

struct error *recall_stack(struct frame_walker *walker, const struct tstate *tstate, uint64_t size,
			   frame_array *frames, size_t start, bool *is_found)
{
	size_t end = frames->count;
	struct recalled recalled;
	struct error *err;

	*is_found = false;
	if (walker->blocks || !walker->datastack.windows.count)
		return NULL;
	find_seen(walker, tstate, size, &recalled);
	if (!recalled.seen)
		return NULL;
	if (recalled.has_top && !array_push(frames, recalled.top))
		return &error_nomem;
	err = append(walker, recalled.seen, recalled.has_top ? NULL : &recalled.leaf, frames);
	*is_found = !err;
	if (err)
		frames->count = end;
	else
		array_cut(frames, start, end);
	error_catch(&err, ERROR_TORN);
	return err;
}
