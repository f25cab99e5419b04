/*
 * stacks.h - from the threads of a sample to counts in the profile.
 */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include "base/error.h"
#include "profile/profile.h"
#include "profile/sampler.h"
#include "profile/short_name.h"
#include "profile/stats.h"
#include "python/python.h"
#include "target/process.h"

/*
 * Remembers, for each thread, the stack that it had last and the node of each of its frames: what
 * did not change since is not looked up again.
 */
struct stack_recorder;

/* All are borrowed and must outlive the recorder, or be replaced by stack_recorder_reset(). */
__attribute__((warn_unused_result)) struct error *
stack_recorder_create(const struct sampler_options *options, const struct process *process,
		      struct profile *profile, struct stack_recorder **ret);
void stack_recorder_destroy(struct stack_recorder *recorder);

/* Another interpreter took the process over: nothing remembered holds for it. */
void stack_recorder_reset(struct stack_recorder *recorder);

/* Counts every thread of the sample that the options want. &error_nomem. */
__attribute__((warn_unused_result)) struct error *
stack_recorder_add(struct stack_recorder *recorder, struct python *python,
		   const struct py_sample *sample, struct stats *stats);

#endif
