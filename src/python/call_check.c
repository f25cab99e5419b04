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

#include "reach.h"

enum {
	FRAME_BYTES_MAX = 1 << 14 /* one with more variables makes no such calls by the way */
};

/* The words below, at and above the caller's stack pointer. */
struct stack_words {
	uint64_t below, at, above;
};

/*
 * What stands in the frame at [start, end). A frame that is not on the data stack is a generator's,
 * and its memory may be another one's a moment later. So that is copied together with the words
 * that say what the frame is at; NULL when those are not what they were in `raw`.
 */
static const char *find_in_frame(struct frame_walker *walker, uint64_t frame,
				 const struct raw_frame *raw, uint64_t start, uint64_t end)
{
	const struct py_layout *l = walker->view->layout;
	size_t window, len = (size_t)(end - frame);
	const void *bytes;
	struct raw_frame now;

	bytes = datastack_find(&walker->datastack, 0, start, end - start, &window);
	if (bytes)
		return bytes;
	if (start < frame || len > FRAME_BYTES_MAX)
		return NULL;
	len = len > walker->frame_size ? len : walker->frame_size;
	bytes = snapshot_peek(walker->snapshot, frame, len);
	if (!bytes) {
		/* predicted from now on */
		if (error_catch_any(snapshot_get(walker->snapshot, frame, len, &bytes)))
			return NULL;
		walker->late |= !raw_frame_is_generators(l, raw);
	}
	now = raw_frame_decode(l, frame, bytes);
	if (now.code != raw->code || now.instr != raw->instr ||
	    now.stack_pointer != raw->stack_pointer)
		return NULL;
	return (const char *)bytes + (start - frame);
}

static bool read_words(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
		       struct stack_words *ret)
{
	const uint64_t mask = walker->view->layout->stackref_mask;
	const uint64_t start = raw->stack_pointer - sizeof(ret->below);
	const char *bytes = find_in_frame(walker, frame, raw, start, start + sizeof(*ret));

	if (!bytes)
		return false;
	memcpy(ret, bytes, sizeof(*ret));
	ret->below &= ~mask;
	ret->at &= ~mask;
	ret->above &= ~mask;
	return true;
}

static uint64_t first_local(struct frame_walker *walker, uint64_t frame,
			    const struct raw_frame *raw)
{
	const struct py_layout *l = walker->view->layout;
	const uint64_t start = frame + (uint64_t)l->frame_localsplus;
	uint64_t word = 0;
	const char *bytes = find_in_frame(walker, frame, raw, start, start + sizeof(word));

	if (bytes)
		memcpy(&word, bytes, sizeof(word));
	return word & ~l->stackref_mask;
}

bool call_is_evident(struct frame_walker *walker, uint64_t caller_addr,
		     const struct raw_frame *caller, uint64_t callee_addr,
		     const struct raw_frame *callee, const struct code *callee_code)
{
	const struct py_layout *l = walker->view->layout;
	struct stack_words words;

	if (!read_words(walker, caller_addr, caller, &words))
		return false;
	if (callee->owner == l->generator_owner)
		return l->gen_iframe >= 0 && words.below == callee_addr - (uint64_t)l->gen_iframe;
	if (callee->func && (words.at == callee->func || words.above == callee->func))
		return true;
	/* only where it is an object of a class of its own: small numbers are everywhere */
	return callee_code->first_argument[0] && words.at &&
	       words.at == first_local(walker, callee_addr, callee);
}

uint64_t generator_on_top(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw)
{
	const struct py_layout *l = walker->view->layout;
	struct stack_words words;

	if (l->gen_iframe < 0 || !read_words(walker, frame, raw, &words) || !words.below)
		return 0;
	return words.below + (uint64_t)l->gen_iframe;
}

/*
 * Where the values of a frame end that begin at `start`: what lies above those that it has is of
 * others, if it has put its stack pointer away.
 */
static uint64_t values_end(const struct raw_frame *raw, uint64_t start, uint64_t end)
{
	return raw->stack_pointer >= start && raw->stack_pointer < end ? raw->stack_pointer : end;
}

/* Is the word among the variables and values of the frame? */
static bool frame_holds(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
			const struct code *code, uint64_t wanted)
{
	const struct py_layout *l = walker->view->layout;
	uint64_t start = frame + (uint64_t)l->frame_localsplus, word;
	uint64_t end = values_end(raw, start, frame + code->framesize);
	const char *bytes;

	bytes = end > start ? find_in_frame(walker, frame, raw, start, end) : NULL;
	for (size_t i = 0; bytes && i + sizeof(word) <= end - start; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
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

bool frame_hands_over(struct frame_walker *walker, uint64_t frame, const struct raw_frame *raw,
		      const struct code *code, uint64_t object)
{
	enum { VALUES_MAX = 32 };
	uint64_t start = frame + code->framesize - code->stacksize;
	uint64_t end = values_end(raw, start, frame + code->framesize);
	uint64_t values[VALUES_MAX];
	const char *bytes;
	size_t count;

	if (end - start > sizeof(values)) /* those on top */
		start = end - sizeof(values);
	bytes = end > start ? find_in_frame(walker, frame, raw, start, end) : NULL;
	if (!object || !bytes)
		return false;
	count = (end - start) / sizeof(values[0]);
	memcpy(values, bytes, count * sizeof(values[0]));
	for (size_t i = 0; i < count; i++)
		values[i] &= ~walker->view->layout->stackref_mask;
	return reach(walker->view, &walker->types, values, count, object);
}
