/*
 * image_list.c - which of the mappings of a process are the beginnings of ELF files.
 *
 * A process may also map an ELF file as mere data (a profiler, a package manager), or map the first
 * page of one twice. So a mapping is taken for the beginning of an image only when each of its
 * segments is mapped where the program headers say, from that place of the same file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "target/image.h"

enum {
	IMAGES_MAX = 16 * 1024, /* far more than link maps hold; 30 MB of ours */
	PAGE_LEAST = 4096,
	RANKS = 4,
};

/* What is mapped at the start of a segment fits its program header. */
static bool segment_is_mapped(const struct image_segment *segment, const struct maps *maps,
			      const struct mapping *first)
{
	const struct mapping *mapping = maps_find(maps, segment->start);

	if (segment->start == segment->end)
		return true;
	if (!mapping || (segment->executable && !mapping->executable))
		return false;
	/* Text may have been moved to huge pages: then no file is behind it any more. */
	if (!mapping->inode)
		return true;
	return mapping->inode == first->inode && mapping->dev_major == first->dev_major &&
	       mapping->dev_minor == first->dev_minor &&
	       (mapping->offset + (segment->start - mapping->start)) / PAGE_LEAST ==
		       segment->offset / PAGE_LEAST;
}

static bool image_is_mapped(const struct image *image, const struct maps *maps,
			    const struct mapping *first)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (!segment_is_mapped(&image->segments[i], maps, first))
			return false;
	return true;
}

/* Lies in the span of the last image that was found: another view of the same file's first page. */
static bool belongs_to(const struct mapping *mapping, const struct image *last)
{
	return last && image_holds(last, mapping->start, 1);
}

static struct error *image_at(struct mem *mem, const struct maps *maps,
			      const struct mapping *mapping, struct image *ret, bool *found)
{
	struct error *err = image_init(ret, mem, mapping->start);

	*found = false;
	if (err && err->kind != ERROR_GONE && err->kind != ERROR_NOMEM) {
		error_destroy(err);
		return NULL;
	}
	if (err)
		return err;
	ret->path = mapping->path;
	ret->map_end = mapping->end;
	*found = image_is_mapped(ret, maps, mapping);
	return NULL;
}

/* 0 for the main executable, then libpython, then what else is named for Python, then the rest. */
static int image_rank(const struct image *image, const struct maps *maps, uint64_t exe_inode)
{
	const struct mapping *mapping = maps_find(maps, image->start);
	const char *name = strrchr(image->path, '/');

	if (exe_inode && mapping && mapping->inode == exe_inode)
		return 0;
	if (!name || !strstr(name, "python"))
		return RANKS - 1;
	return strncmp(name, "/libpython", strlen("/libpython")) != 0 ? 2 : 1;
}

static struct error *list_sort(struct image_list *list, const struct maps *maps, uint64_t exe_inode)
{
	struct image *sorted = calloc(list->count ? list->count : 1, sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		return &error_nomem;
	for (int rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < list->count; i++)
			if (image_rank(&list->items[i], maps, exe_inode) == rank)
				sorted[count++] = list->items[i];
	free(list->items);
	list->items = sorted;
	return NULL;
}

struct error *image_list_read(struct mem *mem, const struct maps *maps, uint64_t exe_inode,
			      struct image_list *ret)
{
	CLEANUP(image_list_deinit)
	struct image_list list = { 0 };
	size_t capacity = 0;
	struct error *err;

	for (size_t i = 0; i < maps->count && list.count < IMAGES_MAX; i++) {
		const struct mapping *mapping = &maps->items[i];
		struct image *last = list.count ? &list.items[list.count - 1] : NULL;
		bool found;

		if (mapping->offset || !mapping->inode || !mapping->readable ||
		    belongs_to(mapping, last))
			continue;
		if (!array_reserve_((void **)&list.items, &capacity, list.count, 1,
				    sizeof(*list.items)))
			return &error_nomem;
		err = image_at(mem, maps, mapping, &list.items[list.count], &found);
		if (err)
			return err;
		list.count += found;
	}
	err = list_sort(&list, maps, exe_inode);
	if (err)
		return err;
	*ret = list;
	list = (struct image_list) { 0 };
	return NULL;
}

void image_list_deinit(struct image_list *list)
{
	free(list->items);
	*list = (struct image_list) { 0 };
}
