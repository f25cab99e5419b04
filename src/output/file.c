/*
 * file.c - results written beside their name and moved into place; pipes and devices directly.
 *
 * The name is proved at the start: by opening what is written directly, by making (and removing) a
 * file in the same directory for the others. What is in the way then is said before the first
 * sample, not after the last.
 */
#include "output/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"

struct output_file {
	const struct output *output;
	char *path;   /* as it was given, for messages */
	char *target; /* what is replaced: path with its symbolic links resolved; NULL: direct */
	int fd;       /* of a direct one */
};

/* The part of the name behind the last slash, with what would be a directory made harmless. */
static void add_part(struct text *text, const char *chars)
{
	for (; *chars; chars++)
		text_add_char(text, *chars == '/' ? '_' : *chars);
}

static void add_time(struct text *text)
{
	char buf[32];
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) && strftime(buf, sizeof(buf), "%Y%m%d-%H%M%S", &tm))
		text_add(text, buf);
}

char *output_file_name(const char *pattern, const struct output_name_facts *facts)
{
	struct text text = { 0 };
	char host[HOST_NAME_MAX + 1] = "";

	text_add(&text, "");
	for (; *pattern; pattern++) {
		if (pattern[0] != '%' || !pattern[1]) {
			text_add_char(&text, *pattern);
			continue;
		}
		switch (*++pattern) {
		case 'p':
			text_addf(&text, "%d", facts->pid > 0 ? (int)facts->pid : 0);
			break;
		case 't':
			add_time(&text);
			break;
		case 'n':
			add_part(&text, facts->program);
			break;
		case 'h':
			(void)gethostname(host, sizeof(host) - 1);
			add_part(&text, host);
			break;
		case '%':
			text_add_char(&text, '%');
			break;
		default: /* no field of ours */
			text_add_char(&text, '%');
			text_add_char(&text, *pattern);
		}
	}
	return text_take(&text);
}

void output_file_destroy(struct output_file *file)
{
	if (!file)
		return;
	closep(&file->fd);
	free(file->path);
	free(file->target);
	free(file);
}

static void output_file_destroyp(struct output_file **file)
{
	output_file_destroy(*file);
}

/* Name of the file that is being written, beside the one that it will replace. */
static const char *volatile half_written;

void output_file_remove_half(void)
{
	if (half_written)
		(void)unlink(half_written);
}

/* A new file beside `target`, half_written from now on; *name is its malloc'ed path. -1, errno. */
static int make_beside(const char *target, char **name)
{
	const char *slash = strrchr(target, '/');
	sigset_t all, before;
	int fd, errnum;

	if (asprintf(name, "%.*s.sonde-XXXXXX", slash ? (int)(slash - target) + 1 : 0, target) <
	    0) {
		*name = NULL;
		errno = ENOMEM;
		return -1;
	}
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before); /* no moment at which it is not known */
	fd = mkostemp(*name, O_CLOEXEC);
	errnum = errno;
	half_written = fd < 0 ? NULL : *name;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (fd < 0) {
		free(*name);
		*name = NULL;
	}
	errno = errnum;
	return fd;
}

/* Names that mean an open file of ours: never to be replaced. */
static bool is_open_file(const char *path)
{
	return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6);
}

static struct error *open_direct(struct output_file *file)
{
	file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (file->fd < 0)
		return error_os(errno, "cannot write %s", file->path);
	return NULL;
}

/* A file that does not exist yet, or a regular one. */
static struct error *prove_replaceable(struct output_file *file, bool exists)
{
	CLEANUP(freep)
	char *name = NULL;
	int fd;

	if (exists && access(file->path, W_OK))
		return error_os(errno, "cannot write %s", file->path);
	file->target = exists ? realpath(file->path, NULL) : strdup(file->path);
	if (!file->target)
		return error_os(errno, "cannot write %s", file->path);
	fd = make_beside(file->target, &name);
	if (fd >= 0) {
		close(fd);
		unlink(name);
		half_written = NULL;
		return NULL;
	}
	if (!exists)
		return error_os(errno, "cannot write %s", file->path);
	/* the file may be written, its directory may not: it can only be written in place */
	free(take_ptr(file->target));
	return open_direct(file);
}

static struct error *prove(struct output_file *file)
{
	struct stat st;

	if (!strcmp(file->path, "-")) {
		file->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (file->fd < 0)
			return error_os(errno, "cannot write to standard output");
		return NULL;
	}
	if (stat(file->path, &st)) {
		if (errno != ENOENT)
			return error_os(errno, "cannot write %s", file->path);
		return prove_replaceable(file, false);
	}
	if (S_ISDIR(st.st_mode))
		return error_os(EISDIR, "cannot write %s", file->path);
	if (!S_ISREG(st.st_mode) || is_open_file(file->path))
		return open_direct(file);
	return prove_replaceable(file, true);
}

struct error *output_file_open(const char *path, const struct output *output,
			       struct output_file **ret)
{
	CLEANUP(output_file_destroyp)
	struct output_file *file = calloc(1, sizeof(*file));
	struct error *err;

	if (!file)
		return &error_nomem;
	file->fd = -1;
	file->output = output;
	file->path = strdup(path);
	if (!file->path)
		return &error_nomem;
	err = prove(file);
	if (err)
		return err;
	*ret = take_ptr(file);
	return NULL;
}

/* The form into fd (closed here), down to the disk. errno of what failed, or *err set. */
static int write_form(int fd, const struct output_content *content, struct error **err)
{
	FILE *stream = fdopen(fd, "w");
	int errnum = 0;

	if (!stream) {
		errnum = errno;
		close(fd);
		return errnum;
	}
	errno = 0;
	*err = content->write(content, stream);
	if (fflush(stream) || ferror(stream))
		errnum = errno ? errno : EIO;
	/* a pipe or a device has no disk: that it can't be synced is no failure */
	if (!errnum && fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		errnum = errno;
	if (fclose(stream) && !errnum)
		errnum = errno;
	return errnum;
}

static struct error *write_direct(struct output_file *file, const struct output_content *content)
{
	const char *name = strcmp(file->path, "-") ? file->path : "to standard output";
	int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 3), errnum;
	struct error *err = NULL;
	struct stat st;

	if (fd < 0)
		return error_os(errno, "cannot write %s", name);
	/* a regular file that can't be replaced is written from its start each time */
	if (!is_open_file(file->path) && strcmp(file->path, "-") != 0 && !fstat(fd, &st) &&
	    S_ISREG(st.st_mode) && (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))) {
		errnum = errno;
		close(fd);
		return error_os(errnum, "cannot write %s", name);
	}
	errnum = write_form(fd, content, &err);
	if (!err && errnum)
		err = error_os(errnum, "cannot write %s", name);
	return err;
}

/* Rights and owner of the file that is replaced, or those of any new file. */
static void copy_rights(const char *target, int fd)
{
	struct stat st;
	mode_t mask;

	if (!stat(target, &st)) {
		(void)!fchown(fd, st.st_uid, st.st_gid);
		(void)fchmod(fd, st.st_mode & 07777);
		return;
	}
	mask = umask(0);
	umask(mask);
	(void)fchmod(fd, 0666 & ~mask);
}

struct error *output_file_put(struct output_file *file, const struct output_content *content)
{
	CLEANUP(freep)
	char *name = NULL;
	struct error *err = NULL;
	int fd, errnum;

	if (!file->target)
		return write_direct(file, content);
	fd = make_beside(file->target, &name);
	if (fd < 0)
		return error_os(errno, "cannot write %s", file->path);
	copy_rights(file->target, fd);
	errnum = write_form(fd, content, &err);
	half_written = NULL;
	if (err) { /* out of memory: what is there is of no use */
		unlink(name);
		return error_prefix(err, "cannot write %s", file->path);
	}
	if (errnum)
		return error_os(errnum, "cannot write %s whole (what could be written is in %s)",
				file->path, name);
	if (rename(name, file->target))
		return error_os(errno, "cannot replace %s (the result is in %s)", file->path, name);
	return NULL;
}

/* A profile in the form of its file. */
struct form {
	struct output_content content;
	const struct output *output;
	const struct profile *profile;
	const struct output_facts *facts;
};

static struct error *form_write(const struct output_content *content, FILE *stream)
{
	const struct form *form = (const struct form *)content;

	return form->output->write(form->profile, form->facts, stream);
}

struct error *output_file_write(struct output_file *file, const struct profile *profile,
				const struct output_facts *facts)
{
	const struct form form = { { form_write }, file->output, profile, facts };

	return output_file_put(file, &form.content);
}

const char *output_file_path(const struct output_file *file)
{
	return file->path;
}
