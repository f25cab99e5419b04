/*
 * collector.c - who runs the cyclic garbage collector.
 *
 * Its flag `collecting` is
 *   to 3.6	  a static variable of Modules/gcmodule.c (locate_gc.h)
 *   3.7, 3.8	  in _PyRuntime.gc
 *   from 3.9	  in each interpreter's gc
 * The collector runs in whichever thread allocated once too often, which holds the GIL. Only code
 * that it calls back (finalizers) can let another thread have the GIL; from 3.15 on gc.frame says
 * whose frame called it. Free-threaded builds stop the other threads for it:
 * stoptheworld.requester.
 */
#include <string.h>

#include "attached.h"

bool collector_fields(const struct py_layout *l, int32_t *first, int32_t *last)
{
	if (l->interp_gc < 0 || l->gc_collecting < 0)
		return false;
	*first = l->interp_gc + l->gc_collecting;
	*last = *first;
	if (l->gc_frame >= 0) {
		if (l->interp_gc + l->gc_frame < *first)
			*first = l->interp_gc + l->gc_frame;
		if (l->interp_gc + l->gc_frame > *last)
			*last = l->interp_gc + l->gc_frame;
	}
	return true;
}

static uint64_t read_word(struct python *python, uint64_t addr)
{
	const void *bytes;
	uint64_t word;

	if (error_catch_any(snapshot_get(python->snapshot, addr, sizeof(word), &bytes)))
		return 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* What another version has far away is not in the slice. */
static bool is_in_slice(const struct python *python)
{
	int32_t first, last;

	return collector_fields(&python->location.layout, &first, &last) &&
	       first >= python->interp_start &&
	       (size_t)(last - python->interp_start) + sizeof(uint64_t) <= python->interp_size;
}

static bool is_collecting(struct python *python, const char *slice)
{
	const struct py_layout *l = &python->location.layout;
	int32_t flag = 0;

	if (is_in_slice(python))
		memcpy(&flag, slice + l->interp_gc + l->gc_collecting, sizeof(flag));
	else if (python->location.runtime && l->runtime_gc >= 0 && l->gc_collecting >= 0)
		flag = (int32_t)read_word(python, python->location.runtime +
							  (uint64_t)l->runtime_gc +
							  (uint64_t)l->gc_collecting);
	else if (python->location.gc_collecting)
		flag = (int32_t)read_word(python, python->location.gc_collecting);
	return flag == 1;
}

void collector_read(struct python *python, struct interp *interp, const char *slice)
{
	const struct py_layout *l = &python->location.layout;
	uint64_t requester;

	interp->gc_frame = 0;
	interp->collecting = is_collecting(python, slice);
	if (!interp->collecting) {
		interp->gc_thread = 0;
		return;
	}
	if (is_in_slice(python) && l->gc_frame >= 0)
		memcpy(&interp->gc_frame, slice + l->interp_gc + l->gc_frame,
		       sizeof(interp->gc_frame));
	if (l->flavour & PY_FREE_THREADED && l->interp_stop_requester >= 0) {
		/* no longer set while finalizers run: the last one counts */
		requester = read_word(python, interp->addr + (uint64_t)l->interp_stop_requester);
		if (requester)
			interp->gc_thread = requester;
	}
}

static bool has_frame(const struct py_thread *thread, uint64_t addr)
{
	for (size_t i = 0; addr && i < thread->frame_count; i++)
		if (thread->frames[i].addr == addr)
			return true;
	return false;
}

/* The one thread of interp that certainly runs it, or NULL. */
static struct py_thread *find_by_trace(struct python *python, const struct interp *interp)
{
	for (size_t i = 0; i < python->threads.count; i++) {
		struct py_thread *thread = &python->threads.items[i];

		if (thread->interp == interp->addr &&
		    (interp->gc_thread ? thread->tstate == interp->gc_thread
				       : has_frame(thread, interp->gc_frame)))
			return thread;
	}
	return NULL;
}

/* The thread that holds the GIL; free-threaded: the only one that is attached. */
static struct py_thread *find_by_gil(struct python *python, const struct interp *interp)
{
	struct py_thread *found = NULL;

	for (size_t i = 0; i < python->threads.count; i++) {
		struct py_thread *thread = &python->threads.items[i];

		if (thread->interp != interp->addr || !thread->holds_gil)
			continue;
		if (found)
			return NULL;
		found = thread;
	}
	return found;
}

void collector_mark(struct python *python)
{
	for (size_t i = 0; i < python->interps.count; i++) {
		const struct interp *interp = python->interps.items[i];
		struct py_thread *thread;

		if (!interp->collecting)
			continue;
		thread = find_by_trace(python, interp);
		if (!thread)
			thread = find_by_gil(python, interp);
		if (thread)
			thread->in_gc = true;
	}
}
