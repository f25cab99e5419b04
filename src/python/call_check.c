/*
 * call_check.c - the trace that a call from Python to Python leaves on the caller's value stack.
 *
 * The callee's frame takes over the references, but the words stay where they were, right above the
 * stack pointer that the caller put away (Python/bytecodes.c, 3.11 to 3.15):
 *   CALL and its kin	   function, or NULL and function (until 3.12); bound methods are replaced
 *by their function before the call LOAD_ATTR_PROPERTY, BINARY_SUBSCR_GETITEM the object, which is
 *the callee's first argument FOR_ITER_GEN, SEND_GEN the generator, which holds the callee's frame,
 *stays on top of the stack
 */
#include "call_check.h"

#include <string.h>

/* The words below, at and above the caller's stack pointer. */
struct stack_words {
	uint64_t below, at, above;
};

static const char *find_bytes(struct frame_walker *walker, uint64_t addr, size_t len)
{
	const void *bytes;
	size_t window;

	bytes = datastack_find(&walker->datastack, 0, addr, len, &window);
	if (!bytes)
		bytes = snapshot_peek(walker->snapshot, addr, len);
	return bytes;
}

/* *late when they had to be read now. */
static bool read_words(struct frame_walker *walker, uint64_t addr, uint64_t mask,
		       struct stack_words *ret, bool *late_ret)
{
	const char *bytes = find_bytes(walker, addr - sizeof(uint64_t), sizeof(*ret));
	const void *late;

	if (!bytes) {
		/* the stack of a generator: predicted from now on */
		if (error_catch_any(snapshot_get(walker->snapshot, addr - sizeof(uint64_t),
						 sizeof(*ret), &late)))
			return false;
		*late_ret = true;
		bytes = late;
	}
	memcpy(ret, bytes, sizeof(*ret));
	ret->below &= ~mask;
	ret->at &= ~mask;
	ret->above &= ~mask;
	return true;
}

static uint64_t first_local(struct frame_walker *walker, uint64_t frame)
{
	const struct py_layout *l = walker->view->layout;
	const char *bytes =
		find_bytes(walker, frame + (uint64_t)l->frame_localsplus, sizeof(uint64_t));
	uint64_t word = 0;

	if (bytes)
		memcpy(&word, bytes, sizeof(word));
	return word & ~l->stackref_mask;
}

bool call_is_evident(struct frame_walker *walker, const struct raw_frame *caller,
		     uint64_t callee_addr, const struct raw_frame *callee,
		     const struct code *callee_code)
{
	const struct py_layout *l = walker->view->layout;
	struct stack_words words;
	bool late = false;

	if (!read_words(walker, caller->stack_pointer, l->stackref_mask, &words, &late))
		return false;
	walker->late |= late && !raw_frame_is_generators(l, caller);
	if (callee->owner == l->generator_owner)
		return l->gen_iframe >= 0 && words.below == callee_addr - (uint64_t)l->gen_iframe;
	if (callee->func && (words.at == callee->func || words.above == callee->func))
		return true;
	/* only where it is an object of a class of its own: small numbers are everywhere */
	return callee_code->first_argument[0] && words.at &&
	       words.at == first_local(walker, callee_addr);
}

uint64_t generator_on_top(struct frame_walker *walker, const struct raw_frame *raw)
{
	const struct py_layout *l = walker->view->layout;
	struct stack_words words;
	bool late;

	if (l->gen_iframe < 0 ||
	    !read_words(walker, raw->stack_pointer, l->stackref_mask, &words, &late) ||
	    !words.below)
		return 0;
	return words.below + (uint64_t)l->gen_iframe;
}

/* Is the word among the variables and values of the frame? */
static bool frame_holds(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			const struct code *code, uint64_t wanted)
{
	enum {
		BYTES_MAX = 1 << 14 /* a frame with more variables makes no such calls by the way */
	};
	const struct py_layout *l = walker->view->layout;
	uint64_t start = frame + (uint64_t)l->frame_localsplus, end = frame + code->framesize, word;
	const void *bytes;

	/* what lies above the values that it has is of others, if it has put its stack pointer away
	 */
	if (raw->stack_pointer >= start && raw->stack_pointer < end)
		end = raw->stack_pointer;
	if (end <= start || end - start > BYTES_MAX)
		return false;
	bytes = find_bytes(walker, start, end - start);
	if (!bytes && error_catch_any(snapshot_get(walker->snapshot, start, end - start, &bytes)))
		return false;
	for (size_t i = 0; i + sizeof(word) <= end - start; i += sizeof(word)) {
		memcpy(&word, (const char *)bytes + i, sizeof(word));
		if ((word & ~l->stackref_mask) == wanted)
			return true;
	}
	return false;
}

bool frame_holds_generator(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			   const struct code *code, uint64_t generator_frame)
{
	const struct py_layout *l = walker->view->layout;

	return l->gen_iframe >= 0 &&
	       frame_holds(walker, frame, raw, code, generator_frame - (uint64_t)l->gen_iframe);
}

bool frame_holds_function(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			  const struct code *code, uint64_t function)
{
	return function && frame_holds(walker, frame, raw, code, function);
}
