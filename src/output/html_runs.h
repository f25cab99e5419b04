/*
 * html_runs.h - what the threads did when, in as many runs as a page can hold.
 */
#ifndef OUTPUT_HTML_RUNS_H
#define OUTPUT_HTML_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"

struct html_runs {
	const struct run *items; /* by thread, then by time */
	size_t count;
	/*
	 * 0: each run as it was recorded. Else time is told this precisely: within such a slice
	 * (they begin at multiples of it), samples of a thread with the same stack and state are
	 * one run, in the order in which they were first seen. Runs across an edge are as recorded.
	 */
	uint64_t slice_ns;
	struct run *own; /* what items are when slice_ns */
};

/* The profile is borrowed. limit: how many runs are too many. &error_nomem. */
__attribute__((warn_unused_result)) struct error *
html_runs_init(struct html_runs *runs, const struct profile *profile, size_t limit);
void html_runs_deinit(struct html_runs *runs);

#endif
