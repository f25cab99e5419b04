/*
 * process.c - who a process is: /proc/PID/stat, status, exe and cmdline.
 */
#include "target/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "procfs.h"

enum {
	CMDLINE_BYTES_MAX =
		8 << 20,           /* the kernel's bound on arguments is 6 MiB (_STK_LIM / 4 * 3) */
	COMMAND_LINE_SHOWN = 4096, /* bytes of it as one line for people */
};

/* 0 when the kernel (before 5.3) or a seccomp filter has no such call. ERROR_GONE. */
static struct error *open_pidfd(pid_t pid, int *ret)
{
	*ret = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*ret < 0 && errno == ESRCH)
		return error_create(ERROR_GONE, "process %d does not exist", pid);
	return NULL;
}

static struct error *read_stat(pid_t pid, struct process *process)
{
	struct procfs_stat stat;

	if (!procfs_stat_read(pid, &stat))
		return error_create(ERROR_GONE, "process %d does not exist", pid);
	if (stat.state == 'Z' || stat.state == 'X')
		return error_create(ERROR_GONE,
				    "process %d has ended (a zombie: its parent %d has not waited "
				    "for it)",
				    pid, stat.parent);
	process->start_ticks = stat.start_ticks;
	return NULL;
}

static struct error *read_status(pid_t pid, struct process *process)
{
	CLEANUP(freep)
	char *status = NULL;
	size_t length;
	struct error *err = procfs_read_all(pid, "status", PROCFS_STATUS_MAX, &status, &length);
	pid_t leader;

	if (err)
		return err;
	leader = procfs_status_last_pid(status, "Tgid");
	if (leader && leader != pid)
		return error_create(ERROR_GONE, "%d is no process but a thread of process %d", pid,
				    leader);
	process->ns_pid = procfs_status_last_pid(status, "NSpid"); /* since Linux 4.1 */
	if (!process->ns_pid)
		process->ns_pid = pid;
	return NULL;
}

static struct error *read_exe(pid_t pid, struct process *process)
{
	static const char mark[] = " (deleted)";
	char link[PROCFS_PATH_SIZE], path[PATH_MAX + sizeof(mark)];
	struct stat file;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0 && errno == ENOENT)
		return error_create(ERROR_NOT_PYTHON,
				    "process %d runs no program: it belongs to "
				    "the kernel, or has just ended",
				    pid);
	if (n < 0)
		return procfs_error(pid, errno, "exe");
	path[n] = '\0';
	if (stat(link, &file) == 0) {
		process->exe_inode = file.st_ino;
		process->exe_deleted = file.st_nlink == 0;
	}
	if ((size_t)n >= sizeof(mark) && !strcmp(path + n - (sizeof(mark) - 1), mark)) {
		process->exe_deleted = true;
		path[(size_t)n - (sizeof(mark) - 1)] = '\0';
	}
	process->exe = strdup(path);
	return process->exe ? NULL : &error_nomem;
}

/* Arguments are separated by NUL; a title set by the process may leave none at the end. */
static struct error *read_argv(pid_t pid, struct process *process)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length, count = 0, at = 0;
	struct error *err = procfs_read_all(pid, "cmdline", CMDLINE_BYTES_MAX, &text, &length);

	if (err)
		return err;
	for (size_t i = 0; i < length; i += strlen(text + i) + 1)
		count++;
	if (count > PROCESS_ARGV_MAX)
		count = PROCESS_ARGV_MAX;
	process->argv = calloc(count + 1, sizeof(*process->argv));
	if (!process->argv)
		return &error_nomem;
	for (; process->argc < count; process->argc++) {
		process->argv[process->argc] = strdup(text + at);
		if (!process->argv[process->argc])
			return &error_nomem;
		at += strlen(text + at) + 1;
	}
	return NULL;
}

struct error *process_open(pid_t pid, struct process *ret)
{
	CLEANUP(process_deinit)
	struct process process = { .pid = pid, .pidfd = -1 };
	struct error *err;

	if (pid <= 0)
		return error_create(ERROR_GONE, "process %d does not exist", pid);
	err = open_pidfd(pid, &process.pidfd);
	if (!err)
		err = read_stat(pid, &process);
	if (!err)
		err = read_status(pid, &process);
	if (!err)
		err = read_exe(pid, &process);
	if (!err)
		err = read_argv(pid, &process);
	if (err)
		return err;
	*ret = process;
	process = (struct process) { .pidfd = -1 };
	return NULL;
}

void process_deinit(struct process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	free(process->exe);
	for (size_t i = 0; i < process->argc; i++)
		free(process->argv[i]);
	free(process->argv);
	*process = (struct process) { .pidfd = -1 };
}

bool process_is_alive(const struct process *process)
{
	struct procfs_stat stat;

	if (process->pidfd >= 0) {
		struct pollfd end = { .fd = process->pidfd, .events = POLLIN };

		return poll(&end, 1, 0) == 0;
	}
	return procfs_stat_read(process->pid, &stat) && stat.state != 'Z' && stat.state != 'X' &&
	       stat.start_ticks == process->start_ticks;
}

char process_state(pid_t pid)
{
	struct procfs_stat stat;

	return procfs_stat_read(pid, &stat) ? stat.state : '\0';
}

uint64_t process_started_unix_ns(const struct process *process)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t since_boot_ns = process->start_ticks / hz * CLOCK_SECOND_NS +
				 process->start_ticks % hz * CLOCK_SECOND_NS / hz;

	return clock_boot_unix_ns() + since_boot_ns;
}

pid_t process_parent(pid_t pid)
{
	struct procfs_stat stat;

	return procfs_stat_read(pid, &stat) ? stat.parent : 0;
}

uint64_t process_start_ticks(pid_t pid)
{
	struct procfs_stat stat;

	if (!procfs_stat_read(pid, &stat) || stat.state == 'Z' || stat.state == 'X')
		return 0;
	return stat.start_ticks;
}

bool process_program(pid_t pid, struct process_program *ret)
{
	char link[PROCFS_PATH_SIZE];
	struct stat file;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	if (stat(link, &file))
		return false;
	*ret = (struct process_program) { file.st_dev, file.st_ino };
	return true;
}

bool process_shares_memory(pid_t pid, pid_t other)
{
	return syscall(SYS_kcmp, pid, other, KCMP_VM, 0, 0) == 0;
}

/* The last word of /proc/loadavg, see proc(5). */
pid_t process_newest(void)
{
	CLEANUP(closep)
	int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	char text[128];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *last;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	last = strrchr(text, ' ');
	return last ? (pid_t)strtol(last, NULL, 10) : 0;
}

pid_t process_tracer(pid_t pid)
{
	CLEANUP(freep)
	char *status = NULL;
	size_t length;
	struct error *err = procfs_read_all(pid, "status", PROCFS_STATUS_MAX, &status, &length);

	error_destroy(err);
	return err ? 0 : procfs_status_last_pid(status, "TracerPid");
}

char *process_command_line(const struct process *process)
{
	struct text text;
	size_t last = process->argc;

	while (last && !*process->argv[last - 1])
		last--;
	text_init(&text);
	for (size_t i = 0; i < last && text.length < COMMAND_LINE_SHOWN; i++) {
		if (i)
			text_add_char(&text, ' ');
		for (const char *c = process->argv[i]; *c && text.length < COMMAND_LINE_SHOWN; c++)
			text_add_char(&text, (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c);
	}
	if (!text.length)
		text_add(&text, process->exe ? process->exe : "");
	return text_take(&text);
}

char *process_program_name(const struct process *process)
{
	const char *exe = process->exe ? process->exe : "";
	const char *slash = strrchr(exe, '/');

	return strdup(slash ? slash + 1 : exe);
}
