/*
 * frame_pages.c - read whole pages, in the order of addresses.
 *
 * A frame object lies where the allocator had room: frames of one size beside each other, in
 * whatever order. To ask for each by itself costs a piece of the call for each, in the order of the
 * calls nearly none of which follows another in memory; pages that follow each other are one piece
 * (snapshot.h). A page that holds a frame can be read whole.
 */
#include "frame_pages.h"

#include <string.h>

enum {
	PAGE_BYTES = 4096, /* the least there is */
	KEPT_WALKS = 32,   /* frames come back to the same addresses */
};

void frame_pages_deinit(struct frame_pages *pages)
{
	array_deinit(&pages->list);
}

void frame_pages_begin(struct frame_pages *pages, struct snapshot *snapshot)
{
	size_t kept = 0;

	pages->walk++;
	pages->at = 0;
	for (size_t i = 0; i < pages->list.count; i++) {
		struct frame_page page = pages->list.items[i];

		if (pages->walk - page.used > KEPT_WALKS)
			continue;
		page.bytes = snapshot_peek(snapshot, page.addr, PAGE_BYTES);
		pages->list.items[kept++] = page;
	}
	pages->list.count = kept;
}

/* The first page that does not end before addr. */
static size_t place_of(const struct frame_pages *pages, uint64_t addr)
{
	size_t low = 0, high = pages->list.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr - pages->list.items[middle].addr < PAGE_BYTES ||
		    addr < pages->list.items[middle].addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The bytes when they begin in that page; they may go on in the next one when both are one piece.
 */
static const char *find_in(struct frame_pages *pages, size_t i, uint64_t addr, size_t len)
{
	struct frame_page *page = pages->list.items + i;
	uint64_t offset;

	if (i >= pages->list.count)
		return NULL;
	offset = addr - page->addr;
	if (offset >= PAGE_BYTES || !page->bytes)
		return NULL;
	if (len > PAGE_BYTES - offset) {
		if (i + 1 == pages->list.count || page[1].addr != page->addr + PAGE_BYTES ||
		    page[1].bytes != page->bytes + PAGE_BYTES)
			return NULL;
		page[1].used = pages->walk;
	}
	page->used = pages->walk;
	pages->at = i;
	return page->bytes + offset;
}

const char *frame_pages_find(struct frame_pages *pages, uint64_t addr, size_t len)
{
	const char *bytes = find_in(pages, pages->at, addr, len);

	/* callers were mostly made before what they call */
	if (!bytes && pages->at)
		bytes = find_in(pages, pages->at - 1, addr, len);
	return bytes ? bytes : find_in(pages, place_of(pages, addr), addr, len);
}

struct error *frame_pages_add(struct frame_pages *pages, struct snapshot *snapshot, uint64_t addr)
{
	uint64_t start = addr - addr % PAGE_BYTES;
	size_t i = place_of(pages, start);
	struct frame_page *page;
	const void *bytes;
	struct error *err;

	err = snapshot_get(snapshot, start, PAGE_BYTES, &bytes);
	if (error_catch(&err, ERROR_FAULT) || err)
		return err;
	if (!array_reserve(&pages->list, 1))
		return &error_nomem;
	page = pages->list.items + i;
	if (i == pages->list.count || page->addr != start) {
		memmove(page + 1, page, (pages->list.count - i) * sizeof(*page));
		pages->list.count++;
	}
	*page = (struct frame_page) { .addr = start, .bytes = bytes, .used = pages->walk };
	return NULL;
}
