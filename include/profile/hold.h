/*
 * hold.h - samples of a target that stands still (--blocking).
 *
 * Who can change its Python stack, and is on a CPU, is stopped; then what is wanted is read, in one
 * call where it was foreseen; then all go on. What is said of a thread besides its stack is asked
 * for afterwards.
 */
#ifndef PROFILE_HOLD_H
#define PROFILE_HOLD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "profile/stats.h"
#include "python/python.h"

struct hold;

/* Errors as stopper_create(). */
__attribute__((warn_unused_result)) struct error *hold_create(pid_t pid, struct hold **ret);
void hold_destroy(struct hold *hold); /* takes NULL; lets go what stands still */

/*
 * python_sample() of a target that stands still. Threads go on when their stacks are read, or when
 * we have worked at it for HOLD_MAX_NS: the rest is read as it runs, then. With keep they go on at
 * hold_release() only. Before the first one, python_sample() is to have been called once: what a
 * sample does not foresee takes longer. To be called in a thread of tracer_run().
 */
__attribute__((warn_unused_result)) struct error *
hold_sample(struct hold *hold, struct python *python, const struct py_sample_options *options,
	    bool keep, struct py_sample *ret);
void hold_release(struct hold *hold);

enum { HOLD_MAX_NS = 1000 * 1000 };

/* Did all that could go on stand still until the last sample was read? */
bool hold_is_complete(const struct hold *hold);

/* Before it does anything else, the calling thread is to end: see stopper_is_stuck(). */
bool hold_is_stuck(const struct hold *hold);

/* Adds what happened up to now. */
void hold_count(const struct hold *hold, struct hold_counts *sum);

#endif
