/*
 * lwp.c - what the kernel says of each thread: /proc/PID/task/TID.
 *
 * .../syscall (fs/proc/base.c: proc_pid_syscall()) costs less than a third of .../stat and says
 *more: "running"		   it is runnable, on a CPU or not "NR ARG0 ... ARG5 SP PC"   it
 *sleeps in that system call, or was stopped in it (SIGSTOP, ptrace)
 *	"-1 SP PC"		   it sleeps outside of any (page fault), or was stopped there
 * It does not tell a thread that was stopped in a system call from one that waits in it. So the
 * letter of the leader's stat is looked at too, every STOP_CHECK_NS: 'T' there stops all threads.
 * The file needs the right to trace, and CONFIG_HAVE_ARCH_TRACEHOOK; .../stat is read instead where
 * it cannot be had.
 */
#include "target/lwp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"
#include "procfs.h"
#include "syscall_wait.h"

enum {
	STOP_CHECK_NS = 100 * CLOCK_MS_NS,
	KEPT_FILES_LEAST = 16, /* even where few may be opened */
};

struct lwp {
	pid_t tid;
	int fd;
	struct lwp_status status; /* read in that period of remembering */
	uint64_t period;
	UT_hash_handle hh;
};

struct lwp_table {
	pid_t pid;
	int tasks;             /* /proc/PID/task; of this process, even when its number is reused */
	bool use_stat;         /* "syscall" is refused; decided once */
	struct lwp *lwps;      /* by tid */
	size_t kept, kept_max; /* files that are open, and may be */
	bool stopped;          /* by the leader's stat at checked_ns */
	uint64_t checked_ns;
	uint64_t period; /* how often lwp_table_remember() was called; 0: nothing is remembered */
};

/* Half of the files that we may open are for others. */
static size_t kept_files_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur / 2 < KEPT_FILES_LEAST)
		return KEPT_FILES_LEAST;
	return limit.rlim_cur / 2;
}

struct error *lwp_table_create(pid_t pid, struct lwp_table **ret)
{
	struct lwp_table *table = calloc(1, sizeof(*table));
	int errnum;

	if (!table)
		return &error_nomem;
	*table = (struct lwp_table) { .pid = pid, .kept_max = kept_files_max() };
	table->tasks = procfs_open(pid, "task");
	errnum = errno;
	if (table->tasks < 0) {
		free(table);
		return procfs_error(pid, errnum, "task");
	}
	*ret = table;
	return NULL;
}

static void lwp_forget(struct lwp_table *table, struct lwp *lwp)
{
	HASH_DEL(table->lwps, lwp);
	close(lwp->fd);
	free(lwp);
	table->kept--;
}

static void lwp_forget_all(struct lwp_table *table)
{
	while (table->lwps)
		lwp_forget(table, table->lwps);
}

void lwp_table_destroy(struct lwp_table *table)
{
	if (!table)
		return;
	lwp_forget_all(table);
	close(table->tasks);
	free(table);
}

size_t lwp_table_count(const struct lwp_table *table)
{
	struct stat tasks;

	/* One link for each folder in it, besides its name and its ".". */
	return fstat(table->tasks, &tasks) == 0 && tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 0;
}

void lwp_table_forget(struct lwp_table *table, pid_t tid)
{
	struct lwp *lwp;

	HASH_FIND_INT(table->lwps, &tid, lwp);
	if (lwp)
		lwp_forget(table, lwp);
}

static ssize_t read_state(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	if (n == 0)
		errno = ESRCH;
	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

/*
 * Opens the file of a thread and reads it: without the right to trace, the owner of the process may
 * open "syscall" and is refused when he reads it. -1 and errno.
 */
static int open_state(struct lwp_table *table, pid_t tid, char *buf, size_t size)
{
	char path[PROCFS_PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%d/%s", tid, table->use_stat ? "stat" : "syscall");
	fd = openat(table->tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read_state(fd, buf, size) <= 0) {
		int errnum = errno;

		close(fd);
		errno = errnum;
		fd = -1;
	}
	return fd;
}

/* Whether "syscall" cannot be had at all, after it could not be opened with that errno. */
static bool is_refused(const struct lwp_table *table, pid_t tid, int errnum)
{
	char path[PROCFS_PATH_SIZE];

	snprintf(path, sizeof(path), "%d", tid);
	return errnum == EPERM || errnum == EACCES || errnum == ENOSYS ||
	       (errnum == ENOENT && faccessat(table->tasks, path, F_OK, 0) == 0);
}

/* Keeps fd for the next time, or closes it. */
static void lwp_keep(struct lwp_table *table, pid_t tid, int fd)
{
	struct lwp *lwp = table->kept < table->kept_max ? malloc(sizeof(*lwp)) : NULL;

	if (lwp) {
		*lwp = (struct lwp) { .tid = tid, .fd = fd, .period = 0 };
		HASH_ADD_INT(table->lwps, tid, lwp);
		if (lwp->hh.tbl) {
			table->kept++;
			return;
		}
		free(lwp);
	}
	close(fd);
}

/* What the file says, through the kept one when there is one. -1 and errno. */
static int read_lwp(struct lwp_table *table, pid_t tid, char *buf, size_t size)
{
	struct lwp *lwp;
	int fd;

	HASH_FIND_INT(table->lwps, &tid, lwp);
	if (lwp) {
		if (read_state(lwp->fd, buf, size) > 0)
			return 0;
		lwp_forget(table, lwp); /* it ended; its number may be that of a new thread */
	}
	fd = open_state(table, tid, buf, size);
	if (fd < 0 && !table->use_stat && is_refused(table, tid, errno)) {
		lwp_forget_all(table);
		table->use_stat = true;
		fd = open_state(table, tid, buf, size);
	}
	if (fd < 0)
		return -1;
	lwp_keep(table, tid, fd);
	return 0;
}

static enum lwp_state state_of_letter(char letter)
{
	switch (letter) {
	case 'R':
		return LWP_RUNNING;
	case 'T':
	case 't':
		return LWP_STOPPED;
	case 'Z':
	case 'X':
	case 'x':
		return LWP_GONE;
	case '\0':
		return LWP_UNKNOWN;
	default:
		return LWP_WAITING;
	}
}

enum lwp_state lwp_table_letter(const struct lwp_table *table, pid_t tid)
{
	char path[PROCFS_PATH_SIZE], text[PROCFS_STAT_SIZE];
	struct procfs_stat stat;

	snprintf(path, sizeof(path), "task/%d/stat", tid);
	if (procfs_read(table->pid, path, text, sizeof(text)) <= 0)
		return LWP_GONE;
	return procfs_stat_parse(text, &stat) ? state_of_letter(stat.state) : LWP_UNKNOWN;
}

static bool table_is_stopped(struct lwp_table *table)
{
	uint64_t now = clock_now_ns();

	if (now - table->checked_ns > STOP_CHECK_NS) {
		table->stopped = lwp_table_letter(table, table->pid) == LWP_STOPPED;
		table->checked_ns = now;
	}
	return table->stopped;
}

static void status_of_syscall(struct lwp_table *table, pid_t tid, const char *text,
			      struct lwp_status *ret)
{
	char *end;

	if (*text == 'r') {
		ret->state = LWP_RUNNING;
		return;
	}
	ret->syscall = strtoll(text, &end, 10);
	if (ret->syscall < 0) {
		ret->syscall = -1;
		ret->state = lwp_table_letter(table, tid);
	} else {
		ret->arg0 = strtoull(end, NULL, 16);
		ret->state = table_is_stopped(table) ? LWP_STOPPED : LWP_WAITING;
	}
	if (ret->state == LWP_WAITING)
		ret->wait = syscall_wait(ret->syscall, ret->arg0);
}

static void read_status(struct lwp_table *table, pid_t tid, struct lwp_status *ret)
{
	char text[PROCFS_STAT_SIZE];

	*ret = (struct lwp_status) { .state = LWP_UNKNOWN, .syscall = -1 };
	if (read_lwp(table, tid, text, sizeof(text)) < 0) {
		if (errno == ESRCH || errno == ENOENT)
			ret->state = LWP_GONE;
	} else if (!table->use_stat) {
		status_of_syscall(table, tid, text, ret);
	} else {
		struct procfs_stat stat;

		if (procfs_stat_parse(text, &stat))
			ret->state = state_of_letter(stat.state);
		if (ret->state == LWP_WAITING)
			ret->wait = LWP_WAIT_OTHER;
	}
}

void lwp_table_remember(struct lwp_table *table)
{
	table->period++;
}

void lwp_table_refresh(struct lwp_table *table, pid_t tid, struct lwp_status *ret)
{
	struct lwp *lwp;

	read_status(table, tid, ret);
	if (!table->period)
		return;
	HASH_FIND_INT(table->lwps, &tid, lwp);
	if (lwp) {
		lwp->status = *ret;
		lwp->period = table->period;
	}
}

void lwp_table_status(struct lwp_table *table, pid_t tid, struct lwp_status *ret)
{
	struct lwp *lwp = NULL;

	if (table->period)
		HASH_FIND_INT(table->lwps, &tid, lwp);
	if (lwp && lwp->period == table->period)
		*ret = lwp->status;
	else
		lwp_table_refresh(table, tid, ret);
}
