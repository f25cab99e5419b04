/*
 * snapshot.c - predicted pieces of a target's memory, copied in one call a round.
 *
 * Ranges lie in the order in which the last round first asked for them, so the next thing asked
 * for is nearly always in the range of the last hit or the one after it: no search. What those two
 * do not hold is looked up in a table by page, which is filled only in rounds that need it. What is
 * read together, snapshot_plan.c says.
 */
#include "target/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot_state.h"

enum {
	PAGE_SHIFT = 12, /* of the table; any size would do */
	NONE = UINT32_MAX,
};

struct error *snapshot_create(struct mem *mem, struct snapshot **ret)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return &error_nomem;
	snapshot->mem = mem;
	*ret = snapshot;
	return NULL;
}

void snapshot_destroy(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	array_deinit(&snapshot->ranges);
	array_deinit(&snapshot->next);
	array_deinit(&snapshot->order);
	array_deinit(&snapshot->reads);
	array_deinit(&snapshot->wants);
	array_deinit(&snapshot->pages);
	free(snapshot->buckets);
	copies_deinit(&snapshot->copies);
	copies_deinit(&snapshot->before);
	free(snapshot);
}

static size_t bucket_of(const struct snapshot *snapshot, uint64_t page)
{
	return (size_t)(page * 0x9e3779b97f4a7c15u >> 32) & (snapshot->bucket_count - 1);
}

static bool buckets_resize(struct snapshot *snapshot, size_t wanted)
{
	size_t count = snapshot->bucket_count ? snapshot->bucket_count : 256;
	uint32_t *buckets;

	while (count < wanted)
		count *= 2;
	if (count != snapshot->bucket_count) {
		buckets = malloc(count * sizeof(*buckets));
		if (!buckets)
			return false;
		free(snapshot->buckets);
		snapshot->buckets = buckets;
		snapshot->bucket_count = count;
	}
	memset(snapshot->buckets, 0xff, count * sizeof(*buckets)); /* NONE */
	for (size_t i = 0; i < snapshot->pages.count; i++) {
		struct page *page = &snapshot->pages.items[i];
		uint32_t *head = &snapshot->buckets[bucket_of(snapshot, page->number)];

		page->next = *head;
		*head = (uint32_t)i;
	}
	return true;
}

/* Puts the ranges that came since the last time into the table; false when out of memory. */
static bool snapshot_index(struct snapshot *snapshot)
{
	for (; snapshot->indexed < snapshot->ranges.count; snapshot->indexed++) {
		const struct range *range = &snapshot->ranges.items[snapshot->indexed];
		uint64_t first = range->addr >> PAGE_SHIFT;
		uint64_t last = (range->addr + range->len - 1) >> PAGE_SHIFT;
		size_t have = snapshot->pages.count;

		if (!range->len)
			continue;
		if (!array_reserve(&snapshot->pages, (size_t)(last - first + 1)))
			return false;
		if ((!have || have + (last - first) >= snapshot->bucket_count) &&
		    !buckets_resize(snapshot, have + (size_t)(last - first + 1)))
			return false;
		for (uint64_t page = first; page <= last; page++) {
			uint32_t *head = &snapshot->buckets[bucket_of(snapshot, page)];
			size_t i = snapshot->pages.count++;

			snapshot->pages.items[i] =
				(struct page) { page, (uint32_t)snapshot->indexed, *head };
			*head = (uint32_t)i;
		}
	}
	return true;
}

static bool range_holds(const struct range *range, uint64_t addr, size_t len)
{
	return addr >= range->addr && len <= range->len && addr - range->addr <= range->len - len;
}

/* Of those that were read last. */
static struct range *snapshot_find_last(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	struct range *ranges = snapshot->ranges.items;

	if (!ranges)
		return NULL;
	for (size_t i = snapshot->last_start; i < snapshot->last_end; i++)
		if (range_holds(&ranges[i], addr, len))
			return &ranges[i];
	return NULL;
}

/* The range that holds it all, or NULL. */
static struct range *snapshot_find(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	struct range *ranges = snapshot->ranges.items, *last;
	uint64_t number = addr >> PAGE_SHIFT;
	size_t hint = snapshot->hint;

	if (!ranges)
		return NULL;
	for (size_t i = hint; i < hint + 2 && i < snapshot->ranges.count; i++)
		if (range_holds(&ranges[i], addr, len)) {
			snapshot->hint = i;
			return &ranges[i];
		}
	last = snapshot_find_last(snapshot, addr, len);
	if (last) /* what is asked for next lies near the hint all the same */
		return last;
	if (!snapshot_index(snapshot) || !snapshot->pages.count)
		return NULL;
	for (uint32_t i = snapshot->buckets[bucket_of(snapshot, number)]; i != NONE;) {
		const struct page *page = &snapshot->pages.items[i];

		if (page->number == number && range_holds(&ranges[page->range], addr, len)) {
			snapshot->hint = page->range;
			return &ranges[page->range];
		}
		i = page->next;
	}
	return NULL;
}

/* Has it read in the next round. There is room: see range_add(). */
static void range_use(struct snapshot *snapshot, struct range *range)
{
	if (range->used)
		return;
	range->used = true;
	snapshot->order.items[snapshot->order.count++] = (uint32_t)(range - snapshot->ranges.items);
}

/* A range of this round, not read yet. The order has room for all ranges at any time. */
static struct range *range_add(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	size_t count = snapshot->ranges.count;
	char *data;

	if (count >= SNAPSHOT_RANGES_MAX || !array_reserve(&snapshot->ranges, 1) ||
	    !array_reserve(&snapshot->order, count + 1 - snapshot->order.count))
		return NULL;
	data = copies_room(&snapshot->copies, addr, len);
	if (!data)
		return NULL;
	snapshot->ranges.items[count] = (struct range) { .addr = addr, .len = len, .data = data };
	snapshot->ranges.count++;
	return &snapshot->ranges.items[count];
}

/* Ranges of pieces that could not be read hold nothing from here on. */
static void snapshot_drop_failed(struct snapshot *snapshot)
{
	size_t k = 0;

	for (size_t i = 0; i < snapshot->reads.count; i++) {
		const struct mem_range *read = &snapshot->reads.items[i];
		const char *end = (const char *)read->buf + read->len;

		for (; k < snapshot->ranges.count; k++) {
			struct range *range = &snapshot->ranges.items[k];

			if (range->data < (const char *)read->buf || range->data >= end)
				break;
			if (!read->ok)
				range->len = 0;
		}
	}
}

struct error *snapshot_begin(struct snapshot *snapshot)
{
	struct error *err = &error_nomem;

	if (snapshot_plan(snapshot))
		err = mem_readv(snapshot->mem, snapshot->reads.items, snapshot->reads.count);
	if (err)
		snapshot_forget(snapshot);
	else
		snapshot_drop_failed(snapshot);
	return err;
}

const void *snapshot_peek(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	struct range *range = snapshot_find(snapshot, addr, len);

	if (!range)
		return NULL;
	range_use(snapshot, range);
	return range->data + (addr - range->addr);
}

bool snapshot_predict(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	size_t hint = snapshot->hint;
	struct range *range = snapshot_find(snapshot, addr, len);
	bool was_used = range && range->used;

	snapshot->hint = hint;
	if (range)
		range_use(snapshot, range);
	return was_used;
}

void snapshot_done_with(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	size_t hint = snapshot->hint;
	struct range *range = snapshot_find(snapshot, addr, len);

	snapshot->hint = hint;
	/* what lies in the range of something else is not spoken of */
	if (range && range->addr == addr && range->len == len)
		range->done = true;
}

const void *snapshot_glance(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	size_t hint = snapshot->hint;
	const struct range *range = snapshot_find(snapshot, addr, len);

	snapshot->hint = hint;
	return range ? range->data + (addr - range->addr) : NULL;
}

const void *snapshot_before(struct snapshot *snapshot, uint64_t addr, size_t len)
{
	size_t hint = snapshot->hint;
	const struct range *range = snapshot_find(snapshot, addr, len);

	snapshot->hint = hint;
	return range && range->before ? range->before + (addr - range->addr) : NULL;
}

struct error *snapshot_get(struct snapshot *snapshot, uint64_t addr, size_t len, const void **ret)
{
	const void *have = snapshot_peek(snapshot, addr, len);
	struct mem_range read = { .addr = addr, .len = len };
	struct error *err = NULL;
	struct range *range;

	if (have) {
		*ret = have;
		return NULL;
	}
	if (!len) {
		*ret = "";
		return NULL;
	}
	if (len > UINT64_MAX - addr)
		return &error_fault;
	range = range_add(snapshot, addr, len);
	if (!range)
		return &error_nomem;
	read.buf = range->data;
	err = mem_readv(snapshot->mem, &read, 1);
	if (err || !read.ok) {
		copies_take_back(&snapshot->copies, range->data, range->len);
		snapshot->ranges.count--;
		return err ? err : &error_fault;
	}
	snapshot->hint = snapshot->ranges.count - 1;
	range_use(snapshot, range);
	*ret = range->data;
	return NULL;
}

struct error *snapshot_get_last(struct snapshot *snapshot, uint64_t addr, size_t len,
				const void **ret)
{
	struct range *range = snapshot_find_last(snapshot, addr, len);
	size_t order = snapshot->order.count;
	struct error *err;

	if (range) {
		range->last |= !range->used;
		range_use(snapshot, range);
		*ret = range->data + (addr - range->addr);
		return NULL;
	}
	err = snapshot_get(snapshot, addr, len, ret);
	if (!err && snapshot->order.count > order) /* its first use */
		snapshot->ranges.items[snapshot->order.items[order]].last = true;
	return err;
}

/* Adds what of the list is not in the copy, to be read by snapshot_want(). */
static struct error *snapshot_want_missing(struct snapshot *snapshot,
					   const struct mem_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct mem_range *want = &ranges[i];
		struct range *range;

		if (!want->len || want->len > UINT64_MAX - want->addr ||
		    snapshot_peek(snapshot, want->addr, want->len))
			continue;
		if (!array_reserve(&snapshot->wants, 1))
			return &error_nomem;
		range = range_add(snapshot, want->addr, want->len);
		if (!range)
			return &error_nomem;
		range_use(snapshot, range);
		snapshot->wants.items[snapshot->wants.count++] = (struct mem_range) {
			.addr = want->addr, .len = want->len, .buf = range->data
		};
	}
	return NULL;
}

struct error *snapshot_want(struct snapshot *snapshot, const struct mem_range *ranges, size_t count)
{
	size_t first = snapshot->ranges.count;
	struct error *err;

	snapshot->wants.count = 0;
	err = snapshot_want_missing(snapshot, ranges, count);
	if (!err && snapshot->wants.count)
		err = mem_readv(snapshot->mem, snapshot->wants.items, snapshot->wants.count);
	for (size_t i = 0; i < snapshot->wants.count; i++)
		if (err || !snapshot->wants.items[i].ok)
			snapshot->ranges.items[first + i].len = 0;
	return err;
}

size_t snapshot_used(const struct snapshot *snapshot)
{
	return snapshot->order.count;
}

bool snapshot_uses(const struct snapshot *snapshot, size_t since, mem_range_array *ret)
{
	if (!array_reserve(ret, snapshot->order.count - since))
		return false;
	for (size_t i = since; i < snapshot->order.count; i++) {
		const struct range *range = &snapshot->ranges.items[snapshot->order.items[i]];

		if (!range->done)
			ret->items[ret->count++] =
				(struct mem_range) { .addr = range->addr, .len = range->len };
	}
	return true;
}
