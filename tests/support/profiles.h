/*
 * profiles.h - profiles made by hand, and what a writer makes of them.
 */
#ifndef TESTS_SUPPORT_PROFILES_H
#define TESTS_SUPPORT_PROFILES_H

#include <stdint.h>

#include "output/output.h"
#include "profile/profile.h"

enum { SAMPLE_NS = 1000 * 1000 /* what a sample stands for */ };

/* One frame of a stack; a stack ends at a frame without a name. */
struct frame_given {
	enum frame_kind kind;
	const char *name, *file;
	int32_t line;
};

#define PY(name, file, line) ((struct frame_given) { FRAME_PYTHON, name, file, line })
#define MARK(name)           ((struct frame_given) { FRAME_MARKER, name, "", 0 })

/* Counts a stack, root first. */
void profile_count(struct profile *profile, const struct frame_given *stack, uint64_t count);
#define COUNT(profile, count, ...)                                                                 \
	profile_count(profile, (struct frame_given[]) { __VA_ARGS__, { 0 } }, count)

/* A stack of that depth: f0 to f(depth - 1), all of one file. */
void profile_count_deep(struct profile *profile, uint32_t depth, uint64_t count);

/* Threads, processes, recursion, markers: what an ordinary program leaves. */
void profile_ordinary(struct profile *profile);

/* Names with everything in them that has a meaning to somebody. */
void profile_hostile(struct profile *profile);

/*
 * What a recording gives when it is read: two processes, four threads (one in another interpreter),
 * hostile names, runs in every state with a gap between them, source lines, facts. Stacks have no
 * counts: profile_report() makes them.
 */
void profile_recorded(struct profile *profile);

/* The whole of profile_recorded() as a report: all states, a root frame for each thread. */
void profile_reported(struct profile *profile);

/* What the writer writes; malloc'ed. */
char *written(const struct output *output, const struct profile *profile,
	      const struct output_facts *facts, size_t *length);

#endif
