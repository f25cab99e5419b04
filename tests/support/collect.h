/*
 * collect.h - a sink that keeps every sample in memory, as runs of the dictionary: what a recording
 * would give when it is read. Memory grows with the changes of the stacks.
 */
#ifndef TESTS_SUPPORT_COLLECT_H
#define TESTS_SUPPORT_COLLECT_H

#include "base/array.h"
#include "profile/profile.h"
#include "profile/sink.h"

struct collector {
	struct sink sink;
	struct profile *profile;
	ARRAY(size_t) last; /* by thread: its last run */
};

/* profile is borrowed. */
void collector_init(struct collector *collector, struct profile *profile);

/* Puts the runs in order; more may be added afterwards. */
void collector_settle(struct collector *collector);
void collector_deinit(struct collector *collector);

#endif
