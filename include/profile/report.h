/*
 * report.h - from all that was recorded to what is to be shown: filters, names, counts.
 */
#ifndef PROFILE_REPORT_H
#define PROFILE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "profile/profile.h"

enum report_mode {
	REPORT_WALL, /* every thread; waiting ones only with idle */
	REPORT_CPU,  /* only threads that run */
	REPORT_GIL,  /* only threads that hold the GIL */
};

enum report_names {
	REPORT_NAMES_QUALIFIED, /* as recorded: Class.method */
	REPORT_NAMES_PLAIN,     /* the part behind the last dot */
};

enum { REPORT_PATTERNS_MAX = 32 };

struct report_options {
	enum report_mode mode;
	bool idle; /* wall: waiting threads too */
	/* only these: the number of a thread (tid or ident), or a part of its name */
	const char *threads[REPORT_PATTERNS_MAX];
	size_t thread_count;
	pid_t pids[REPORT_PATTERNS_MAX]; /* only these */
	size_t pid_count;
	/* since the recording began; to_ns 0: its end. Runs that lie across are cut */
	uint64_t from_ns, to_ns;
	/* extended regular expressions, searched for in function, file, path and package */
	const char *include[REPORT_PATTERNS_MAX]; /* only stacks with such a frame */
	size_t include_count;
	const char *exclude[REPORT_PATTERNS_MAX]; /* no stacks with such a frame */
	size_t exclude_count;
	const char *hide[REPORT_PATTERNS_MAX]; /* such frames are left out of their stacks */
	size_t hide_count;
	/*
	 * Frames of the standard library and of installed packages are left out of their stacks:
	 * their samples count for the caller. Stacks without any other frame are left out whole.
	 */
	bool mine;
	bool by_function;    /* a frame's line is where its function begins */
	bool no_lines;       /* no lines at all */
	bool full_filenames; /* func.file is func.path */
	enum report_names names;
	bool thread_roots;  /* a root frame for each thread */
	bool process_roots; /* a root frame for each process; also where there are several */
};

/*
 * A new profile (profile_init() is done here): the nodes of raw's runs that pass the filters, with
 * counts and times, runs pointing at them, and copies of the rest. The stats of its capture say
 * what is in it: samples, what the mode hid, how much time of the recording it covers. ERROR_USAGE
 * for a pattern that is no regular expression.
 */
__attribute__((warn_unused_result)) struct error *
profile_report(const struct profile *raw, const struct report_options *options,
	       struct profile *ret);

/*
 * The same, and raw's runs become those of the report instead of being copied: raw has none
 * afterwards, whatever is returned, and its tree grows no more. Runs are most of a large recording.
 */
__attribute__((warn_unused_result)) struct error *
profile_report_take(struct profile *raw, const struct report_options *options, struct profile *ret);

#endif
