/*
 * procfs.c - files of /proc/PID, read whole and with a bound.
 *
 * The kernel's proc_pid_stat() writes the name of a thread as it is, in parentheses: the name may
 * hold anything but NUL, so only the last ")" of the line ends it (proc(5)).
 */
#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "target/rights.h"

int procfs_open(pid_t pid, const char *name)
{
	char path[PROCFS_PATH_SIZE];

	if (snprintf(path, sizeof(path), "/proc/%d/%s", pid, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Until the end or until the buffer is full; -1 and errno. */
static ssize_t read_full(int fd, char *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t procfs_read(pid_t pid, const char *name, char *buf, size_t size)
{
	CLEANUP(closep)
	int fd = procfs_open(pid, name);
	ssize_t n = fd < 0 ? -1 : read_full(fd, buf, size - 1);

	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

struct error *procfs_error(pid_t pid, int errnum, const char *name)
{
	switch (errnum) {
	case ENOENT:
	case ESRCH:
		return error_create(ERROR_GONE, "process %d does not exist", pid);
	case EPERM:
	case EACCES:
		return rights_explain(pid);
	default:
		return error_os(errnum, "cannot read /proc/%d/%s", pid, name);
	}
}

char *procfs_slurp(pid_t pid, const char *name, size_t max, size_t *length)
{
	CLEANUP(closep)
	int fd = procfs_open(pid, name);
	CLEANUP(freep)
	char *text = NULL;
	size_t size = 0, done = 0;

	if (fd < 0)
		return NULL;
	do {
		char *grown;
		ssize_t n;

		size = size ? size * 2 : 1 << 14;
		grown = realloc(text, size);
		if (!grown)
			return NULL;
		text = grown;
		n = read_full(fd, text + done, size - done);
		if (n < 0)
			return NULL;
		done += (size_t)n;
	} while (done == size && done <= max);
	if (done > max) {
		errno = EFBIG;
		return NULL;
	}
	text[done] = '\0';
	*length = done;
	return take_ptr(text);
}

struct error *procfs_read_all(pid_t pid, const char *name, size_t max, char **ret, size_t *length)
{
	char *text = procfs_slurp(pid, name, max, length);

	if (!text)
		return procfs_error(pid, errno, name);
	*ret = text;
	return NULL;
}

bool procfs_stat_parse(const char *text, struct procfs_stat *ret)
{
	const char *name_end = strrchr(text, ')');
	unsigned long long start_ticks;
	int parent;
	char state;

	/* Fields 3, 4 and 22 of proc(5). */
	if (!name_end ||
	    sscanf(name_end,
		   ") %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		   "%llu",
		   &state, &parent, &start_ticks) != 3)
		return false;
	*ret = (struct procfs_stat) { state, parent, start_ticks };
	return true;
}

bool procfs_stat_read(pid_t pid, struct procfs_stat *ret)
{
	char text[PROCFS_STAT_SIZE];

	return procfs_read(pid, "stat", text, sizeof(text)) > 0 && procfs_stat_parse(text, ret);
}

const char *procfs_status_line(const char *status, const char *name)
{
	size_t length = strlen(name);

	while (strncmp(status, name, length) != 0 || status[length] != ':') {
		status = strchr(status, '\n');
		if (!status)
			return NULL;
		status++;
	}
	return status + length + 1 + strspn(status + length + 1, " \t");
}

pid_t procfs_status_last_pid(const char *status, const char *name)
{
	const char *value = procfs_status_line(status, name);
	long pid = 0;

	while (value && *value >= '0' && *value <= '9') {
		char *end;

		pid = strtol(value, &end, 10);
		value = end + strspn(end, " \t");
	}
	return pid > INT32_MAX ? 0 : (pid_t)pid;
}

pid_t procfs_pid_of_name(const char *name)
{
	char *end;
	long pid;

	if (*name < '1' || *name > '9')
		return 0;
	errno = 0;
	pid = strtol(name, &end, 10);
	return *end || errno || pid > INT32_MAX ? 0 : (pid_t)pid;
}
