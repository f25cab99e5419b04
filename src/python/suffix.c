/*
 * suffix.c - compare the data stack with what it was.
 *
 * Frames lie in the data stack without a gap, root first, so its bytes up to a frame say which
 * frames there are below. The interpreter's entry frames between them lie elsewhere, but do not
 * change while they are linked; frames of generators do, and from the lowest of them on nothing is
 * taken over.
 */
#include "suffix.h"

#include <string.h>

enum {
	COMPARED_FIRST = 512, /* bytes at once; fewer and fewer where they differ */
	COMPARED_LAST = 64,
	COMPARED_LESS = 8,
	SEARCH_MAX = 32, /* frames that are gone since */
};

/* The first of these words that differs; `count` when none does. */
static size_t equal_words(const char *a, const char *b, size_t count)
{
	size_t i = 0;

	for (; i < count; i++) {
		uint64_t x, y;

		memcpy(&x, a + i * sizeof(x), sizeof(x));
		memcpy(&y, b + i * sizeof(y), sizeof(y));
		if (x != y)
			break;
	}
	return i;
}

/* How many bytes are equal from the start on, in whole words. */
static size_t equal_bytes(const char *a, const char *b, size_t len)
{
	size_t at = 0;

	for (size_t step = COMPARED_FIRST; step >= COMPARED_LAST; step /= COMPARED_LESS)
		while (len - at >= step && !memcmp(a + at, b + at, step))
			at += step;
	return at + equal_words(a + at, b + at, (len - at) / sizeof(uint64_t)) * sizeof(uint64_t);
}

/* From the oldest chunk on: where is the first difference? */
static void compare(struct suffix *suffix, struct snapshot *snapshot,
		    const struct datastack *datastack)
{
	size_t i = datastack->windows.count;

	suffix->is_compared = true;
	suffix->changed = 0;
	while (i-- > 0) {
		const struct datastack_window *window = &datastack->windows.items[i];
		size_t len = (size_t)((i ? window->live_end : window->end) - window->start);
		const char *before = snapshot_before(snapshot, window->start, len);
		size_t head = (size_t)(window->data - window->start), equal = 0;

		if (before)
			equal = head + equal_bytes(window->bytes + head, before + head, len - head);
		suffix->window = i;
		suffix->changed = window->start + equal;
		if (equal < len)
			return;
	}
}

/* Has nothing changed up to that address? Mostly so, and told much sooner than what has. */
static bool is_same(struct snapshot *snapshot, const struct datastack *datastack, size_t window,
		    uint64_t addr)
{
	for (size_t i = datastack->windows.count; i-- > window;) {
		const struct datastack_window *w = &datastack->windows.items[i];
		size_t len = (size_t)((i > window ? w->live_end : addr) - w->start);
		size_t head = (size_t)(w->data - w->start);
		const char *before = snapshot_before(snapshot, w->start, len);

		if (!before || memcmp(w->bytes + head, before + head, len - head) != 0)
			return false;
	}
	return true;
}

bool suffix_is_same_below(struct suffix *suffix, struct snapshot *snapshot,
			  const struct datastack *datastack, size_t window, uint64_t addr)
{
	if (!suffix->is_compared) {
		if (is_same(snapshot, datastack, window, addr))
			return true;
		compare(suffix, snapshot, datastack);
	}
	return window > suffix->window || (window == suffix->window && addr <= suffix->changed);
}

/* The index of the frame at that address; the count of all when it is not found. */
static size_t search(const struct suffix *suffix, uint64_t addr)
{
	size_t end =
		suffix->at + SEARCH_MAX < suffix->count ? suffix->at + SEARCH_MAX : suffix->count;

	for (size_t i = suffix->at; i < end; i++)
		if (suffix->frames[i].addr == addr)
			return i;
	return suffix->count;
}

bool suffix_holds(const struct suffix *suffix, uint64_t addr)
{
	return suffix->frames && search(suffix, addr) < suffix->count;
}

bool suffix_find(struct suffix *suffix, uint64_t addr)
{
	size_t i = suffix->frames ? search(suffix, addr) : suffix->count;

	if (i >= suffix->count)
		return false;
	suffix->at = i;
	return true;
}

bool suffix_append(struct suffix *suffix, struct snapshot *snapshot,
		   const struct datastack *datastack, size_t window, frame_array *frames)
{
	const struct py_frame *last = frames->items + frames->count - 1;
	size_t more;

	if (!frames->count || !suffix_find(suffix, last->addr))
		return false;
	more = suffix->count - suffix->at - 1;
	if (more > suffix->pure || suffix->frames[suffix->at].code != last->code)
		return false;
	if (!suffix_is_same_below(suffix, snapshot, datastack, window, last->addr))
		return false;
	if (!array_reserve(frames, more))
		return false;
	memcpy(frames->items + frames->count, suffix->frames + suffix->at + 1,
	       more * sizeof(*frames->items));
	frames->count += more;
	suffix->taken = more;
	return true;
}
