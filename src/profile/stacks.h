/*
 * stacks.h - from the threads of a look to samples: nodes and threads of the dictionary.
 */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include "base/array.h"
#include "base/error.h"
#include "profile/profile.h"
#include "profile/sampler.h"
#include "profile/short_name.h"
#include "profile/sink.h"
#include "profile/stats.h"
#include "python/python.h"
#include "target/process.h"

/*
 * Remembers, for each thread, the stack that it had last and the node of each of its frames: what
 * did not change since is not looked up again.
 */
struct stack_recorder;

/* The samples of one look, of all targets. */
struct look {
	struct sample *items;
	size_t count, capacity;
};

/* All are borrowed and must outlive the recorder, or be replaced by stack_recorder_reset(). */
__attribute__((warn_unused_result)) struct error *
stack_recorder_create(const struct sampler_options *options, const struct process *process,
		      struct profile *dictionary, struct stack_recorder **ret);
void stack_recorder_destroy(struct stack_recorder *recorder);

/* Another interpreter took the process over: nothing remembered holds for it. */
void stack_recorder_reset(struct stack_recorder *recorder);

/*
 * Appends a sample of every thread that the options want. python may be NULL (nothing is known of
 * it then but what the sample says). &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
stack_recorder_add(struct stack_recorder *recorder, struct python *python,
		   const struct py_sample *sample, struct stats *stats, struct look *look);

#endif
