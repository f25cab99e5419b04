/*
 * short_name.c - climb from a file to the root of its package, in the target's view of the files.
 */
#include "profile/short_name.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "target/files.h"

/* A target that invents directories must not make us remember them without end. */
enum { DIRECTORIES_MAX = 1 << 14 };

struct directory {
	UT_hash_handle hh;
	size_t skip;  /* bytes of a file name before its short form, and slashes */
	char chars[]; /* the directory, without a slash at its end: the key */
};

struct short_names {
	struct process_files files;
	struct directory *directories;
};

struct error *short_names_create(pid_t pid, struct short_names **ret)
{
	struct short_names *names = calloc(1, sizeof(*names));

	if (!names)
		return &error_nomem;
	process_files_init(&names->files, pid);
	*ret = names;
	return NULL;
}

static void forget_all(struct short_names *names)
{
	struct directory *directory = names->directories, *next;

	HASH_CLEAR(hh, names->directories);
	for (; directory; directory = next) {
		next = directory->hh.next;
		free(directory);
	}
}

void short_names_destroy(struct short_names *names)
{
	if (!names)
		return;
	forget_all(names);
	process_files_deinit(&names->files);
	free(names);
}

void short_names_destroyp(struct short_names **names)
{
	short_names_destroy(*names);
}

/* Whether the first `length` bytes of `path` name a directory with an __init__.py. */
static bool is_package(const struct short_names *names, const char *path, size_t length)
{
	char file[PATH_MAX];
	int n = snprintf(file, sizeof(file), "%.*s/__init__.py", (int)length, path);

	return n > 0 && (size_t)n < sizeof(file) && process_files_have(&names->files, file);
}

/* Length of the directory part of path[0, length): without the slash; 0 when there is none. */
static size_t parent_length(const char *path, size_t length)
{
	while (length && path[length - 1] != '/')
		length--;
	while (length && path[length - 1] == '/')
		length--;
	return length;
}

/* How much of the directory path[0, length) is not part of a package: without the slash. */
static size_t climb(const struct short_names *names, const char *path, size_t length)
{
	size_t root = length, up;

	while (root && is_package(names, path, root)) {
		up = parent_length(path, root);
		if (!up && path[0] != '/')
			return 0; /* the package stands in the working directory itself */
		root = up;
	}
	return root;
}

static const char *skip_slashes(const char *path)
{
	return path + strspn(path, "/");
}

const char *short_names_get(struct short_names *names, const char *filename)
{
	size_t length = parent_length(filename, strlen(filename));
	struct directory *directory;
	size_t skip;

	if (filename[0] == '<' || !strchr(filename, '/') || length >= PATH_MAX)
		return filename;
	HASH_FIND(hh, names->directories, filename, length, directory);
	if (directory)
		return skip_slashes(filename + directory->skip);
	skip = climb(names, filename, length);
	if (HASH_COUNT(names->directories) >= DIRECTORIES_MAX)
		forget_all(names);
	directory = malloc(sizeof(*directory) + length + 1);
	if (!directory)
		return skip_slashes(filename + skip);
	memcpy(directory->chars, filename, length);
	directory->chars[length] = '\0';
	directory->skip = skip;
	HASH_ADD_KEYPTR(hh, names->directories, directory->chars, length, directory);
	if (!directory->hh.tbl)
		free(directory);
	return skip_slashes(filename + skip);
}
