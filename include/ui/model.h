/*
 * model.h - what the live view knows: samples of the last seconds and since the start, what each
 * thread does, what the processes take of the machine.
 *
 * Plain data, filled by the sampler (it is a sink) and, once a refresh, by whoever measures. What
 * is shown is a copy of the moment of the last refresh, so that a frozen screen can still be
 * sorted, filtered and searched. Memory grows with what is distinct, not with time.
 */
#ifndef UI_MODEL_H
#define UI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "profile/profile.h"
#include "profile/sink.h"
#include "ui/counts.h"

enum {
	MODEL_SLOT_NS =
		CLOCK_SECOND_NS / 2, /* the last seconds are kept in pieces of this length */
	MODEL_SLOTS = 121,           /* a minute, and the piece that is being filled */
	MODEL_WINDOW_MAX_S = 60,
	/* distinct samples in all pieces, 16 bytes each and as many again free: past that a window
	   is shorter than it was asked to be */
	MODEL_SLOT_ENTRIES_MAX = 1 << 20,
	MODEL_RECENT = 3,   /* looks */
	MODEL_POINTS = 600, /* of the curves: ten minutes */
};

/* What a sample was: a key of struct counts. */
struct sample_key {
	uint32_t thread, node;
	uint8_t state, flags;
};
enum { MODEL_THREADS_MAX = 1 << 27 /* what fits into a key; later ones are left out */ };

static inline uint64_t sample_key_pack(const struct sample *sample)
{
	return (uint64_t)sample->thread << 37 | (uint64_t)sample->node << 5 |
	       (uint64_t)(sample->state & 7U) << 2 | (sample->flags & 3U);
}

static inline struct sample_key sample_key_unpack(uint64_t key)
{
	return (struct sample_key) { (uint32_t)(key >> 37), (uint32_t)(key >> 5),
				     (uint8_t)(key >> 2 & 7), (uint8_t)(key & 3) };
}

/* Samples of a stretch of time. */
struct part {
	struct counts samples; /* struct sample_key -> nanoseconds */
	uint64_t looked_ns;    /* that the looks stand for: what a share is a share of */
	uint64_t gil_ns;       /* of them: somebody held the GIL */
	uint64_t gc_ns;        /* somebody was in the collector */
};

/* What the processes take of the machine. */
struct load {
	double cpu; /* CPUs: 1 is one of them */
	uint64_t rss_bytes, age_ns;
	uint32_t threads, processes; /* that live */
};

/* A point of the curves. */
struct load_point {
	double cpu, gil;
	uint64_t rss_bytes;
};

/* What a thread did at the last look that saw it. */
struct thread_now {
	uint64_t seen_ns;      /* that look; 0: none did */
	uint64_t key;          /* of what it did */
	uint64_t uncounted_ns; /* how long, not yet in any part */
};

struct model {
	struct sink sink; /* first: the sampler gets it */
	const struct profile *dictionary;
	struct part slots[MODEL_SLOTS];
	uint64_t slot; /* number of the one that is filled, from 0: slots[slot % MODEL_SLOTS] */
	uint64_t first_slot; /* the oldest that is kept */
	struct part total;
	uint64_t reset_ns;               /* total began then */
	uint64_t time_ns;                /* of the last look */
	uint64_t times_ns[MODEL_RECENT]; /* of the last looks, a ring */
	uint64_t looks;
	ARRAY(struct thread_now) threads;
	uint64_t measured_gil_ns, measured_looked_ns, looked_ns, gil_ns; /* for the curves */

	/* what is shown: as of the last model_refresh() */
	struct part window_shown, total_shown;
	uint64_t shown_ns;
	struct load load;
	struct stats stats;
	double rate_hz, own_cpu; /* looks a second, and CPUs that looking took: lately */
	struct load_point points[MODEL_POINTS]; /* a ring */
	uint64_t point_count;                   /* how many ever came */
};

/* dictionary is borrowed. */
void model_init(struct model *model, const struct profile *dictionary);
void model_deinit(struct model *model);

/* How it goes: a point of the curves. Once a second, about. */
void model_measure(struct model *model, const struct load *load, const struct stats *stats);

/* What is shown is what there is now; the window is the last window_ns. &error_nomem. */
__attribute__((warn_unused_result)) struct error *model_refresh(struct model *model,
								uint64_t window_ns);

/* Everything that was counted is forgotten; the curves stay. */
void model_reset(struct model *model);

/* The point `back` seconds before the last; NULL when there is none. */
const struct load_point *model_point(const struct model *model, size_t back);

/* Whether one of the last looks saw the thread: a single one may have been lost. */
static inline bool model_is_seen(const struct model *model, size_t thread)
{
	uint64_t since_ns = model->times_ns[model->looks % MODEL_RECENT];

	return model->threads.items[thread].seen_ns &&
	       model->threads.items[thread].seen_ns >= since_ns;
}

#endif
