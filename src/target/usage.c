/*
 * usage.c - the numbers of /proc/PID/stat that tell what a process takes (proc(5)).
 */
#include "target/usage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "procfs.h"

static uint64_t ticks_to_ns(uint64_t ticks)
{
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);

	return ticks * (CLOCK_SECOND_NS / per_second);
}

/* Start times of processes are on this clock (since Linux 2.6.26). */
static uint64_t boot_now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * CLOCK_SECOND_NS + (uint64_t)now.tv_nsec;
}

bool usage_read(pid_t pid, struct usage *ret)
{
	char buf[PROCFS_STAT_SIZE], state;
	uint64_t user, system, start, now_ns = boot_now_ns();
	int64_t threads, pages;
	const char *rest;

	if (procfs_read(pid, "stat", buf, sizeof(buf)) <= 0)
		return false;
	rest = strrchr(buf, ')'); /* the name before it may hold anything */
	if (!rest)
		return false;
	/* fields 3, 14, 15, 20, 22 and 24 */
	if (sscanf(rest + 1,
		   " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64
		   " %*s %*s %*s %*s %" SCNd64 " %*s %" SCNu64 " %*s %" SCNd64,
		   &state, &user, &system, &threads, &start, &pages) != 6)
		return false;
	if (state == 'Z' || state == 'X')
		return false;
	*ret = (struct usage) {
		.cpu_ns = ticks_to_ns(user + system),
		.rss_bytes = pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0,
		.age_ns = now_ns > ticks_to_ns(start) ? now_ns - ticks_to_ns(start) : 0,
		.threads = threads > 0 ? (uint32_t)threads : 0,
	};
	return true;
}
