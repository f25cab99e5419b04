/*
 * object_suffix.c - compare frame objects with what they were.
 *
 * A frame runs only while nothing is on top of it, and keeps its caller and its code object alive:
 * one that has the caller, the code and the instruction that it had is the same one, or cannot be
 * told from it. Each is compared for itself: that one is as it was does not say that its caller is,
 * which may have called it again from elsewhere, with the frame at the same address.
 */
#include "object_suffix.h"

#include <string.h>

/* Where the words of a frame stand. */
struct words {
	int32_t previous, code, instr;
	int shift; /* from an offset in bytes to what the frame has */
	size_t size;
};

static struct words words_of(const struct py_layout *l)
{
	int32_t last = l->frame_previous;

	last = l->frame_code > last ? l->frame_code : last;
	last = l->frame_instr > last ? l->frame_instr : last;
	return (struct words) {
		.previous = l->frame_previous,
		.code = l->frame_code,
		.instr = l->frame_instr,
		.shift = l->instr_shape == INSTR_UNITS ? 1 : 0,
		.size = (size_t)last + sizeof(uint64_t),
	};
}

static inline uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static inline bool is_as_it_was(const struct words *words, const char *bytes,
				const struct py_frame *was, uint64_t caller)
{
	int32_t instr;

	memcpy(&instr, bytes + words->instr, sizeof(instr));
	return word(bytes, words->previous) == caller &&
	       word(bytes, words->code) == was->code->addr && instr == was->offset >> words->shift;
}

/* How many frames from the one at hand on are as they were, `room` at most. */
static size_t count_same(const struct suffix *suffix, const struct words *words,
			 struct frame_blocks *blocks, const struct code_cache *codes, size_t room)
{
	const struct py_frame *was = suffix->frames + suffix->at;
	const struct code *trusted = NULL; /* in a recursion, most frames have the same */
	size_t count = suffix->count - suffix->at, same;

	for (same = 0; same < count && same < room; same++, was++) {
		const char *bytes = frame_blocks_find(blocks, was->addr, words->size);

		if (!bytes || !is_as_it_was(words, bytes, was, same + 1 < count ? was[1].addr : 0))
			break;
		if (was->code != trusted && !code_cache_trusts(codes, was->code))
			break;
		trusted = was->code;
	}
	return same;
}

size_t object_suffix_append(struct suffix *suffix, const struct py_layout *layout,
			    struct frame_blocks *blocks, const struct code_cache *codes,
			    size_t room, uint64_t *addr, frame_array *frames)
{
	const struct words words = words_of(layout);
	size_t same;

	if (!suffix_find(suffix, *addr))
		return 0;
	same = count_same(suffix, &words, blocks, codes, room);
	if (!same || !array_reserve(frames, same))
		return 0;
	memcpy(frames->items + frames->count, suffix->frames + suffix->at,
	       same * sizeof(*frames->items));
	frames->count += same;
	suffix->at += same;
	*addr = suffix->at < suffix->count ? suffix->frames[suffix->at].addr : 0;
	if (!*addr)
		suffix->taken = same;
	return same;
}
