/*
 * native_ids.h - the kernel's number of a Python thread.
 *
 * From 3.11 the thread state holds it (native_thread_id). Before, it holds pthread_self() only: the
 * address of the C library's thread descriptor, which holds the number at a place that is found by
 * comparing with /proc/PID/task. Both speak of the target's own PID namespace.
 */
#ifndef PYTHON_NATIVE_IDS_H
#define PYTHON_NATIVE_IDS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/mem.h"
#include "target/snapshot.h"

struct native_ids;

/* mem is borrowed. */
__attribute__((warn_unused_result)) struct error *native_ids_create(struct mem *mem, pid_t pid,
								    struct native_ids **ret);
void native_ids_destroy(struct native_ids *ids);

/* Our number of the thread that its own namespace calls ns_tid; 0 when it cannot be told. */
pid_t native_ids_find(struct native_ids *ids, pid_t ns_tid);

/* The same for the thread whose pthread_self() is ident, read in this round of snapshot. */
pid_t native_ids_of_pthread(struct native_ids *ids, struct snapshot *snapshot, uint64_t ident);

#endif
