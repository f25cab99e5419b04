/*
 * codes_ahead.c - one call for the code objects of several frames, not one for each as the walk
 * comes to it.
 */
#include "codes_ahead.h"

#include "climb.h"

enum { AHEAD_MAX = 16 /* frames at once */ };

void codes_read_ahead(struct frame_walker *walker, const struct raw_frame *raw)
{
	struct mem_range ranges[AHEAD_MAX * CODE_WANTS_MAX];
	size_t count = code_cache_wants(walker->codes, walker->snapshot, raw->code, ranges);
	uint64_t addr = raw->previous;
	const void *bytes;

	if (!count)
		return;
	for (int i = 1; i < AHEAD_MAX && (bytes = frame_copied(walker, addr)); i++) {
		const struct raw_frame below = raw_frame_decode(walker->view->layout, addr, bytes);

		if (!raw_frame_is_shim(walker->view->layout, &below))
			count += code_cache_wants(walker->codes, walker->snapshot, below.code,
						  ranges + count);
		/* from there on it is most likely as it was, and taken over */
		if (suffix_holds(&walker->suffix, addr))
			break;
		addr = below.previous;
	}
	(void)error_catch_any(snapshot_want(walker->snapshot, ranges, count));
}

void codes_read_ahead_up(struct frame_walker *walker, uint64_t addr)
{
	struct mem_range ranges[AHEAD_MAX * CODE_WANTS_MAX];
	struct step step = { .addr = addr };
	size_t count = 0;
	uint64_t below = 0;

	for (int i = 0; i < AHEAD_MAX; i++) {
		const char *bytes = datastack_find(&walker->datastack, 0, step.addr,
						   walker->frame_size, &step.found.window);

		if (!bytes)
			break;
		step.found.raw = raw_frame_decode(walker->view->layout, step.addr, bytes);
		step.code = code_cache_peek(walker->codes, step.found.raw.code);
		if (!step.code || !step.code->framesize)
			break;
		count += code_cache_wants(walker->codes, walker->snapshot, step.code->addr,
					  ranges + count);
		/* what lies above the leaf is looked at, but not what lies above that */
		if (below && step.found.raw.previous != below &&
		    step_caller_behind_c(walker, &step) != below)
			break;
		below = step.addr;
		step.addr = step_place_above(walker, &step);
	}
	(void)error_catch_any(snapshot_want(walker->snapshot, ranges, count));
}
