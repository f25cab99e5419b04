/*
 * tracks.h - a profile as the forms of time see it: what each thread did, one after the other.
 *
 * These forms have threads of their own: root frames for process, thread and interpreter are not
 * shown in them. A stack without a frame is FRAME_TEXT_EMPTY, so that its time is not lost.
 */
#ifndef OUTPUT_TRACKS_H
#define OUTPUT_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "output/output.h"
#include "profile/profile.h"

struct track {
	uint32_t thread;
	const struct run *runs; /* of the profile, in the order of time */
	size_t count;
	uint64_t busy_ns; /* in which it ran */
	uint64_t time_ns; /* in all */
};

struct tracks {
	struct track *items; /* threads of which there are runs */
	size_t count;
	size_t busiest;            /* the one to look at first */
	uint64_t start_ns, end_ns; /* of all runs */
	bool has_empty;            /* some stack has no frame */
	const struct profile *profile;
};

/* The profile is borrowed. */
__attribute__((warn_unused_result)) struct error *tracks_init(struct tracks *tracks,
							      const struct profile *profile);
void tracks_deinit(struct tracks *tracks);

/* Appends "MainThread (TID)", with the process where there are several. */
void track_add_name(const struct tracks *tracks, const struct track *track, struct text *text);

/* Numbers of its process and of itself: the kernel's, else one of ours. */
pid_t track_pid(const struct tracks *tracks, const struct track *track);
int64_t track_tid(const struct tracks *tracks, const struct track *track);

/* Which program it was, for titles. */
const char *tracks_title(const struct tracks *tracks, const struct output_facts *facts);

/* Above the frames that belong to a track: the root, and root frames. */
static inline bool is_above_frames(const struct profile *profile, uint32_t node)
{
	enum frame_kind kind;

	if (!node)
		return true;
	kind = profile_func_of(profile, node)->kind;
	return kind == FRAME_PROCESS || kind == FRAME_THREAD || kind == FRAME_INTERPRETER;
}

#endif
