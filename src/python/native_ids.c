/*
 * native_ids.c - from a thread state to the kernel's thread.
 *
 * glibc keeps the number in struct pthread (nptl/descr.h, `tid`, 720 on x86-64 since 2.4), musl in
 * struct pthread (src/internal/pthread_impl.h, `tid`, 48 on 64-bit). Neither is promised: the
 * offset is the first one at which the descriptor holds the number of a thread of the process;
 * where that cannot be told yet, of all the threads seen until it can, no two the same.
 */
#include "native_ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"
#include "target/lwp.h"

enum {
	DESCRIPTOR_SIZE = 1024, /* bytes that are searched: tid is in the first 800 */
	LIKELY_OFFSET = 720,    /* glibc, x86-64; looked at first */
	IDENTS_MAX = 64,        /* descriptors compared: more tell nothing new */
	/* /proc/PID/task is read again for an unknown number at most this often. */
	RELIST_NS = 20 * CLOCK_MS_NS,
};

struct known {
	pid_t ns_tid, tid;
	UT_hash_handle hh;
};

struct native_ids {
	struct mem *mem;
	pid_t pid;
	struct known *known; /* by ns_tid */
	uint64_t relist_at;
	uint64_t idents[IDENTS_MAX]; /* descriptors seen while the offset is unknown */
	size_t ident_count;
	int offset; /* of the number in the descriptor; -1 until found */
};

struct error *native_ids_create(struct mem *mem, pid_t pid, struct native_ids **ret)
{
	struct native_ids *ids = calloc(1, sizeof(*ids));

	if (!ids)
		return &error_nomem;
	ids->mem = mem;
	ids->pid = pid;
	ids->offset = -1;
	*ret = ids;
	return NULL;
}

static void forget_all(struct native_ids *ids)
{
	struct known *known, *next;

	HASH_ITER (hh, ids->known, known, next) {
		HASH_DEL(ids->known, known);
		free(known);
	}
}

void native_ids_destroy(struct native_ids *ids)
{
	if (!ids)
		return;
	forget_all(ids);
	free(ids);
}

static pid_t known_find(const struct native_ids *ids, pid_t ns_tid)
{
	const struct known *known;

	HASH_FIND(hh, ids->known, &ns_tid, sizeof(ns_tid), known);
	return known ? known->tid : 0;
}

static void list_threads(struct native_ids *ids)
{
	CLEANUP(freep)
	struct lwp_id *lwps = NULL;
	size_t count;

	ids->relist_at = clock_now_ns() + RELIST_NS;
	if (error_catch_any(lwp_list(ids->pid, &lwps, &count)))
		return;
	forget_all(ids);
	for (size_t i = 0; i < count; i++) {
		struct known *known = calloc(1, sizeof(*known));

		if (!known)
			return;
		known->ns_tid = lwps[i].ns_tid;
		known->tid = lwps[i].tid;
		HASH_ADD(hh, ids->known, ns_tid, sizeof(known->ns_tid), known);
		if (!known->hh.tbl) {
			free(known);
			return;
		}
	}
}

pid_t native_ids_find(struct native_ids *ids, pid_t ns_tid)
{
	pid_t tid = ns_tid > 0 ? known_find(ids, ns_tid) : 0;

	if (tid || ns_tid <= 0 || clock_now_ns() < ids->relist_at)
		return tid;
	list_threads(ids);
	return known_find(ids, ns_tid);
}

static pid_t tid_at(const unsigned char *descriptor, int offset)
{
	int32_t tid;

	memcpy(&tid, descriptor + offset, sizeof(tid));
	return tid;
}

static bool offset_fits(const struct native_ids *ids,
			const unsigned char (*descriptors)[DESCRIPTOR_SIZE], size_t count,
			int offset)
{
	for (size_t i = 0; i < count; i++) {
		pid_t tid = tid_at(descriptors[i], offset);

		if (!known_find(ids, tid))
			return false;
		for (size_t j = 0; j < i; j++)
			if (tid_at(descriptors[j], offset) == tid)
				return false;
	}
	return count > 0;
}

static void find_offset(struct native_ids *ids)
{
	CLEANUP(freep)
	unsigned char(*descriptors)[DESCRIPTOR_SIZE] = calloc(IDENTS_MAX, sizeof(*descriptors));
	size_t count = 0;

	if (!descriptors)
		return;
	for (size_t i = 0; i < ids->ident_count; i++)
		if (!error_catch_any(mem_read(ids->mem, ids->idents[i], descriptors[count],
					      DESCRIPTOR_SIZE)))
			count++;
	if (offset_fits(ids, descriptors, count, LIKELY_OFFSET)) {
		ids->offset = LIKELY_OFFSET;
		return;
	}
	for (int offset = 0; offset < DESCRIPTOR_SIZE; offset += (int)sizeof(int32_t)) {
		if (offset_fits(ids, descriptors, count, offset)) {
			ids->offset = offset;
			return;
		}
	}
}

static void remember_ident(struct native_ids *ids, uint64_t ident)
{
	for (size_t i = 0; i < ids->ident_count; i++)
		if (ids->idents[i] == ident)
			return;
	if (ids->ident_count < IDENTS_MAX)
		ids->idents[ids->ident_count++] = ident;
}

pid_t native_ids_of_pthread(struct native_ids *ids, struct snapshot *snapshot, uint64_t ident)
{
	const void *word;
	int32_t ns_tid;

	if (!ident)
		return 0;
	if (ids->offset < 0) {
		remember_ident(ids, ident);
		if (clock_now_ns() >= ids->relist_at)
			list_threads(ids);
		find_offset(ids);
	}
	if (ids->offset < 0 || error_catch_any(snapshot_get(snapshot, ident + (uint64_t)ids->offset,
							    sizeof(ns_tid), &word)))
		return 0;
	memcpy(&ns_tid, word, sizeof(ns_tid));
	return native_ids_find(ids, ns_tid);
}
