/*
 * target.h - one process that is being sampled, through its execs and its end.
 */
#ifndef PROFILE_TARGET_H
#define PROFILE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/hold.h"
#include "profile/short_name.h"
#include "python/python.h"
#include "stacks.h"
#include "target/process.h"

struct target {
	struct process process;
	struct python *python; /* NULL while it runs no Python (after an exec) */
	struct hold *hold;     /* --blocking, else NULL */
	bool is_foreseen;      /* with it: what a sample takes is known */
	struct stack_recorder *recorder;
	uint64_t lost_since_ns; /* the list of threads is unreadable since; 0: it is not */
	uint64_t away_since_ns; /* no Python in it since */
	uint64_t retry_at_ns, retry_wait_ns; /* when to attach again */
};

/* Opens and attaches. Errors as python_attach(). */
__attribute__((warn_unused_result)) struct error *
target_create(pid_t pid, const struct sampler_options *options, struct profile *dictionary,
	      struct target **ret);
void target_destroy(struct target *target);
void target_destroyp(struct target **target);

enum target_result { TARGET_SAMPLED, TARGET_LOST, TARGET_AWAY, TARGET_ENDED };

/*
 * One sample of each of its threads into the look. *result: TARGET_LOST the list of threads could
 * not be read, TARGET_AWAY there is no Python in it now, TARGET_ENDED it is gone, or has been
 * without a Python for long. Only &error_nomem is returned.
 */
__attribute__((warn_unused_result)) struct error *
target_sample(struct target *target, const struct sampler_options *options, uint64_t now_ns,
	      struct stats *stats, struct look *look, enum target_result *result);

#endif
