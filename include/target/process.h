/*
 * process.h - a process seen from outside: who it is, whether it still lives.
 */
#ifndef TARGET_PROCESS_H
#define TARGET_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct process {
	pid_t pid;
	pid_t ns_pid;         /* its number in its own PID namespace (NSpid's last) */
	int pidfd;            /* readable when it has ended; -1 where the kernel has none */
	uint64_t start_ticks; /* field 22 of stat: with pid, names this process for ever */
	char *exe;            /* target of /proc/PID/exe, less " (deleted)" */
	bool exe_deleted;
	uint64_t exe_inode;
	char **argv; /* command line, NULL-terminated, at most PROCESS_ARGV_MAX */
	size_t argc;
};

enum { PROCESS_ARGV_MAX = 4096 };

/*
 * ERROR_GONE for no such process and for a zombie (the sentence says which), ERROR_PERMISSION with
 * what is missing and the command that gives it (rights.h).
 */
__attribute__((warn_unused_result)) struct error *process_open(pid_t pid, struct process *ret);
void process_deinit(struct process *process);

/* Has not ended (a zombie has), and is still the same one. */
bool process_is_alive(const struct process *process);

/* State letter of /proc/PID/stat ('R', 'S', 'T', 't', 'Z', ...); 0 when it is gone. */
char process_state(pid_t pid);

/* When it was started (an exec changes nothing of that), by the wall clock: ns since 1970. */
uint64_t process_started_unix_ns(const struct process *process);

/* Parent's pid, 0 when it is gone. */
pid_t process_parent(pid_t pid);

/* When it was started, in ticks since boot: with the PID, names it. 0 when it has ended. */
uint64_t process_start_ticks(pid_t pid);

/* The file that it runs: another one after an exec of another program. */
struct process_program {
	uint64_t device, inode;
};

/* False when it is not known: it has ended, belongs to the kernel, or may not be looked at. */
bool process_program(pid_t pid, struct process_program *ret);

/*
 * Both have the same memory: between vfork() and exec the child has its parent's. False where the
 * kernel does not tell.
 */
bool process_shares_memory(pid_t pid, pid_t other);

/* The PID that was given out last on this machine, to a process or a thread; 0: not known. */
pid_t process_newest(void);

/* The PID that traces it (TracerPid), 0 when none. */
pid_t process_tracer(pid_t pid);

/* Command line as one line, arguments joined by blanks, control characters as blanks. malloc'ed. */
char *process_command_line(const struct process *process);

/* Base name of the program that it runs, as the kernel knows it; "" when it does not. malloc'ed. */
char *process_program_name(const struct process *process);

/*
 * All living processes whose comm or base name of argv[0] is `name`, or, for those that look like a
 * Python, the base name of the script (with or without ".py") or the module of -m; ours left out.
 * *ret is malloc'ed, *count may be 0.
 */
__attribute__((warn_unused_result)) struct error *process_find_by_name(const char *name,
								       pid_t **ret, size_t *count);

/* All living descendants of pid, parents before children. *ret is malloc'ed. */
__attribute__((warn_unused_result)) struct error *process_descendants(pid_t pid, pid_t **ret,
								      size_t *count);

#endif
