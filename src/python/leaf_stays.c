/*
 * leaf_stays.c - see leaf_stays.h.
 *
 * Which stack it is, and that it existed, follows from the words of its frames and of their value
 * stacks alone, if nothing else was asked when it was walked (struct suffix, is_plain). Where those
 * words are the same, so is the answer.
 */
#include "leaf_stays.h"

/* But for the instruction and the values, are these the words of the same call? */
static bool is_same_call(const struct raw_frame *a, const struct raw_frame *b)
{
	return a->code == b->code && a->previous == b->previous && a->func == b->func &&
	       a->owner == b->owner && a->from_c == b->from_c;
}

bool leaf_stays(struct frame_walker *walker, const struct step *leaf)
{
	struct suffix *suffix = &walker->suffix;
	struct raw_frame was;
	const void *before;

	if (!suffix->is_plain || walker->uses_generators || !suffix->count ||
	    suffix->frames[0].addr != leaf->addr || suffix->frames[0].code != leaf->code)
		return false;
	before = snapshot_before(walker->snapshot, leaf->addr, walker->frame_size);
	if (!before)
		return false;
	was = raw_frame_decode(walker->view->layout, leaf->addr, before);
	if (!is_same_call(&leaf->found.raw, &was) ||
	    !suffix_is_same_below(&walker->suffix, walker->snapshot, &walker->datastack,
				  leaf->found.window, leaf->addr))
		return false;
	suffix->is_all = true;
	suffix->leaf_offset = leaf->offset;
	suffix->taken = suffix->count - 1;
	return true;
}
