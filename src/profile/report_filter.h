/*
 * report_filter.h - which runs of a recording pass, and which frames of their stacks are shown.
 */
#ifndef PROFILE_REPORT_FILTER_H
#define PROFILE_REPORT_FILTER_H

#include <regex.h>

#include "profile/report.h"

/* What is known of a frame, and of all frames of a stack. */
enum report_mark {
	MARK_INCLUDED = 1 << 0,
	MARK_EXCLUDED = 1 << 1,
	MARK_MINE = 1 << 2,
	MARK_HIDDEN = 1 << 3, /* the frame is left out of its stack */
};

/* The patterns of one option. */
struct report_patterns {
	regex_t compiled[REPORT_PATTERNS_MAX];
	size_t count;
};

struct report_filter {
	const struct profile *raw;
	const struct report_options *options;
	struct report_patterns include, exclude, hide;
	uint8_t *funcs;   /* by function of raw: marks */
	uint8_t *nodes;   /* by node of raw: marks of the frames down to it */
	uint8_t *threads; /* by thread of raw: whether it is wanted */
};

/* ERROR_USAGE for a pattern that is no regular expression. */
__attribute__((warn_unused_result)) struct error *
report_filter_init(struct report_filter *filter, const struct profile *raw,
		   const struct report_options *options);
void report_filter_deinit(struct report_filter *filter);

/*
 * Whether the run is to be shown; it is cut to the time that is wanted. What only the mode hides is
 * counted in report.
 */
bool report_filter_passes(const struct report_filter *filter, struct run *run,
			  struct profile *report);

#endif
