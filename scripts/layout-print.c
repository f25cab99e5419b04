/*
 * layout-print.c - the offsets in an ELF file with debug information, for scripts/gen-layouts.
 *
 *	layout-print FILE	what the fields' paths resolve to in FILE
 *	layout-print -d FILE	what their debug paths resolve to inside struct _Py_DebugOffsets
 *
 * One line a field: OWNER FIELD VALUE.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/layout.h"

#include "../src/python/layout_members.h"

#define DEBUG_OFFSETS "_Py_DebugOffsets:"

static const struct field {
	const char *owner, *name, *path, *debug_path;
} fields[] = {
#define X(owner, field, paths, debug_path) { #owner, #field, paths, DEBUG_OFFSETS debug_path },
	PY_LAYOUT_FIELDS(X)
#undef X
	/* What stands before the offsets; only with -d. */
	{ "", "size", "", DEBUG_OFFSETS },
	{ "", "cookie", "", DEBUG_OFFSETS "cookie" },
	{ "", "hexversion", "", DEBUG_OFFSETS "version" },
	{ "", "free_threaded", "", DEBUG_OFFSETS "free_threaded" },
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* "": the field is not in struct _Py_DebugOffsets, and not that struct's size. */
static const char *debug_path_of(const struct field *field)
{
	bool is_absent = field->owner[0] && !strcmp(field->debug_path, DEBUG_OFFSETS);

	return is_absent ? "" : field->debug_path;
}

static int print_file(const char *name, bool is_debug)
{
	CLEANUP(closep)
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	CLEANUP(error_destroyp)
	struct error *err = NULL;
	const char *paths[FIELD_COUNT];
	int32_t values[FIELD_COUNT];

	if (fd < 0) {
		perror(name);
		return 1;
	}
	for (int i = 0; i < FIELD_COUNT; i++)
		paths[i] = is_debug ? debug_path_of(&fields[i]) : fields[i].path;
	err = layout_members_resolve(fd, paths, FIELD_COUNT, values);
	if (err) {
		fprintf(stderr, "%s: %s\n", name, error_message(err));
		return 1;
	}
	for (int i = 0; i < FIELD_COUNT; i++)
		printf("%s %s %d\n", fields[i].owner[0] ? fields[i].owner : "-", fields[i].name,
		       values[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return print_file(argv[1], false);
	if (argc == 3 && !strcmp(argv[1], "-d"))
		return print_file(argv[2], true);
	fprintf(stderr, "usage: layout-print [-d] FILE\n");
	return 2;
}
