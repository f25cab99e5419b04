/*
 * tracks.c - the runs of a profile, thread by thread.
 */
#include "tracks.h"

#include <stdlib.h>

#include "base/utf8.h"

static size_t count_threads(const struct profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->run_count; i++)
		count += !i || profile->runs[i].thread != profile->runs[i - 1].thread;
	return count;
}

static void add_run(struct tracks *tracks, const struct run *run)
{
	struct track *track = tracks->count ? &tracks->items[tracks->count - 1] : NULL;

	if (!track || track->thread != run->thread) {
		track = &tracks->items[tracks->count++];
		*track = (struct track) { .thread = run->thread, .runs = run };
	}
	track->count++;
	track->time_ns += run->time_ns;
	if (run->state == SAMPLE_RUNNING)
		track->busy_ns += run->time_ns;
	if (run->start_ns < tracks->start_ns)
		tracks->start_ns = run->start_ns;
	if (run->start_ns + run->time_ns > tracks->end_ns)
		tracks->end_ns = run->start_ns + run->time_ns;
	if (is_above_frames(tracks->profile, run->node))
		tracks->has_empty = true;
}

static bool is_busier(const struct track *a, const struct track *b)
{
	return a->busy_ns != b->busy_ns ? a->busy_ns > b->busy_ns : a->time_ns > b->time_ns;
}

struct error *tracks_init(struct tracks *tracks, const struct profile *profile)
{
	*tracks = (struct tracks) {
		.items = calloc(count_threads(profile) + 1, sizeof(*tracks->items)),
		.profile = profile,
		.start_ns = profile->run_count ? UINT64_MAX : 0,
	};
	if (!tracks->items)
		return &error_nomem;
	for (size_t i = 0; i < profile->run_count; i++)
		add_run(tracks, &profile->runs[i]);
	for (size_t i = 1; i < tracks->count; i++)
		if (is_busier(&tracks->items[i], &tracks->items[tracks->busiest]))
			tracks->busiest = i;
	return NULL;
}

void tracks_deinit(struct tracks *tracks)
{
	free(tracks->items);
	tracks->items = NULL;
}

void track_add_name(const struct tracks *tracks, const struct track *track, struct text *text)
{
	const struct thread_info *thread = &tracks->profile->threads[track->thread];

	text_add_clean(text, thread->name[0] ? thread->name : "thread");
	if (thread->tid)
		text_addf(text, " (%d)", (int)thread->tid);
	if (thread->interp)
		text_addf(text, ", interpreter %lld", (long long)thread->interp);
	if (tracks->profile->process_count > 1)
		text_addf(text, ", process %d",
			  (int)tracks->profile->processes[thread->process].pid);
}

pid_t track_pid(const struct tracks *tracks, const struct track *track)
{
	const struct profile *profile = tracks->profile;

	return profile->processes[profile->threads[track->thread].process].pid;
}

int64_t track_tid(const struct tracks *tracks, const struct track *track)
{
	pid_t tid = tracks->profile->threads[track->thread].tid;

	return tid ? tid : (int64_t)track->thread + 1;
}

const char *tracks_title(const struct tracks *tracks, const struct output_facts *facts)
{
	if (facts->title && facts->title[0])
		return facts->title;
	return tracks->profile->capture.command[0] ? tracks->profile->capture.command : "sonde";
}
