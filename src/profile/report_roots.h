/*
 * report_roots.h - the frames at the root of a stack that say whose it is.
 */
#ifndef PROFILE_REPORT_ROOTS_H
#define PROFILE_REPORT_ROOTS_H

#include "profile/report.h"

/* The node of report under which a thread's frames go: below process, interpreter, thread. */
__attribute__((warn_unused_result)) struct error *
report_root(const struct profile *raw, const struct report_options *options,
	    const struct thread_info *thread, struct profile *report, uint32_t *ret);

#endif
