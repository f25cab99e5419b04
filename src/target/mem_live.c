/*
 * mem_live.c - the memory of a live process, without stopping it.
 *
 * process_vm_readv() copies many ranges in one call. Facts that this file rests on
 * (mm/process_vm_access.c, fs/proc/base.c: mem_rw()):
 *  - it stops at the first page that it cannot read and returns the bytes so far; EFAULT only when
 *    that was the first byte. What follows in the list is not looked at.
 *  - it takes at most UIO_MAXIOV pieces and silently at most MAX_RW_COUNT (2 GiB less a page)
 * bytes.
 *  - a zombie or a kernel thread has no memory: ESRCH.
 *  - after exec() it reads the new program. A file descriptor of /proc/PID/mem stays with the old
 *    memory, and reads 0 bytes once that is gone: so it tells exec and exit from a bad address.
 *  - /proc/PID/mem also reads pages that the process itself may not (PROT_NONE).
 *  - seccomp profiles of containers may forbid it (EPERM, ENOSYS) where /proc/PID/mem works.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "target/mem.h"
#include "target/rights.h"

enum {
	BATCH_RANGES_MAX = IOV_MAX, /* UIO_MAXIOV of the kernel */
	BATCH_BYTES_MAX = 1 << 30,  /* below MAX_RW_COUNT: a short count means a bad page */
};

struct live_mem {
	struct mem mem; /* first: a struct mem * is a struct live_mem * */
	int pid;
	int fd;         /* /proc/PID/mem; -1 when it could not be opened */
	bool use_pread; /* process_vm_readv is forbidden; decided once */
	struct iovec here[BATCH_RANGES_MAX], there[BATCH_RANGES_MAX];
};

/* The memory that we opened is no more: its process exited, or called exec(). */
static bool live_is_gone(struct live_mem *live)
{
	char byte;

	live->mem.calls++;
	return pread(live->fd, &byte, 1, 0) == 0; /* while it lives: EIO, nothing is at 0 */
}

static void live_pread(struct live_mem *live, struct mem_range *range)
{
	size_t done = 0;

	while (done < range->len) {
		ssize_t n = pread(live->fd, (char *)range->buf + done, range->len - done,
				  (off_t)(range->addr + done));

		live->mem.calls++;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	range->ok = done == range->len;
}

/* How many ranges from the first on fit into one call. A lone one past the bound makes it 0. */
static size_t live_batch(struct live_mem *live, const struct mem_range *ranges, size_t count)
{
	size_t n = 0, bytes = 0;

	while (n < count && n < BATCH_RANGES_MAX) {
		const struct mem_range *range = &ranges[n];

		if (range->len > BATCH_BYTES_MAX - bytes)
			break;
		bytes += range->len;
		live->here[n] = (struct iovec) { range->buf, range->len };
		live->there[n] = (struct iovec) { (void *)(uintptr_t)range->addr, range->len };
		n++;
	}
	return n;
}

/* Sets ok in the ranges that `copied` bytes cover whole; returns how many were dealt with. */
static size_t live_mark(struct mem_range *ranges, size_t count, size_t copied)
{
	for (size_t i = 0; i < count; i++) {
		ranges[i].ok = ranges[i].len <= copied;
		if (!ranges[i].ok)
			return i + 1;
		copied -= ranges[i].len;
	}
	return count;
}

/* Reads by process_vm_readv; *done is how many ranges were dealt with. */
static struct error *live_readv_all(struct live_mem *live, struct mem_range *ranges, size_t count,
				    size_t *done)
{
	while (*done < count) {
		size_t batch = live_batch(live, ranges + *done, count - *done);
		ssize_t n;

		if (!batch) {
			++*done; /* longer than anything that a target holds: not read, not ok */
			continue;
		}
		n = process_vm_readv(live->pid, live->here, batch, live->there, batch, 0);
		live->mem.calls++;
		if (n < 0 && errno == ESRCH)
			return &error_gone;
		if (n < 0 && (errno == EPERM || errno == ENOSYS) && live->fd >= 0) {
			live->use_pread = true;
			return NULL;
		}
		*done += live_mark(ranges + *done, batch, n < 0 ? 0 : (size_t)n);
	}
	return NULL;
}

static struct error *live_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	struct live_mem *live = (struct live_mem *)mem;
	size_t done = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++)
		ranges[i].ok = false;
	if (!live->use_pread) {
		struct error *err = live_readv_all(live, ranges, count, &done);

		if (err)
			return err;
	}
	for (; live->use_pread && done < count; done++)
		live_pread(live, &ranges[done]);
	for (size_t i = 0; i < count && !any; i++)
		any = ranges[i].ok;
	return !any && count && live->fd >= 0 && live_is_gone(live) ? &error_gone : NULL;
}

static const struct mem_ops live_ops = { .readv = live_readv };

/* Whether process_vm_readv is allowed: address 0 is never mapped, so that EFAULT means yes. */
static int live_probe(int pid)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { NULL, 1 };

	if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
		return 0;
	return errno;
}

struct error *mem_live_create(int pid, struct mem **ret)
{
	CLEANUP(mem_live_destroyp)
	struct mem *mem = NULL;
	struct live_mem *live = calloc(1, sizeof(*live));
	char path[32];
	int probe;

	if (!live)
		return &error_nomem;
	mem = &live->mem;
	mem->ops = &live_ops;
	live->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	live->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (live->fd < 0 && (errno == ENOENT || errno == ESRCH))
		return error_create(ERROR_GONE, "process %d does not exist", pid);
	probe = live_probe(pid);
	if (probe == ESRCH)
		return error_create(ERROR_GONE, "process %d has no memory: it has ended", pid);
	if (probe && live->fd < 0)
		return probe == EPERM || probe == EACCES
			       ? rights_explain(pid)
			       : error_os(probe, "cannot read the memory of process %d", pid);
	live->use_pread = probe != 0;
	if (probe)
		log_line(1, "target", "process_vm_readv fails (errno %d): reading /proc/%d/mem",
			 probe, pid);
	*ret = take_ptr(mem);
	return NULL;
}

void mem_live_destroy(struct mem *mem)
{
	struct live_mem *live = (struct live_mem *)mem;

	if (!live)
		return;
	if (live->fd >= 0)
		close(live->fd);
	free(live);
}

void mem_live_destroyp(struct mem **mem)
{
	mem_live_destroy(*mem);
}
