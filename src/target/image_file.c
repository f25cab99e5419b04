/*
 * image_file.c - the file behind an image, and the one with its debug information.
 *
 * The name in /proc/PID/maps may by now belong to another file, or to one of another mount
 * namespace, or be made up to be opened by us. So no name is trusted: only regular files are opened
 * (no FIFO to wait for, no device with effects), and only one whose content matches is taken.
 */
#include <elf.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "target/image.h"

enum { NOTES_BYTES_MAX = 4096 }; /* compared of each PT_NOTE */

/* A regular file for reading, or -1 and errno. */
static int open_regular(const char *path)
{
	CLEANUP(closep)
	int place = open(path, O_PATH | O_CLOEXEC);
	char link[64];
	struct stat file;

	if (place < 0 || fstat(place, &file) < 0)
		return -1;
	if (!S_ISREG(file.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	return open(link, O_RDONLY | O_CLOEXEC);
}

/* Whether file and target hold the same bytes; false when either cannot be read. */
static bool same_bytes(const struct image *image, int fd, uint64_t offset, uint64_t addr, void *buf,
		       size_t size)
{
	char theirs[NOTES_BYTES_MAX];
	struct error *err;

	if (size > sizeof(theirs) || pread(fd, buf, size, (off_t)offset) != (ssize_t)size)
		return false;
	err = mem_read(image->mem, addr, theirs, size);
	error_destroy(err);
	return !err && !memcmp(buf, theirs, size);
}

/* Whether the file's headers and notes are those of the image. */
static bool file_is_mapped(const struct image *image, int fd)
{
	Elf64_Ehdr header;
	Elf64_Phdr program[IMAGE_SEGMENTS_MAX];
	char notes[NOTES_BYTES_MAX];

	if (!same_bytes(image, fd, 0, image->start, &header, sizeof(header)) ||
	    header.e_phnum > IMAGE_SEGMENTS_MAX || header.e_phentsize != sizeof(program[0]) ||
	    !same_bytes(image, fd, header.e_phoff, image->start + header.e_phoff, program,
			header.e_phnum * sizeof(program[0])))
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		size_t size = program[i].p_filesz;

		if (program[i].p_type != PT_NOTE)
			continue;
		if (size > sizeof(notes))
			size = sizeof(notes);
		if (!same_bytes(image, fd, program[i].p_offset, image->bias + program[i].p_vaddr,
				notes, size))
			return false;
	}
	return true;
}

/* Takes the file at that path (malloc'ed, consumed, may be NULL) when it fits. */
static bool try_mapped(const struct image *image, char *path, int *ret, bool *denied)
{
	CLEANUP(freep)
	char *owned = path;
	CLEANUP(closep)
	int fd = owned ? open_regular(owned) : -1;

	if (fd < 0) {
		*denied = *denied || errno == EACCES;
		return false;
	}
	if (!file_is_mapped(image, fd))
		return false;
	*ret = take_fd(fd);
	return true;
}

__attribute__((format(printf, 1, 2))) static char *format_path(const char *format, ...)
{
	va_list args;
	char *path = NULL;

	va_start(args, format);
	if (vasprintf(&path, format, args) < 0)
		path = NULL;
	va_end(args);
	return path;
}

struct error *image_open_file(const struct image *image, int pid, int *ret)
{
	bool denied = false;

	if (try_mapped(image,
		       format_path("/proc/%d/map_files/%lx-%lx", pid, (unsigned long)image->start,
				   (unsigned long)image->map_end),
		       ret, &denied) ||
	    try_mapped(image, format_path("/proc/%d/exe", pid), ret, &denied) ||
	    try_mapped(image, format_path("/proc/%d/root%s", pid, image->path), ret, &denied) ||
	    try_mapped(image, format_path("%s", image->path), ret, &denied))
		return NULL;
	return error_create(denied ? ERROR_PERMISSION : ERROR_NOT_FOUND,
			    denied ? "the file %s of process %d may not be opened"
				   : "the file %s of process %d is no longer there, or another one",
			    image->path, pid);
}

/* Whether the file says that it has the build id of the image. */
static bool has_build_id(const struct image *image, int fd)
{
	const void *id;
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL); /* no mmap: a file cut short would kill us */
	ssize_t size = elf ? dwelf_elf_gnu_build_id(elf, &id) : 0;
	bool same = size > 0 && (size_t)size == image->build_id_size &&
		    !memcmp(id, image->build_id, image->build_id_size);

	elf_end(elf);
	return same;
}

/* Takes the file at that path (malloc'ed, consumed, may be NULL) when it has the build id. */
static bool try_debug(const struct image *image, char *path, int *ret)
{
	CLEANUP(freep)
	char *owned = path;
	CLEANUP(closep)
	int fd = owned ? open_regular(owned) : -1;

	if (fd < 0 || !has_build_id(image, fd))
		return false;
	*ret = take_fd(fd);
	return true;
}

static bool try_build_id(const struct image *image, const char *root, int *ret)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/usr/lib/debug/.build-id/%02x/", root, image->build_id[0]);
	for (size_t i = 1; i < image->build_id_size; i++)
		text_addf(&path, "%02x", image->build_id[i]);
	text_add(&path, ".debug");
	return try_debug(image, text_take(&path), ret);
}

static bool try_debuglink(const struct image *image, const char *root, const char *name, int *ret)
{
	const char *slash = strrchr(image->path, '/');
	int length = slash ? (int)(slash - image->path) : 0;

	if (!slash || strchr(name, '/'))
		return false;
	return try_debug(image, format_path("%s%.*s/%s", root, length, image->path, name), ret) ||
	       try_debug(image, format_path("%s%.*s/.debug/%s", root, length, image->path, name),
			 ret) ||
	       try_debug(image,
			 format_path("%s/usr/lib/debug%.*s/%s", root, length, image->path, name),
			 ret);
}

/* The name in .gnu_debuglink, malloc'ed; NULL when there is none. */
static char *read_debuglink(int fd)
{
	GElf_Word checksum;
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	const char *name = elf ? dwelf_elf_gnu_debuglink(elf, &checksum) : NULL;
	char *copy = name ? strdup(name) : NULL;

	elf_end(elf);
	return copy;
}

struct error *image_open_debug_file(const struct image *image, int pid, int fd, int *ret)
{
	CLEANUP(freep)
	char *name = NULL;
	char root[32];
	const char *const roots[] = { root, "" };

	(void)elf_version(EV_CURRENT);
	snprintf(root, sizeof(root), "/proc/%d/root", pid);
	name = image->build_id_size ? read_debuglink(fd) : NULL;
	for (size_t i = 0; image->build_id_size && i < sizeof(roots) / sizeof(roots[0]); i++)
		if (try_build_id(image, roots[i], ret) ||
		    (name && try_debuglink(image, roots[i], name, ret)))
			return NULL;
	return error_create(ERROR_NOT_FOUND, "no separate file with debug information for %s",
			    image->path);
}
