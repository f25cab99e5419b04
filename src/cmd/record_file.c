/*
 * record_file.c - the recording while it is made.
 */
#include "record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { RIGHTS = 0666, COPY_BYTES = 1 << 16 };

/* A file without a name, gone with us. */
static struct error *open_unnamed(struct record_file *file)
{
	const char *dir = getenv("TMPDIR");

	file->fd = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file->fd < 0)
		file->fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file->fd < 0)
		file->fd = memfd_create("sonde", MFD_CLOEXEC);
	return file->fd < 0 ? error_os(errno, "cannot make a temporary file for the recording")
			    : NULL;
}

/* Beside a file that is there already. */
static struct error *open_beside(struct record_file *file)
{
	struct stat found;

	if (!stat(file->path, &found) && !S_ISREG(found.st_mode))
		return error_create(ERROR_OS, "cannot write the recording to '%s': no regular file",
				    file->path);
	if (access(file->path, W_OK))
		return error_os(errno, "cannot replace '%s'", file->path);
	if (asprintf(&file->written, "%s.part", file->path) < 0) {
		file->written = NULL;
		return &error_nomem;
	}
	file->fd = open(file->written, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, RIGHTS);
	return file->fd < 0 ? error_os(errno, "cannot open '%s'", file->written) : NULL;
}

struct error *record_file_open(struct record_file *file, const char *path)
{
	if (!path)
		return open_unnamed(file);
	file->path = strdup(path);
	if (!file->path)
		return &error_nomem;
	if (!strcmp(path, "-"))
		return open_unnamed(file);
	file->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, RIGHTS);
	if (file->fd >= 0)
		return NULL;
	if (errno != EEXIST)
		return error_os(errno, "cannot open '%s'", path);
	return open_beside(file);
}

void record_file_deinit(struct record_file *file)
{
	recording_writer_destroy(file->writer);
	file->writer = NULL;
	closep(&file->fd);
	file->fd = -1;
	free(file->path);
	free(file->written);
	file->path = file->written = NULL;
}

struct error *record_file_begin(struct record_file *file, const struct profile *dictionary,
				const struct recording_options *options)
{
	return recording_writer_create(file->fd, dictionary, options, &file->writer);
}

struct error *record_file_read(struct record_file *file, struct profile *ret)
{
	return recording_read(file->fd, file->path ? file->path : "the recording", ret);
}

static struct error *copy_to_standard_output(const struct record_file *file)
{
	CLEANUP(freep)
	char *buf = malloc(COPY_BYTES);
	off_t at = 0;
	ssize_t n;

	if (!buf)
		return &error_nomem;
	while ((n = pread(file->fd, buf, COPY_BYTES, at)) > 0) {
		at += n;
		for (ssize_t done = 0, put; done < n; done += put) {
			put = write(STDOUT_FILENO, buf + done, (size_t)(n - done));
			if (put < 0 && errno == EPIPE)
				return NULL; /* whoever reads has enough */
			if (put < 0 && errno == EINTR)
				put = 0;
			else if (put < 0)
				return error_os(errno, "cannot write to standard output");
		}
	}
	return n < 0 ? error_os(errno, "cannot read the recording") : NULL;
}

struct error *record_file_keep(struct record_file *file)
{
	if (!file->path)
		return NULL;
	if (!strcmp(file->path, "-"))
		return copy_to_standard_output(file);
	if (fsync(file->fd) && errno != EINVAL && errno != EROFS)
		return error_os(errno, "cannot write '%s'", file->path);
	if (file->written && rename(file->written, file->path))
		return error_os(errno, "cannot replace '%s' (the new recording is '%s')",
				file->path, file->written);
	return NULL;
}

void record_file_drop(struct record_file *file)
{
	const char *path = file->written ? file->written : file->path;

	if (file->fd >= 0 && path && strcmp(path, "-") != 0)
		(void)unlink(path);
}
