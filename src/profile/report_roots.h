/*
 * report_roots.h - the frames at the root of a stack that say whose it is.
 */
#ifndef PROFILE_REPORT_ROOTS_H
#define PROFILE_REPORT_ROOTS_H

#include "base/array.h"
#include "pairs.h"
#include "profile/report.h"

/* Root frames that there are: profile_close_nodes() does not forget them. */
struct report_roots {
	ARRAY(struct report_root_item) items;
	struct pairs index;
};

void report_roots_deinit(struct report_roots *roots);

/* The node of report under which a thread's frames go: below process, interpreter, thread. */
__attribute__((warn_unused_result)) struct error *
report_root(struct report_roots *roots, const struct profile *raw,
	    const struct report_options *options, const struct thread_info *thread,
	    struct profile *report, uint32_t *ret);

#endif
