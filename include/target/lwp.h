/*
 * lwp.h - the kernel's view of each thread of a process: /proc/PID/task.
 */
#ifndef TARGET_LWP_H
#define TARGET_LWP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum lwp_state {
	LWP_UNKNOWN, /* could not be read: taken for running */
	LWP_RUNNING, /* on a CPU, or could be */
	LWP_WAITING, /* in the kernel: lock, I/O, sleep, ... (see wait) */
	LWP_STOPPED, /* by a signal or a tracer; in a system call it is seen 0.1 s late */
	LWP_GONE,
};

enum lwp_wait { LWP_WAIT_NONE, LWP_WAIT_LOCK, LWP_WAIT_IO, LWP_WAIT_SLEEP, LWP_WAIT_OTHER };

struct lwp_status {
	enum lwp_state state;
	enum lwp_wait wait; /* by the system call that it waits in */
	int64_t syscall;    /* number, -1 when none or unknown */
	uint64_t arg0;      /* first argument of that system call (the futex word, the fd) */
};

/* Threads of one process, with the files that tell their state kept open. */
struct lwp_table;

__attribute__((warn_unused_result)) struct error *lwp_table_create(pid_t pid,
								   struct lwp_table **ret);
void lwp_table_destroy(struct lwp_table *table);

/*
 * What thread tid (our number of it) does now: one pread of a kept-open file. A thread that is not
 * known yet is opened; when file descriptors run out, files are opened for each call instead.
 */
void lwp_table_status(struct lwp_table *table, pid_t tid, struct lwp_status *ret);

/*
 * From here on, until it is called again, lwp_table_status() reads each thread once and says the
 * same again when it is asked again: what threads did before they were stopped. Only threads whose
 * file is kept open are remembered.
 */
void lwp_table_remember(struct lwp_table *table);

/* Reads anew what thread tid does, and remembers that. */
void lwp_table_refresh(struct lwp_table *table, pid_t tid, struct lwp_status *ret);

/*
 * The state of a thread by the letter of its stat: dearer, and true of a thread that is ending,
 * which is "running" otherwise until it is gone.
 */
enum lwp_state lwp_table_letter(const struct lwp_table *table, pid_t tid);

/*
 * How many threads the process has, 0 when it is gone: far cheaper than lwp_list(), which is needed
 * only when this changes (a thread that ended and one that began in between go unseen).
 */
size_t lwp_table_count(const struct lwp_table *table);

/* Forgets (closes) the files of a thread that ended. */
void lwp_table_forget(struct lwp_table *table, pid_t tid);

/* A thread and its number in the process's own PID namespace. */
struct lwp_id {
	pid_t tid, ns_tid;
};

/* All threads of pid now, ascending. *ret is malloc'ed. ERROR_GONE. */
__attribute__((warn_unused_result)) struct error *lwp_list(pid_t pid, struct lwp_id **ret,
							   size_t *count);

enum { LWP_COMM_SIZE = 64 };

/* The kernel's name of a thread; "" when it is gone. */
void lwp_comm(pid_t pid, pid_t tid, char name[LWP_COMM_SIZE]);

/* Name of a wait for people: "lock", "I/O", "sleep", "other", "". Static. */
const char *lwp_wait_name(enum lwp_wait wait);

#endif
