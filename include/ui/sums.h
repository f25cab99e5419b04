/*
 * sums.h - how much time each call and each thread took, of what is shown.
 */
#ifndef UI_SUMS_H
#define UI_SUMS_H

#include "ui/choice.h"
#include "ui/model.h"
#include "ui/tree.h"

/* Nanoseconds. */
struct sum {
	uint64_t own, total;            /* in the window */
	uint64_t own_time, total_time;  /* since the start */
	uint64_t states[SAMPLE_STATES]; /* of total, by enum sample_state */
	uint64_t gil, gc;               /* of total: held the GIL, was in the collector */
};

struct sums {
	ARRAY(struct sum) nodes;   /* by node of the tree; that of the root is all of it */
	ARRAY(struct sum) threads; /* by thread; states, gil and gc of all that it did */
};

void sums_deinit(struct sums *sums);

/* Counts what the model shows. The tree must know all of the dictionary. &error_nomem. */
__attribute__((warn_unused_result)) struct error *sums_make(struct sums *sums,
							    const struct model *model,
							    const struct choice *choice,
							    const struct tree *tree);

void sum_add(struct sum *sum, const struct sum *more);

#endif
