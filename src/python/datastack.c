/*
 * datastack.c - copy the chunks of a thread's data stack, check frames against their geometry.
 */
#include "datastack.h"

#include <string.h>

enum {
	CHUNK_USUAL = 16 * 1024, /* DATA_STACK_CHUNK_SIZE, Python/pystate.c, 3.11 to 3.15 */
	CHUNK_MAX = 64 << 20,    /* bytes; one frame with a million locals needs 8 MB */
	CHUNKS_MAX = 1 << 16,    /* 1 GB of frames */
	SLACK = 1024,            /* copied behind the top, at least: calls of the next tick */
	STEP = 512,              /* copied more or less at once */
	HEADER_MAX = 64,
};

void datastack_init(struct datastack *stack)
{
	*stack = (struct datastack) { 0 };
}

void datastack_deinit(struct datastack *stack)
{
	array_deinit(&stack->windows);
}

/*
 * At least `need` bytes of the chunk, more where they are to be had: what the last copy held, or
 * some slack up to the usual size. *late: it was not predicted, so it was read after the thread
 * state.
 */
static struct error *copy_chunk(struct snapshot *snapshot, uint64_t chunk, size_t need,
				struct datastack_window *window, bool *late)
{
	size_t wanted = (need + SLACK + STEP - 1) / STEP * STEP;
	const void *bytes;
	struct error *err = NULL;

	if (wanted > CHUNK_USUAL)
		wanted = need > CHUNK_USUAL ? need : CHUNK_USUAL;
	bytes = snapshot_peek(snapshot, chunk, wanted);
	if (!bytes) {
		*late = true;
		err = snapshot_get(snapshot, chunk, wanted, &bytes);
		if (error_catch(&err, ERROR_FAULT)) {
			wanted = need;
			err = snapshot_get(snapshot, chunk, need, &bytes);
		}
	}
	if (!err)
		*window = (struct datastack_window) { .start = chunk,
						      .end = chunk + wanted,
						      .bytes = bytes };
	return err;
}

static uint64_t word_at(const char *bytes, int32_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* A chunk that is not the newest says itself how much of it is live. */
static struct error *copy_older(const struct py_view *view, struct snapshot *snapshot,
				uint64_t chunk, struct datastack_window *window, bool *late)
{
	const struct py_layout *l = view->layout;
	size_t header = (size_t)l->chunk_data;
	uint64_t top;
	struct error *err;

	err = copy_chunk(snapshot, chunk, header, window, late);
	if (err)
		return err;
	top = word_at(window->bytes, l->chunk_top);
	if (top > CHUNK_MAX / 8)
		return &error_torn;
	if (window->end - window->start < header + top * 8) {
		err = copy_chunk(snapshot, chunk, header + (size_t)top * 8, window, late);
		if (err)
			return err;
	}
	window->live_end = chunk + header + top * 8;
	return NULL;
}

struct error *datastack_read(struct datastack *stack, const struct py_view *view,
			     struct snapshot *snapshot, const struct tstate *tstate, bool *late)
{
	const struct py_layout *l = view->layout;
	uint64_t chunk = tstate->datastack_chunk, need = tstate->datastack_top - chunk;
	struct datastack_window window;
	struct error *err;

	stack->windows.count = 0;
	if (!chunk)
		return NULL;
	if (need < (uint64_t)l->chunk_data || need > CHUNK_MAX)
		return &error_torn;
	err = copy_chunk(snapshot, chunk, (size_t)need, &window, late);
	if (!err)
		window.live_end = tstate->datastack_top;
	while (!err) {
		chunk = word_at(window.bytes, l->chunk_previous);
		window.data = window.start + (uint64_t)l->chunk_data;
		/* the first word of the oldest one holds nothing (push_chunk, Python/pystate.c) */
		if (!chunk)
			window.data += sizeof(uint64_t);
		/* all that is live of an older one is compared, and copied from its start on */
		if (stack->windows.count && window.live_end < window.data)
			return &error_torn;
		if (!array_push(&stack->windows, window))
			return &error_nomem;
		if (!chunk)
			return NULL;
		if (stack->windows.count >= CHUNKS_MAX || chunk % sizeof(uint64_t))
			return &error_torn;
		err = copy_older(view, snapshot, chunk, &window, late);
	}
	return err;
}

const char *datastack_find(const struct datastack *stack, size_t from, uint64_t addr, size_t len,
			   size_t *window)
{
	for (size_t i = from; i < stack->windows.count; i++) {
		const struct datastack_window *w = &stack->windows.items[i];

		if (addr >= w->data && addr < w->end && len <= w->end - addr) {
			*window = i;
			return w->bytes + (addr - w->start);
		}
	}
	return NULL;
}

bool datastack_fits(const struct datastack *stack, struct datastack_place *place, size_t window,
		    uint64_t addr, uint32_t framesize)
{
	const struct datastack_window *w = &stack->windows.items[window];
	const struct datastack_place above = *place;

	*place = (struct datastack_place) { window, addr };
	if (!above.frame || !framesize)
		return true;
	if (above.window == window)
		return addr + framesize == above.frame;
	/* the first frame of a chunk: the one below ends where the older chunk was left */
	return window == above.window + 1 &&
	       above.frame == stack->windows.items[above.window].data &&
	       addr + framesize == w->live_end;
}
