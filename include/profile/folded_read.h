/*
 * folded_read.h - folded stacks (`frame;frame;... count`, a line each) as a recording.
 *
 * What sonde, py-spy and perf's scripts write, compressed by gzip or not. There is no time in it:
 * a sample counts as a millisecond, and what each thread did is in the order of the lines.
 */
#ifndef PROFILE_FOLDED_READ_H
#define PROFILE_FOLDED_READ_H

#include <stdbool.h>

#include "base/error.h"
#include "profile/profile.h"

/* What its lines tell, and a recording would. */
struct folded_facts {
	bool has_threads;   /* stacks begin with `thread (TID): NAME` */
	bool has_processes; /* with `process PID:"command"` */
	bool has_paths;     /* some file is given by its whole path */
};

/*
 * Reads from where fd stands (it is left open, somewhere behind that) into an empty profile
 * (profile_init() is done here). ERROR_FORMAT names the line that is no stack; ERROR_OS. `name`
 * is for messages.
 */
__attribute__((warn_unused_result)) struct error *
folded_read(int fd, const char *name, struct profile *ret, struct folded_facts *facts);

#endif
