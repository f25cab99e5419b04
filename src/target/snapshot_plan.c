/*
 * snapshot_plan.c - what the next round reads, and in which pieces.
 *
 * A further piece of a call costs about as much as one and a half further pages of the same piece.
 * So a range that begins less than a page behind the start or end of the one before it is read
 * together with it. A gap that short never holds a whole page, hence no page that nobody asked for.
 * Those that are to be read last are sorted by address first: words of one structure become one
 * piece, in whatever order they are asked for.
 */
#include "snapshot_state.h"

enum {
	BRIDGE_MAX = 4095, /* bytes between two ranges that are read as one: see above */
	LAST_MAX = 8,      /* of those read last: so many are looked at one by one */
};

void snapshot_forget(struct snapshot *snapshot)
{
	snapshot->ranges.count = 0;
	snapshot->order.count = 0;
	snapshot->pages.count = 0;
	snapshot->indexed = 0;
	snapshot->last_start = snapshot->last_end = 0;
	snapshot->hint = 0;
}

/* Adds what was used and is to be read last, or not, to the ranges of the next round. */
static void ranges_carry(const struct snapshot *snapshot, bool last, range_array *next)
{
	for (size_t i = 0; i < snapshot->order.count; i++) {
		const struct range *range = &snapshot->ranges.items[snapshot->order.items[i]];

		if (range->len && range->last == last && !range->done)
			next->items[next->count++] = (struct range) { .addr = range->addr,
								      .len = range->len,
								      .before = range->data };
	}
}

/* By insertion: they are few, and hardly change their order from round to round. */
static void ranges_sort(struct range *ranges, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct range range = ranges[i];
		size_t k = i;

		for (; k && ranges[k - 1].addr > range.addr; k--)
			ranges[k] = ranges[k - 1];
		ranges[k] = range;
	}
}

/* The ranges of the next round with their order, in the place of those of this one. */
static bool snapshot_advance(struct snapshot *snapshot)
{
	range_array next = snapshot->next;
	size_t last, count;

	next.count = 0;
	if (!array_reserve(&next, snapshot->order.count))
		return false;
	ranges_carry(snapshot, false, &next);
	last = next.count;
	ranges_carry(snapshot, true, &next);
	count = next.count - last < LAST_MAX ? next.count - last : LAST_MAX;
	if (count)
		ranges_sort(next.items + last, count);
	snapshot->next = snapshot->ranges;
	snapshot_forget(snapshot);
	snapshot->ranges = next;
	snapshot->last_start = last;
	snapshot->last_end = last + count;
	return true;
}

/* How many ranges from `first` on are read as one piece, which is put into `read`. */
static size_t ranges_bridge(const struct range *ranges, size_t count, struct mem_range *read)
{
	uint64_t end = ranges[0].addr + ranges[0].len;
	size_t n = 1;

	while (n < count && ranges[n].addr >= ranges[0].addr &&
	       (ranges[n].addr <= end || ranges[n].addr - end <= BRIDGE_MAX)) {
		if (ranges[n].addr + ranges[n].len > end)
			end = ranges[n].addr + ranges[n].len;
		n++;
	}
	*read = (struct mem_range) { .addr = ranges[0].addr, .len = end - ranges[0].addr };
	return n;
}

/* The pieces to read and where their bytes go. What has no room is not predicted. */
static bool plan_pieces(struct snapshot *snapshot)
{
	range_array *ranges = &snapshot->ranges;
	size_t n;

	snapshot->reads.count = 0;
	if (!array_reserve(&snapshot->reads, ranges->count) ||
	    !array_reserve(&snapshot->order, ranges->count))
		return false;
	for (size_t i = 0; i < ranges->count; i += n) {
		struct mem_range read;

		n = ranges_bridge(&ranges->items[i], ranges->count - i, &read);
		read.buf = copies_room(&snapshot->copies, read.addr, read.len);
		if (!read.buf) {
			ranges->count = i;
			snapshot->last_start = snapshot->last_end = i;
			break;
		}
		for (size_t k = i; k < i + n; k++) {
			struct range *range = &ranges->items[k];

			range->data = (char *)read.buf + (range->addr - read.addr);
		}
		snapshot->reads.items[snapshot->reads.count++] = read;
	}
	return true;
}

/*
 * Was all that was predicted used, nothing else, and in the same order? Where it was read last, the
 * order is that of addresses.
 */
static bool plan_was_right(const struct snapshot *snapshot)
{
	const struct range *ranges = snapshot->ranges.items;
	uint32_t first = 0;

	if (!snapshot->ranges.count || snapshot->order.count != snapshot->ranges.count ||
	    snapshot->last_end != snapshot->ranges.count)
		return false;
	for (size_t i = 0; i < snapshot->order.count; i++) {
		uint32_t used = snapshot->order.items[i];

		if (!ranges[used].len || ranges[used].done ||
		    ranges[used].last != (used >= snapshot->last_start) ||
		    (!ranges[used].last && used != first++))
			return false;
	}
	return true;
}

/* The plan of this round is that of the next one: nothing but the places of the copies changes. */
static bool snapshot_repeat(struct snapshot *snapshot)
{
	ptrdiff_t distance;

	if (!plan_was_right(snapshot) ||
	    !copies_repeat(&snapshot->copies, &snapshot->before, &distance))
		return false;
	for (size_t i = 0; i < snapshot->ranges.count; i++) {
		struct range *range = &snapshot->ranges.items[i];

		range->before = range->data;
		range->data += distance;
		range->used = range->last = false;
	}
	for (size_t i = 0; i < snapshot->reads.count; i++)
		snapshot->reads.items[i].buf = (char *)snapshot->reads.items[i].buf + distance;
	snapshot->order.count = 0;
	snapshot->hint = 0;
	return true;
}

bool snapshot_plan(struct snapshot *snapshot)
{
	const struct copies copies = snapshot->before;

	snapshot->before = snapshot->copies;
	snapshot->copies = copies;
	return snapshot_repeat(snapshot) ||
	       (snapshot_advance(snapshot) && copies_clear(&snapshot->copies) &&
		plan_pieces(snapshot));
}
