/*
 * usage.h - what a process takes of the machine: CPU time, memory, threads.
 */
#ifndef TARGET_USAGE_H
#define TARGET_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct usage {
	uint64_t cpu_ns;    /* all its threads, user and system, in the kernel's steps of 10 ms */
	uint64_t rss_bytes; /* resident memory */
	uint64_t age_ns;    /* since it started, on a clock that runs while the machine sleeps */
	uint32_t threads;
};

/* One read of /proc/PID/stat. False when it is gone (a zombie is). */
bool usage_read(pid_t pid, struct usage *ret);

#endif
