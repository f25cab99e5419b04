/*
 * known.c - the threads that are remembered, by thread state.
 */
#include "known.h"

#include <stdlib.h>

struct known_thread *known_thread_find(struct known_thread *threads, uint64_t tstate)
{
	struct known_thread *known;

	HASH_FIND(hh, threads, &tstate, sizeof(tstate), known);
	return known;
}

struct known_thread *known_thread_get(struct known_thread **threads, uint64_t tstate)
{
	struct known_thread *known = known_thread_find(*threads, tstate);

	if (known)
		return known;
	known = calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	known->tstate = tstate;
	HASH_ADD(hh, *threads, tstate, sizeof(known->tstate), known);
	if (known->hh.tbl)
		return known;
	free(known);
	return NULL;
}

void known_threads_forget(struct known_thread **threads, uint64_t pass)
{
	struct known_thread *known, *next;

	HASH_ITER (hh, *threads, known, next) {
		if (known->pass >= pass)
			continue;
		HASH_DEL(*threads, known);
		array_deinit(&known->frames);
		array_deinit(&known->footprint);
		frame_blocks_deinit(&known->blocks);
		free(known);
	}
}

static bool is_stale(const struct known_thread *known)
{
	for (size_t i = 0; i < known->frames.count; i++)
		if (known->frames.items[i].code->is_stale)
			return true;
	return false;
}

void known_threads_drop_stale(struct known_thread *threads)
{
	struct known_thread *known, *next;

	HASH_ITER (hh, threads, known, next) {
		if (known->has_stack && is_stale(known))
			known->has_stack = false;
	}
}
