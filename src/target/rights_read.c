/*
 * rights_read.c - the facts by which the kernel lets one process read another.
 *
 * Whether a process is dumpable is seen in who owns the files of its folder in /proc: root when it
 * is not, else its effective user (fs/proc/base.c: task_dump_owner(); the folder is always its
 * own).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs.h"
#include "target/process.h"
#include "target/rights.h"

enum { ANCESTORS_MAX = 4096 }; /* a chain of parents; far longer than any that is started */

static uint64_t status_hex(const char *status, const char *name)
{
	const char *value = procfs_status_line(status, name);

	return value ? strtoull(value, NULL, 16) : 0;
}

/* "Uid:" and "Gid:" give the real, the effective, the saved and the file system's one. */
static void status_ids(const char *status, const char *name, unsigned int ids[3])
{
	const char *value = procfs_status_line(status, name);

	for (int i = 0; value && i < 3; i++) {
		char *end;

		ids[i] = (unsigned int)strtoul(value, &end, 10);
		value = end;
	}
}

/* A number in a file of /proc/sys or /sys; `absent` when there is no such file. */
static int system_number(const char *path, int absent)
{
	CLEANUP(closep)
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return absent;
	text[n] = '\0';
	return (int)strtol(text, NULL, 10);
}

static bool is_descendant(pid_t pid)
{
	pid_t self = getpid();

	for (int i = 0; pid > 1 && i < ANCESTORS_MAX; i++) {
		pid = process_parent(pid);
		if (pid == self)
			return true;
	}
	return false;
}

static bool is_other_user_ns(pid_t pid)
{
	char path[PROCFS_PATH_SIZE];
	struct stat ours, theirs;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return stat("/proc/self/ns/user", &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_ino != theirs.st_ino;
}

static bool is_undumpable(pid_t pid, uid_t effective)
{
	char path[PROCFS_PATH_SIZE];
	struct stat file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return stat(path, &file) == 0 && file.st_uid != effective;
}

static void read_ours(struct rights_facts *ret)
{
	size_t length;
	CLEANUP(freep)
	char *status = procfs_slurp(getpid(), "status", PROCFS_STATUS_MAX, &length);

	ret->our_uid = geteuid();
	ret->our_gid = getegid();
	if (!status)
		return;
	ret->our_caps = status_hex(status, "CapEff");
	ret->our_seccomp = procfs_status_last_pid(status, "Seccomp") != 0;
}

void rights_read(pid_t pid, struct rights_facts *ret)
{
	size_t length;
	CLEANUP(freep)
	char *status = procfs_slurp(pid, "status", PROCFS_STATUS_MAX, &length);

	*ret = (struct rights_facts) {
		.pid = pid,
		.yama_scope = system_number("/proc/sys/kernel/yama/ptrace_scope", 0),
		.selinux_deny = system_number("/sys/fs/selinux/booleans/deny_ptrace", 0) != 0,
		.other_user_ns = is_other_user_ns(pid),
		.descendant = is_descendant(pid),
	};
	read_ours(ret);
	if (!status)
		return;
	ret->seen = true;
	status_ids(status, "Uid", ret->uids);
	status_ids(status, "Gid", ret->gids);
	ret->caps = status_hex(status, "CapPrm");
	ret->tracer = procfs_status_last_pid(status, "TracerPid");
	ret->undumpable = is_undumpable(pid, ret->uids[1]);
}
