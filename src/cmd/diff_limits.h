/*
 * diff_limits.h - how much slower something may get: the rules of `sonde diff --fail-on`.
 */
#ifndef CMD_DIFF_LIMITS_H
#define CMD_DIFF_LIMITS_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "profile/diff.h"

enum { DIFF_LIMITS_MAX = 32 };

/* self:+5% or total:+5%, and behind another colon which functions. */
struct diff_limit {
	const char *text; /* as it was given */
	bool total;
	double share; /* 0.05: five points of the share */
	bool has_pattern;
	regex_t pattern;
};

struct diff_limits {
	struct diff_limit items[DIFF_LIMITS_MAX];
	size_t count;
};

/* ERROR_USAGE says what a rule looks like. text is borrowed. */
__attribute__((warn_unused_result)) struct error *diff_limits_add(struct diff_limits *limits,
								  const char *text);
void diff_limits_deinit(struct diff_limits *limits);

/*
 * Says on stderr which functions got slower by more than a rule allows. significant: differences
 * that may be chance do not count. *ret is how many there are.
 */
__attribute__((warn_unused_result)) struct error *
diff_limits_check(const struct diff_limits *limits, const struct diff *diff, bool significant,
		  size_t *ret);

#endif
