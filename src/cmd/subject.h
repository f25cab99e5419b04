/*
 * subject.h - whom a command looks at: processes that run, or a command that it launches.
 */
#ifndef CMD_SUBJECT_H
#define CMD_SUBJECT_H

#include "base/text.h"
#include "options.h"
#include "profile/profile.h"
#include "profile/sampler.h"
#include "target/launch.h"
#include "targets.h"

struct subject {
	bool confidential;      /* set by who finds it: its title has no arguments */
	char **command;         /* to be launched; NULL: none is. Borrowed */
	struct targets targets; /* empty when a command is launched */
	struct launch launch;   /* pid 0 until it is */
	struct text title;      /* command lines */
	char *name;             /* what people call it; for names of files */
};

/*
 * Finds and describes it, so that what is in the way is said before anything else happens; launches
 * nothing.
 */
__attribute__((warn_unused_result)) struct error *
subject_find(struct subject *subject, const struct target_options *options, bool quiet);
void subject_deinit(struct subject *subject);

/* The first process, or the command that was launched; 0 before that. */
pid_t subject_pid(const struct subject *subject);

/* What a recording says of itself, into the dictionary's capture. */
__attribute__((warn_unused_result)) struct error *
subject_describe(const struct subject *subject, const struct sampler_options *options,
		 struct profile *dictionary);

/* All of it into the sampler; a command has some seconds to become a Python. */
__attribute__((warn_unused_result)) struct error *
subject_attach(struct subject *subject, struct sampler *sampler,
	       const struct sampler_control *control);

/* On stderr, when there are any: children that could not be read, and why. */
void subject_say_unreadable(const struct sampler *sampler);

/* On a terminal's stderr: that we wait for the command, when it goes on. */
void subject_say_waiting(struct subject *subject);

/*
 * The command goes on when we are done: waits for it. Its exit status becomes ours, unless it is 0
 * and `status`, which is how we did, says more.
 */
int subject_wait(struct subject *subject, int status);

#endif
