/*
 * sampler.h - the loop: wait for the tick, look at every target, hand the samples to a sink.
 */
#ifndef PROFILE_SAMPLER_H
#define PROFILE_SAMPLER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "profile/profile.h"
#include "profile/sink.h"
#include "profile/sources.h"
#include "profile/stats.h"
#include "target/launch.h"

struct sampler_options {
	double rate_hz;       /* 0: as often as can be */
	uint64_t duration_ns; /* 0: until the targets end */
	double cpu_limit;     /* percent of a CPU that we may use: looks less often; 0: any */
	bool gil_only;        /* look at no other thread than the GIL's holder */
	bool subprocesses;    /* follow children, and theirs, those that come later, too */
	bool class_names;     /* before 3.11: the class of self or cls */
	bool blocking;        /* stop the target around each sample */
	bool confidential;    /* note no arguments of commands */
	struct sources
		*sources; /* borrowed: the source of functions is wanted there; NULL: nowhere */
};

/* How the caller steers a run; all may be NULL. */
struct sampler_control {
	const volatile sig_atomic_t *stop; /* non-zero: end now */
	volatile sig_atomic_t *snapshot;   /* non-zero: call on_snapshot, then set to 0 */
	void (*on_snapshot)(void *context);
	void (*on_progress)(void *context, const struct stats *stats);
	uint64_t progress_ns; /* how often, about; 0: 10 times a second. Down to 20 ms */
	void *context;
	struct launch *launch; /* of the command that we started: its end is noticed */
};

struct sampler;

/* dictionary and sink are borrowed and must outlive the sampler. */
__attribute__((warn_unused_result)) struct error *
sampler_create(const struct sampler_options *options, struct profile *dictionary, struct sink *sink,
	       struct sampler **ret);
void sampler_destroy(struct sampler *sampler);

/*
 * Adds a process, once. With wait_ns > 0 a process in which no Python runs yet is given that long
 * to become one, or to have a descendant that does (which is then taken instead): see target. With
 * subprocesses a process without Python is good enough when a descendant has it. Errors as
 * python_attach().
 */
__attribute__((warn_unused_result)) struct error *
sampler_attach(struct sampler *sampler, pid_t pid, uint64_t wait_ns,
	       const struct sampler_control *control);

/* The process that the last sampler_attach() took. */
pid_t sampler_last_pid(const struct sampler *sampler);

/*
 * Samples until the duration is over, the caller says stop, no target is left, or the sink fails.
 * What was sampled is in the sink whatever is returned.
 */
__attribute__((warn_unused_result)) struct error *
sampler_run(struct sampler *sampler, const struct sampler_control *control);

/*
 * How many children could not be read although they run Python, and why the first of them could
 * not; NULL: none. Borrowed.
 */
const struct error *sampler_unreadable(const struct sampler *sampler, size_t *count);

/* Up to date after sampler_run() and inside the callbacks. */
const struct stats *sampler_stats(const struct sampler *sampler);

#endif
