/*
 * snapshot.h - pieces of a target's memory copied in one vectored call, and looked at in the copy.
 *
 * What a reader will want is predicted from what it wanted last time: the ranges that were used in
 * one round are read together at the start of the next. A range that was not predicted is read when
 * it is asked for (a miss) and predicted from then on; one that goes unused is dropped.
 */
#ifndef TARGET_SNAPSHOT_H
#define TARGET_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "target/mem.h"

struct snapshot;

typedef ARRAY(struct mem_range) mem_range_array;

__attribute__((warn_unused_result)) struct error *snapshot_create(struct mem *mem,
								  struct snapshot **ret);
void snapshot_destroy(struct snapshot *snapshot);

/*
 * A new round: the ranges used in the last one are read again, in the order in which they were
 * first asked for, in one call (more only past IOV_MAX). A range that begins in or less than a
 * page behind the one before it is read together with it, in the order of addresses. Pointers of
 * the last round are invalid from here. &error_gone.
 */
__attribute__((warn_unused_result)) struct error *snapshot_begin(struct snapshot *snapshot);

/*
 * The bytes [addr, addr + len) of this round, from the copy when they lie inside one range of it,
 * else by a read of their own. *ret is borrowed until the next snapshot_begin(). &error_fault,
 * &error_gone; &error_nomem past SNAPSHOT_BYTES_MAX. The copy has the alignment that addr has.
 */
__attribute__((warn_unused_result)) struct error *
snapshot_get(struct snapshot *snapshot, uint64_t addr, size_t len, const void **ret);

/*
 * The same, but read behind all others in the next round: what the target may go on with while it
 * is read. The memory that one reads is for a moment not the target's, which waits for it when it
 * writes there; and what is read between two things sets them apart. Such ranges are read in the
 * order of their addresses, hence together where they lie close to each other.
 */
__attribute__((warn_unused_result)) struct error *
snapshot_get_last(struct snapshot *snapshot, uint64_t addr, size_t len, const void **ret);

/* The same, when it is in the copy already; NULL otherwise. No system call. */
const void *snapshot_peek(struct snapshot *snapshot, uint64_t addr, size_t len);

/*
 * What is in the copy is read again in the next round, too. True when it would have been anyway: it
 * was asked for in this one.
 */
bool snapshot_predict(struct snapshot *snapshot, uint64_t addr, size_t len);

/*
 * This range, asked for in this round, is not going to be asked for in the next one: it is not
 * predicted.
 */
void snapshot_done_with(struct snapshot *snapshot, uint64_t addr, size_t len);

/* As snapshot_peek(), but not taken for a use: neither predicted nor moved to the front by it. */
const void *snapshot_glance(struct snapshot *snapshot, uint64_t addr, size_t len);

/*
 * What the last round had copied of a range that is in this one's copy; NULL where it had not.
 * Borrowed until the next snapshot_begin().
 */
const void *snapshot_before(struct snapshot *snapshot, uint64_t addr, size_t len);

/*
 * Several ranges at once: those not in the copy are read in one call. Ranges that cannot be read
 * are no error: snapshot_peek() answers NULL for them.
 */
__attribute__((warn_unused_result)) struct error *
snapshot_want(struct snapshot *snapshot, const struct mem_range *ranges, size_t count);

/*
 * Ranges that were first used in this round from `since` on, an earlier snapshot_used(), and are
 * predicted for the next: copied to the end of an array. False when out of memory.
 */
size_t snapshot_used(const struct snapshot *snapshot);
bool snapshot_uses(const struct snapshot *snapshot, size_t since, mem_range_array *ret);

/* Bounds on what one round may hold: a target that lies cannot make us allocate without end. */
enum { SNAPSHOT_BYTES_MAX = 256 << 20, SNAPSHOT_RANGES_MAX = 1 << 20 };

#endif
