/*
 * procfs.h - files of /proc/PID: read whole, with a bound, and the fields of stat.
 */
#ifndef TARGET_PROCFS_H
#define TARGET_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum {
	PROCFS_PATH_SIZE = 96,   /* "/proc/PID/task/TID/children" with room to spare */
	PROCFS_STAT_SIZE = 2048, /* 52 numbers of at most 20 digits, and a comm of 64 at most */
};

/* The file /proc/PID/NAME for reading; -1 and errno. */
int procfs_open(pid_t pid, const char *name);

/* What it holds, at most size - 1 bytes, NUL-terminated; how many, or -1 and errno. */
ssize_t procfs_read(pid_t pid, const char *name, char *buf, size_t size);

/* What it holds, however long, NUL-terminated and malloc'ed; NULL and errno, EFBIG past max bytes.
 */
char *procfs_slurp(pid_t pid, const char *name, size_t max, size_t *length);

/* The same, with what went wrong told by procfs_error(). */
__attribute__((warn_unused_result)) struct error *
procfs_read_all(pid_t pid, const char *name, size_t max, char **ret, size_t *length);

/*
 * Why a file of /proc/PID could not be read, by errno: ERROR_GONE, ERROR_PERMISSION (rights.h),
 * else ERROR_OS. Never NULL.
 */
__attribute__((returns_nonnull)) struct error *procfs_error(pid_t pid, int errnum,
							    const char *name);

/* Fields of /proc/PID/stat and of /proc/PID/task/TID/stat. */
struct procfs_stat {
	char state;
	pid_t parent;
	uint64_t start_ticks;
};

/* False when the text is not whole. The name in it may hold blanks, newlines and ")". */
bool procfs_stat_parse(const char *text, struct procfs_stat *ret);

/* The stat of a process; false when it is gone. */
bool procfs_stat_read(pid_t pid, struct procfs_stat *ret);

enum { PROCFS_STATUS_MAX = 4 << 20 }; /* bytes of a status: 65536 groups take 700 kB */

/* A line of /proc/PID/status, "NAME:\tVALUE": the value, or NULL. Borrowed; ends at a newline. */
const char *procfs_status_line(const char *status, const char *name);

/* The last number of such a line: of NSpid, the one in the innermost PID namespace. 0: absent. */
pid_t procfs_status_last_pid(const char *status, const char *name);

/* A name of a folder of /proc as a number; 0 when it is none. */
pid_t procfs_pid_of_name(const char *name);

#endif
