/*
 * maps.c - /proc/PID/maps as a list.
 *
 * A line is "START-END rwxp OFFSET MAJOR:MINOR INODE   PATH" (proc(5)); a newline in a path is
 * printed as "\012", and " (deleted)" is appended when the file has no name any more. The kernel
 * writes the file in pieces, so that a mapping that grew meanwhile can overlap the one before it:
 * such a one is cut at its start.
 */
#include "target/maps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "procfs.h"

enum {
	MAPS_BYTES_MAX = 256 << 20, /* over a million mappings; vm.max_map_count allows 65530 */
	MAPS_LINE_SHOWN = 100,      /* of a malformed line in a message */
};

static const char deleted_mark[] = " (deleted)";

/* A number in that base that ends at `stop`; *text is moved behind it. */
static bool take_number(const char **text, int base, char stop, uint64_t *ret)
{
	char *end;
	char first = **text;

	if (!((first >= '0' && first <= '9') || (base == 16 && first >= 'a' && first <= 'f')))
		return false;
	*ret = strtoull(*text, &end, base);
	if (*end != stop)
		return false;
	*text = end + 1;
	return true;
}

static bool take_rights(const char **text, struct mapping *ret)
{
	const char *rights = *text;

	if (strnlen(rights, 5) < 5 || rights[4] != ' ')
		return false;
	ret->readable = rights[0] == 'r';
	ret->writable = rights[1] == 'w';
	ret->executable = rights[2] == 'x';
	*text = rights + 5;
	return true;
}

/* All but the path, at which *text is left. The line may end behind the inode. */
static bool take_fields(const char **text, struct mapping *ret)
{
	uint64_t major, minor;
	char *end;

	if (!take_number(text, 16, '-', &ret->start) || !take_number(text, 16, ' ', &ret->end) ||
	    !take_rights(text, ret) || !take_number(text, 16, ' ', &ret->offset) ||
	    !take_number(text, 16, ':', &major) || !take_number(text, 16, ' ', &minor) ||
	    **text < '0' || **text > '9')
		return false;
	ret->dev_major = (unsigned int)major;
	ret->dev_minor = (unsigned int)minor;
	ret->inode = strtoull(*text, &end, 10);
	*text = end + strspn(end, " ");
	return (*end == ' ' || *end == '\0') && ret->start < ret->end;
}

static struct error *mapping_parse(const char *line, struct mapping *ret)
{
	const char *path = line;
	size_t length;

	if (!take_fields(&path, ret))
		return error_create(ERROR_OTHER, "malformed line in a memory map: \"%.*s\"",
				    MAPS_LINE_SHOWN, line);
	length = strlen(path);
	ret->deleted = length >= sizeof(deleted_mark) - 1 &&
		       !strcmp(path + length - (sizeof(deleted_mark) - 1), deleted_mark);
	if (ret->deleted)
		length -= sizeof(deleted_mark) - 1;
	ret->path = strndup(path, length);
	return ret->path ? NULL : &error_nomem;
}

/* Adds a mapping (taken over), cut where it overlaps the last one. */
static struct error *maps_add(struct maps *maps, size_t *capacity, struct mapping *mapping)
{
	uint64_t last_end = maps->count ? maps->items[maps->count - 1].end : 0;

	if (mapping->start < last_end) {
		mapping->offset += last_end - mapping->start;
		mapping->start = last_end;
	}
	if (mapping->start >= mapping->end) {
		free(mapping->path);
		return NULL;
	}
	if (!array_reserve_((void **)&maps->items, capacity, maps->count, 1,
			    sizeof(*maps->items))) {
		free(mapping->path);
		return &error_nomem;
	}
	maps->items[maps->count++] = *mapping;
	return NULL;
}

/* The text is taken apart in place. */
static struct error *maps_parse_lines(char *text, struct maps *ret)
{
	CLEANUP(maps_deinit)
	struct maps maps = { 0 };
	size_t capacity = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct mapping mapping = { 0 };
		struct error *err;

		if (!*line && !text)
			break;
		err = mapping_parse(line, &mapping);
		if (!err)
			err = maps_add(&maps, &capacity, &mapping);
		if (err)
			return err;
	}
	*ret = maps;
	maps = (struct maps) { 0 };
	return NULL;
}

struct error *maps_parse(const char *text, struct maps *ret)
{
	CLEANUP(freep)
	char *copy = strdup(text);

	return copy ? maps_parse_lines(copy, ret) : &error_nomem;
}

struct error *maps_read(int pid, struct maps *ret)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;
	struct error *err = procfs_read_all(pid, "maps", MAPS_BYTES_MAX, &text, &length);

	if (err)
		return err;
	if (!length)
		return error_create(ERROR_GONE, "process %d has no memory: it has ended", pid);
	return maps_parse_lines(text, ret);
}

void maps_deinit(struct maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		free(maps->items[i].path);
	free(maps->items);
	*maps = (struct maps) { 0 };
}

const struct mapping *maps_find(const struct maps *maps, uint64_t addr)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct mapping *mapping = &maps->items[middle];

		if (addr < mapping->start)
			high = middle;
		else if (addr >= mapping->end)
			low = middle + 1;
		else
			return mapping;
	}
	return NULL;
}
