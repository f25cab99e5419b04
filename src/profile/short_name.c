/*
 * short_name.c - climb from a file to the root of its package, in the target's view of the files.
 */
#include "profile/short_name.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/map.h"

/* A target that invents directories must not make us remember them without end. */
enum { DIRECTORIES_MAX = 1 << 14 };

struct directory {
	UT_hash_handle hh;
	size_t skip;  /* bytes of a file name before its short form, and slashes */
	char chars[]; /* the directory, without a slash at its end: the key */
};

struct short_names {
	int root, cwd; /* of the target; -1 when they may not be opened */
	struct directory *directories;
};

static int open_link(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct error *short_names_create(pid_t pid, struct short_names **ret)
{
	struct short_names *names = calloc(1, sizeof(*names));

	if (!names)
		return &error_nomem;
	names->root = open_link(pid, "root");
	names->cwd = open_link(pid, "cwd");
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
	closep(&names->root);
	closep(&names->cwd);
	free(names);
}

void short_names_destroyp(struct short_names **names)
{
	short_names_destroy(*names);
}

/* Whether that path exists below a directory; its symbolic links end inside the target's root. */
static bool exists_below(int dir, const char *path, uint64_t resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };
	int fd;

	if (dir < 0)
		return false;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* before Linux 5.6; seccomp filters */
		fd = openat(dir, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Whether the first `length` bytes of `path` name a directory with an __init__.py. */
static bool is_package(const struct short_names *names, const char *path, size_t length)
{
	char file[PATH_MAX];
	int n = snprintf(file, sizeof(file), "%.*s/__init__.py", (int)length, path);

	if (n < 0 || (size_t)n >= sizeof(file))
		return false;
	if (file[0] != '/')
		return exists_below(names->cwd, file, 0);
	return exists_below(names->root, file + strspn(file, "/"), RESOLVE_IN_ROOT);
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
