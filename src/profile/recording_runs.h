/*
 * recording_runs.h - looks as columns of what changed, and back to runs.
 *
 * A moment is the end of some looks at which nothing changed; what changed at the next one stands
 * with it. Times are counted in units that do not add up errors: a moment is so many units after
 * the beginning, rounded down.
 */
#ifndef PROFILE_RECORDING_RUNS_H
#define PROFILE_RECORDING_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "bytes.h"
#include "profile/profile.h"
#include "profile/sink.h"
#include "recording_format.h"

/* What a thread was seen at last. */
struct thread_seen {
	uint64_t look;  /* number of that look, from 1; 0: never */
	uint64_t first; /* number of the look at which its run began */
	uint32_t node;
	uint8_t state, flags;
};

struct run_encoder {
	uint32_t unit_ns, slot_units;
	uint64_t look;        /* how many there were */
	uint64_t moment_look; /* how many of them until the last moment */
	uint64_t moment;      /* when that was, units */
	uint64_t time_ns;     /* of the last look */
	ARRAY(struct thread_seen) threads;
	ARRAY(uint32_t) present; /* threads that the last look saw */
	struct bytes columns[RUN_COLUMNS];
};

void run_encoder_init(struct run_encoder *encoder, uint32_t unit_ns, uint32_t slot_units);
void run_encoder_deinit(struct run_encoder *encoder);

/* One look. &error_nomem. */
__attribute__((warn_unused_result)) struct error *run_encoder_add(struct run_encoder *encoder,
								  const struct tick *tick);

/* What came so far is in the columns; whoever writes them empties them. */
void run_encoder_settle(struct run_encoder *encoder);

/* A thread's run that is not over. */
struct thread_run {
	uint64_t first_look, start; /* looks before it, and when it began, units */
	uint64_t runs; /* counting: how many it has; placing: where the next one goes */
	uint64_t end;  /* placing: behind its last */
	uint32_t node;
	uint8_t look;
	bool open;
};

/*
 * Goes through the blocks twice: counts the runs of each thread, then puts each where it belongs,
 * so that no more memory is used than for the runs, in order.
 */
struct run_decoder {
	uint32_t unit_ns, slot_units;
	uint64_t looks, moment; /* as of the last moment */
	ARRAY(struct thread_run) threads;
	struct run *runs; /* NULL while it counts */
	uint64_t run_count;
};

void run_decoder_init(struct run_decoder *decoder, uint32_t unit_ns, uint32_t slot_units);
void run_decoder_deinit(struct run_decoder *decoder);

/*
 * The columns of a block; indices are checked against what the dictionary has so far. What makes
 * no sense sets *sense to false.
 */
__attribute__((warn_unused_result)) struct error *run_decoder_add(struct run_decoder *decoder,
								  const struct profile *dictionary,
								  const struct bytes *columns,
								  bool *sense);

/* The end of the recording: closes what is open. False when that makes no sense. */
bool run_decoder_end(struct run_decoder *decoder);

/* From counting to placing, into room for run_count runs. */
void run_decoder_place(struct run_decoder *decoder, struct run *runs);

/* As many runs were placed as were counted. */
bool run_decoder_is_placed(const struct run_decoder *decoder);

#endif
