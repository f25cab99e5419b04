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

/* Where the thread state names the current frame: the stack that was seen with that. */
static const struct seen_stack *find_by_frame(struct frame_walker *walker, uint64_t tstate,
					      uint64_t first, uint64_t size, struct standing *leaf)
{
	const struct seen_key key = { .tstate = tstate, .frame = first };
	const struct seen_stack *seen = NULL;

	look_at(walker, first, leaf);
	/* on the data stack it may be a later one, or the making of a generator, which is short */
	if (leaf->code && (!leaf->in_window ||
			   (!leaf->code->is_generator && (!size || leaf->code->framesize == size))))
		seen = seen_stacks_find(walker->seen, &key, walker->now_ns, leaf->code->id, 0);
	/* a generator that has ended since, and may be freed: what always was there before */
	if (!seen && !leaf->in_window && !leaf->code && !reuses_generators(walker))
		return seen_stacks_find_only(walker->seen, &key, walker->now_ns);
	if (seen || !size || !leaf->in_window)
		return seen;
	leaf->code = NULL;
	return seen_stacks_find(walker->seen, &key, walker->now_ns, 0, size);
}

/* Id of the code of the generator that runs, 0 when that is not known. */
static uint64_t running_code(struct frame_walker *walker, const struct tstate *tstate)
{
	struct standing generator = { 0 };

	if (tstate->generator)
		look_at(walker, tstate->generator, &generator);
	return generator.code && !generator.in_window ? generator.code->id : 0;
}

/*
 * Where it does not: the one that was seen with the same activation of the interpreter, generator
 * and end of the data stack. Where the generator that runs was never seen at work, but others in
 * its place were, the stacks of those differ from this one by nothing but where generators lie.
 */
static const struct seen_stack *find_by_top(struct frame_walker *walker,
					    const struct tstate *tstate, struct standing *leaf)
{
	const struct seen_key key = { .tstate = tstate->addr,
				      .frame = tstate->frame,
				      .top = tstate->datastack_top,
				      .generator = tstate->generator };
	const struct seen_stack *seen, *same = NULL;

	seen = seen_stacks_find(walker->seen, &key, walker->now_ns, 0, 0);
	if (!seen)
		return seen_stacks_find_alike(walker->seen, &key, walker->now_ns,
					      running_code(walker, tstate));
	look_at(walker, seen->frames.items[0].addr, leaf);
	if (leaf->code)
		same = seen_stacks_find(walker->seen, &key, walker->now_ns, leaf->code->id, 0);
	if (same)
		return same;
	leaf->code = NULL;
	return seen;
}

/* The newer of two, NULL being the oldest. */
static const struct seen_stack *newer(const struct seen_stack *a, const struct seen_stack *b)
{
	return !a || b->time_ns > a->time_ns ? b : a;
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

/* Could what had that stack run what is in this activation of the interpreter? */
static bool is_activation_above(struct frame_walker *walker, const struct tstate *tstate,
				const struct seen_stack *seen)
{
	uint64_t cframe = tstate->frame, current;

	return !is_by_top(walker) ||
	       (seen->key.top == tstate->datastack_top &&
		(seen->key.frame == cframe ||
		 (cframe_below(walker->view->layout, walker->snapshot, &cframe, &current) &&
		  seen->key.frame == cframe)));
}

/* The generator whose frame is at addr is the leaf: on whose stack? */
static void find_holder(struct frame_walker *walker, const struct tstate *tstate, uint64_t addr,
			struct recalled *ret)
{
	enum { LOOKED_AT_MAX = 16 };
	const struct seen_stack *seen;
	struct standing generator;
	size_t cursor = 0;

	look_at(walker, addr, &generator);
	if (!generator.code || generator.in_window || !generator.code->is_generator)
		return;
	for (int i = 0; i < LOOKED_AT_MAX; i++) {
		seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor);
		if (!seen)
			break;
		if (is_activation_above(walker, tstate, seen) &&
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

	if (seen->key.generator != tstate->generator || addr >= tstate->datastack_top)
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
	uint64_t code = running_code(walker, tstate);
	size_t cursor = 0;

	while ((seen = seen_stacks_next(walker->seen, tstate->addr, walker->now_ns, &cursor))) {
		if (seen->key.frame != tstate->frame || seen->generator_code != code)
			continue;
		if (found && found->frames.items[0].code_id != seen->frames.items[0].code_id)
			return NULL;
		found = newer(found, seen);
	}
	return found;
}

static void find_seen(struct frame_walker *walker, const struct tstate *tstate, uint64_t first,
		      uint64_t size, struct recalled *ret)
{
	*ret = (struct recalled) { 0 };
	if (!is_by_top(walker)) {
		ret->seen = find_by_frame(walker, tstate->addr, first, size, &ret->leaf);
		if (!ret->seen)
			find_holder(walker, tstate, first, ret);
		return;
	}
	ret->seen = find_by_top(walker, tstate, &ret->leaf);
	if (!ret->seen && tstate->generator)
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

static struct error *append(struct frame_walker *walker, const struct recalled *recalled,
			    frame_array *frames)
{
	if (recalled->has_top && !array_push(frames, recalled->top))
		return &error_nomem;
	for (size_t i = 0; i < recalled->seen->frames.count; i++) {
		const struct seen_frame *seen = &recalled->seen->frames.items[i];
		bool is_leaf = !i && !recalled->has_top;
		struct standing standing = recalled->leaf;
		struct py_frame frame = { .addr = seen->addr, .offset = seen->offset };
		struct error *err = find_same_code(walker, seen, &frame.code);

		if (err)
			return err;
		if (!is_leaf && !is_there(walker, seen, frame.code, &standing))
			return &error_torn;
		/* a generator may have gone on since: what is below it on the data stack waits */
		if (standing.code == frame.code && (is_leaf || standing.in_window))
			frame.offset = standing.offset;
		if (!array_push(frames, frame))
			return &error_nomem;
	}
	return NULL;
}

/* What the thread state says while the thread has this stack. */
static struct seen_key key_of(const struct frame_walker *walker, const struct tstate *tstate,
			      const struct py_frame *frames, size_t count)
{
	struct seen_key key = { .tstate = tstate->addr, .frame = tstate->frame };
	size_t window;

	if (!is_by_top(walker)) {
		key.frame = frames[0].addr;
		return key;
	}
	for (size_t i = 0; i < count && (!key.top || !key.generator); i++) {
		bool in_window = datastack_find(&walker->datastack, 0, frames[i].addr,
						walker->frame_size, &window) != NULL;

		if (in_window && !key.top)
			key.top = frames[i].addr + frames[i].code->framesize;
		if (!in_window && !key.generator)
			key.generator = frames[i].addr;
	}
	return key;
}

struct error *recall_note(struct frame_walker *walker, const struct tstate *tstate,
			  const frame_array *frames, size_t start)
{
	size_t count = frames->count - start;
	struct seen_key key;

	/* nothing but the data stack needs no such help, and frames that are objects keep links */
	if (walker->blocks || !count || (walker->pure >= count && !walker->uses_generators))
		return NULL;
	key = key_of(walker, tstate, frames->items + start, count);
	return seen_stacks_put(walker->seen, &key, walker->now_ns, frames->items + start, count);
}

bool recall_agrees(const struct frame_walker *walker, const struct tstate *tstate,
		   const frame_array *frames, size_t start)
{
	struct seen_key key;

	if (!walker->uses_generators || frames->count == start)
		return true;
	key = key_of(walker, tstate, frames->items + start, frames->count - start);
	return key.top == tstate->datastack_top && key.generator == tstate->generator;
}

struct error *recall_stack(struct frame_walker *walker, const struct tstate *tstate, uint64_t first,
			   uint64_t size, frame_array *frames, size_t start, bool *is_found)
{
	size_t end = frames->count;
	struct recalled recalled;
	struct error *err;

	*is_found = false;
	if (walker->blocks || !walker->datastack.windows.count)
		return NULL;
	find_seen(walker, tstate, first, size, &recalled);
	if (!recalled.seen)
		return NULL;
	err = append(walker, &recalled, frames);
	*is_found = !err;
	if (err)
		frames->count = end;
	else
		array_cut(frames, start, end);
	error_catch(&err, ERROR_TORN);
	return err;
}
