/*
 * diff.h - two reports side by side, stack by stack and function by function.
 *
 * Functions are the same when kind, name and file are: lines move between two versions of a program
 * and are not looked at.
 */
#ifndef PROFILE_DIFF_H
#define PROFILE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"

enum diff_side { DIFF_OLD, DIFF_NEW, DIFF_SIDES };

struct diff_weight {
	uint64_t samples, time_ns;
};

/* Of a function, in each of the two. */
struct diff_func {
	struct diff_weight self[DIFF_SIDES];
	struct diff_weight total[DIFF_SIDES]; /* with what it called; once for each stack */
};

struct diff {
	/*
	 * The stacks of both: functions without lines and with the path that the new one has,
	 * frames of line 0. The counts of its nodes are those of both together; it has no runs,
	 * threads, sources or capture.
	 */
	struct profile tree;
	struct diff_weight (*nodes)[DIFF_SIDES]; /* by node of tree: what ended there */
	struct diff_func *funcs;                 /* by function of tree; root frames are 0 */
	struct diff_weight all[DIFF_SIDES];
	uint64_t elapsed_ns[DIFF_SIDES]; /* how long was recorded; 0: unknown */
};

struct diff_options {
	/* keep root frames, without the numbers that no two runs have in common */
	bool thread_roots, process_roots;
};

/* Both are reports (profile_report()). &error_nomem. */
__attribute__((warn_unused_result)) struct error *diff_init(struct diff *diff,
							    const struct profile *old,
							    const struct profile *new,
							    const struct diff_options *options);
void diff_deinit(struct diff *diff);

/* What share of its side a weight is, by time: 0 to 1, 0 where the side has nothing. */
double diff_share(const struct diff *diff, enum diff_side side, const struct diff_weight *weight);

/*
 * How large a difference of the two shares chance alone gives, 99 times of 100, where each sample
 * is a draw of its own. Samples that follow each other are alike, so it is the least that one has
 * to expect. 0 to 1.
 */
double diff_noise(const struct diff *diff, const struct diff_weight weights[DIFF_SIDES]);

/*
 * One side as a profile with the nodes of the tree, for forms that compare two profiles. It borrows
 * all but its nodes from diff, and its capture from the report of that side; nothing can be added.
 */
__attribute__((warn_unused_result)) struct error *diff_side_profile(const struct diff *diff,
								    enum diff_side side,
								    const struct profile *report,
								    struct profile *ret);
void diff_side_profile_deinit(struct profile *profile);

enum diff_by { DIFF_BY_FUNCTION, DIFF_BY_STACK };

/* Shares are 0 to 1; delta is new less old. */
struct diff_change {
	double share[DIFF_SIDES], delta, noise;
};

/* Whether chance alone may well have made the difference: see diff_noise(). */
static inline bool diff_change_may_be_chance(const struct diff_change *change)
{
	return change->delta < 0 ? -change->delta <= change->noise : change->delta <= change->noise;
}

/* Half a tenth of a point and more: less shows as no difference, and ranks as none. */
static inline bool diff_change_shows(const struct diff_change *change)
{
	return change->delta >= 0.0005 || change->delta <= -0.0005;
}

struct diff_row {
	const struct func *func;        /* of the tree; NULL by stack */
	uint32_t node;                  /* by stack */
	struct diff_change self, total; /* by stack there is no total */
};

struct diff_rows {
	struct diff_row *items;
	size_t count;
};

/* All that has samples on either side: what got slower (in itself, then in total) first. */
__attribute__((warn_unused_result)) struct error *diff_rank(const struct diff *diff,
							    enum diff_by by, struct diff_rows *ret);
void diff_rows_deinit(struct diff_rows *rows);

#endif
