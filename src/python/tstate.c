/*
 * tstate.c - PyThreadState: one slice from the first to the last field of interest.
 */
#include "tstate.h"

#include <string.h>

int32_t tstate_frame_field(const struct py_layout *l)
{
	switch (l->frame_shape) {
	case FRAME_OBJECT:
		return l->tstate_frame;
	case FRAME_CFRAME:
		return l->tstate_cframe;
	default:
		return l->tstate_current_frame;
	}
}

/*
 * Of use where the thread state does not say which frame is current: the exception state of a
 * generator is the thread's for as long as it runs (gen_send_ex2, Objects/genobject.c).
 */
static int32_t exc_info_field(const struct py_layout *l)
{
	return l->frame_shape == FRAME_CFRAME ? l->tstate_exc_info : -1;
}

/* Where the thread state names the current frame. Until 3.12 calls of C code are counted, too. */
static int32_t recursion_field(const struct py_layout *l, int32_t field)
{
	return l->frame_shape == FRAME_DIRECT ? field : -1;
}

struct tstate_plan tstate_plan(const struct py_layout *l)
{
	const int32_t fields[] = {
		l->tstate_next,
		l->tstate_interp,
		tstate_frame_field(l),
		l->tstate_thread_id,
		l->tstate_native_thread_id,
		l->tstate_datastack_chunk,
		l->tstate_datastack_top,
		l->tstate_status,
		l->tstate_state,
		l->tstate_holds_gil,
		exc_info_field(l),
		recursion_field(l, l->tstate_recursion_limit),
		recursion_field(l, l->tstate_recursion_remaining),
	};
	int32_t first = INT32_MAX, last = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i] < 0)
			continue;
		if (fields[i] < first)
			first = fields[i];
		if (fields[i] > last)
			last = fields[i];
	}
	if (first > last || last - first > TSTATE_SPAN_MAX - (int32_t)sizeof(uint64_t))
		return (struct tstate_plan) { 0, 0 };
	return (struct tstate_plan) { first, (size_t)(last - first) + sizeof(uint64_t) };
}

static uint64_t word(const struct tstate_plan *plan, const char *bytes, int32_t offset)
{
	uint64_t value = 0;

	if (offset >= 0)
		memcpy(&value, bytes + (offset - plan->start), sizeof(value));
	return value;
}

static uint32_t half_word(const struct tstate_plan *plan, const char *bytes, int32_t offset)
{
	uint32_t value = 0;

	if (offset >= 0)
		memcpy(&value, bytes + (offset - plan->start), sizeof(value));
	return value;
}

static bool says_holds_gil(const struct py_layout *l, const struct tstate_plan *plan,
			   const char *bytes)
{
	if (l->tstate_holds_gil >= 0)
		return half_word(plan, bytes, l->tstate_holds_gil) != 0;
	if (l->holds_gil_bit >= 0 && l->tstate_status >= 0)
		return half_word(plan, bytes, l->tstate_status) >> l->holds_gil_bit & 1;
	return false;
}

static uint64_t running_generator(const struct py_layout *l, const struct tstate_plan *plan,
				  const char *bytes, uint64_t tstate)
{
	uint64_t exc_info = word(plan, bytes, exc_info_field(l));

	/* its own, which is the last of the stack of them, lies in the thread state */
	if (!exc_info || l->gen_exc_state < 0 || exc_info - tstate < (uint64_t)l->tstate_size)
		return 0;
	return exc_info - (uint64_t)l->gen_exc_state + (uint64_t)l->gen_iframe;
}

static int32_t depth(const struct py_layout *l, const struct tstate_plan *plan, const char *bytes)
{
	const uint32_t limit =
		half_word(plan, bytes, recursion_field(l, l->tstate_recursion_limit));
	const uint32_t remaining =
		half_word(plan, bytes, recursion_field(l, l->tstate_recursion_remaining));

	return limit > remaining && limit - remaining <= INT32_MAX ? (int32_t)(limit - remaining)
								   : 0;
}

struct error *tstate_read(const struct py_layout *l, const struct tstate_plan *plan,
			  struct snapshot *snapshot, uint64_t addr, struct tstate *ret)
{
	const void *bytes;
	struct error *err =
		snapshot_get(snapshot, addr + (uint64_t)plan->start, plan->size, &bytes);

	if (err)
		return err;
	*ret = (struct tstate) {
		.addr = addr,
		.next = word(plan, bytes, l->tstate_next),
		.interp = word(plan, bytes, l->tstate_interp),
		.frame = word(plan, bytes, tstate_frame_field(l)),
		.ident = word(plan, bytes, l->tstate_thread_id),
		.ns_tid = (pid_t)word(plan, bytes, l->tstate_native_thread_id),
		.datastack_chunk = word(plan, bytes, l->tstate_datastack_chunk),
		.datastack_top = word(plan, bytes, l->tstate_datastack_top),
		.generator = running_generator(l, plan, bytes, addr),
		.depth = depth(l, plan, bytes),
		.is_attached = half_word(plan, bytes, l->tstate_state) == TSTATE_ATTACHED,
		.holds_gil = says_holds_gil(l, plan, bytes),
	};
	return NULL;
}
