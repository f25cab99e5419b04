/*
 * frame_find.c - find a frame in the copy of a thread's memory, and its code.
 *
 * What was not predicted is read when it is asked for, later than the thread state: the walk is
 * told, and does not believe it.
 */
#include "frame_find.h"

#include <string.h>

#include "codes_ahead.h"
#include "seen_stacks.h"

struct error *frame_walker_init(struct frame_walker *walker, const struct py_view *view,
				struct snapshot *snapshot, struct code_cache *codes)
{
	enum {
		FRAME_ROUNDS = 32,
		CFRAME_ROUNDS = 256, /* they are few, and close to each other */
	};
	struct error *err;

	*walker = (struct frame_walker) {
		.view = view,
		.snapshot = snapshot,
		.codes = codes,
		.frame_size = raw_frame_size(view->layout),
		.cframe_span = cframe_span(view->layout),
		.recent_frames = { .rounds = FRAME_ROUNDS },
		.recent_cframes = { .rounds = CFRAME_ROUNDS },
	};
	datastack_init(&walker->datastack);
	err = edge_set_create(&walker->edges);
	if (!err)
		err = resumers_create(&walker->resumers);
	if (!err)
		err = tops_create(&walker->tops);
	return err ? err : seen_stacks_create(&walker->seen);
}

void frame_walker_deinit(struct frame_walker *walker)
{
	edge_set_destroy(walker->edges);
	resumers_destroy(walker->resumers);
	tops_destroy(walker->tops);
	seen_stacks_destroy(walker->seen);
	array_deinit(&walker->doubts);
	datastack_deinit(&walker->datastack);
}

void frame_walker_keep_recent(struct frame_walker *walker)
{
	recent_keep(&walker->recent_frames, walker->snapshot);
	recent_keep(&walker->recent_cframes, walker->snapshot);
}

/*
 * Free-threaded 3.14 and later: each thread runs a copy of the instructions of its own (co_tlbc: a
 * size, then the addresses; Include/cpython/code.h). Offset in that copy.
 */
static struct error *offset_in_copy(struct frame_walker *walker, const struct code *code,
				    const struct raw_frame *raw, uint64_t *offset)
{
	enum { TLBC_MAX = 1 << 16 /* threads */ };
	const struct py_layout *l = walker->view->layout;
	uint64_t array, copy;
	const void *bytes;
	struct error *err;

	if (raw->tlbc_index <= 0 || raw->tlbc_index > TLBC_MAX || l->code_tlbc <= 0)
		return &error_torn;
	err = snapshot_get(walker->snapshot, code->addr + (uint64_t)l->code_tlbc, sizeof(array),
			   &bytes);
	if (err)
		return err;
	memcpy(&array, bytes, sizeof(array));
	err = snapshot_get(walker->snapshot,
			   array + sizeof(uint64_t) * (1 + (uint64_t)raw->tlbc_index), sizeof(copy),
			   &bytes);
	if (err)
		return err;
	memcpy(&copy, bytes, sizeof(copy));
	*offset = raw->instr - copy;
	return NULL;
}

/* Offset of the instruction in bytes, -1 before the first; &error_torn when outside the code. */
static struct error *instruction_offset(struct frame_walker *walker, const struct code *code,
					const struct raw_frame *raw, int32_t *ret)
{
	uint64_t offset = raw->instr;
	struct error *err;

	switch (walker->view->layout->instr_shape) {
	case INSTR_BYTES:
		break;
	case INSTR_UNITS:
		offset *= 2;
		break;
	case INSTR_POINTER:
		offset = raw->instr - code->instructions;
		if ((int64_t)offset >= -2 && (int64_t)offset < (int64_t)code->size)
			break;
		err = offset_in_copy(walker, code, raw, &offset);
		if (err)
			return err;
		break;
	}
	if ((int64_t)offset >= -2 && (int64_t)offset < 0) {
		*ret = -1;
		return NULL;
	}
	if (offset >= code->size)
		return &error_torn;
	*ret = (int32_t)offset;
	return NULL;
}

/* The code object at an address that has to be read, or checked. */
static struct error *look_up_code(struct frame_walker *walker, const struct raw_frame *raw,
				  const struct code **ret)
{
	size_t window;

	/* an address of its own stack is a value, where a frame has ended */
	if (datastack_find(&walker->datastack, 0, raw->code, 1, &window))
		return &error_torn;
	codes_read_ahead(walker, raw);
	return code_cache_get(walker->codes, walker->snapshot, raw->code, ret);
}

struct error *find_code(struct frame_walker *walker, const struct raw_frame *raw,
			const struct code **code, int32_t *offset)
{
	struct error *err = NULL;

	if (!code_cache_recall(walker->codes, raw->code, code))
		err = look_up_code(walker, raw, code);
	if (!err)
		err = instruction_offset(walker, *code, raw, offset);
	if (error_catch(&err, ERROR_FAULT))
		err = &error_torn;
	return err;
}

struct error *check_function(struct frame_walker *walker, const struct raw_frame *raw,
			     const struct code *code)
{
	const struct py_layout *l = walker->view->layout;
	const struct edge pair = { raw->func, code->id, INT64_MIN };
	uint64_t function_code;
	struct error *err;

	if (!raw->func || l->function_code < 0 || edge_set_has(walker->edges, &pair))
		return NULL;
	err = mem_read_u64(walker->view->mem, raw->func + (uint64_t)l->function_code,
			   &function_code);
	if (err)
		return err->kind == ERROR_FAULT ? &error_torn : err;
	return function_code == code->addr ? edge_set_add(walker->edges, &pair) : &error_torn;
}

bool frame_has_returned(const struct raw_frame *raw, const struct code *code, int32_t offset)
{
	return raw->stack_pointer && code_leaves_at(code, offset);
}

bool frame_is_at_work(const struct frame_walker *walker, const struct raw_frame *raw,
		      const struct code *code, int32_t offset)
{
	return (!raw->stack_pointer || walker->view->layout->frame_stackpointer >= 0) &&
	       offset > 0 && !code_leaves_at(code, offset);
}

bool frame_seems_over(struct frame_walker *walker, const struct raw_frame *raw)
{
	const struct code *code = code_cache_peek(walker->codes, raw->code);
	int32_t offset;

	return code && !error_catch_any(instruction_offset(walker, code, raw, &offset)) &&
	       frame_has_returned(raw, code, offset);
}

struct error *first_frame(struct frame_walker *walker, const struct tstate *tstate, uint64_t *ret)
{
	const struct py_layout *l = walker->view->layout;
	bool late = false;
	struct error *err;

	*ret = tstate->frame;
	if (l->frame_shape != FRAME_CFRAME || !tstate->frame) {
		walker->current_word = tstate->addr + (uint64_t)tstate_frame_field(l);
		return NULL;
	}
	walker->current_word = tstate->frame + (uint64_t)l->cframe_current_frame;
	err = cframe_read(&walker->cframe_span, l, walker->snapshot, tstate->frame, ret, &late);
	if (!err && late) {
		walker->late = true;
		recent_add(&walker->recent_cframes,
			   tstate->frame + (uint64_t)(int64_t)walker->cframe_span.start,
			   walker->cframe_span.size);
	}
	return err;
}

const void *frame_copied(struct frame_walker *walker, uint64_t addr)
{
	const void *bytes;
	size_t window;

	if (!addr)
		return NULL;
	bytes = datastack_find(&walker->datastack, 0, addr, walker->frame_size, &window);
	if (!bytes && walker->blocks)
		bytes = frame_blocks_find(walker->blocks, addr, walker->frame_size);
	return bytes ? bytes : snapshot_glance(walker->snapshot, addr, walker->frame_size);
}

struct error *find_frame(struct frame_walker *walker, size_t from_window, uint64_t addr,
			 struct found_frame *ret)
{
	const struct py_layout *l = walker->view->layout;
	const void *bytes;
	bool late = false;
	struct error *err;

	bytes = datastack_find(&walker->datastack, from_window, addr, walker->frame_size,
			       &ret->window);
	ret->in_window = bytes != NULL;
	if (!bytes && walker->blocks)
		bytes = frame_blocks_find(walker->blocks, addr, walker->frame_size);
	if (!bytes)
		bytes = snapshot_peek(walker->snapshot, addr, walker->frame_size);
	if (!bytes) {
		late = true;
		if (walker->blocks) {
			err = frame_blocks_add(walker->blocks, walker->snapshot, addr,
					       walker->frame_size);
			if (err)
				return err;
		}
		err = snapshot_get(walker->snapshot, addr, walker->frame_size, &bytes);
		if (err)
			return err;
	}
	ret->raw = raw_frame_decode(l, addr, bytes);
	/* a frame that a thread owns (0) lies on its data stack; this is none */
	if (ret->raw.owner == 0 && !ret->in_window)
		return &error_torn;
	ret->is_late = late;
	if (late && !walker->blocks)
		recent_add(&walker->recent_frames, addr, walker->frame_size);
	/*
	 * The interpreter's own frames on the C stack do not change while they are linked. Of a
	 * generator's frame, the walk knows how to tell what a later moment is good for.
	 */
	if (late && !raw_frame_is_shim(l, &ret->raw) && !raw_frame_is_generators(l, &ret->raw))
		walker->late = true;
	return NULL;
}
