/*
 * sink.h - where the samples of a run go, look by look: a recording, the live view.
 *
 * Indices (threads, nodes) are those of the dictionary, the profile that the sampler fills; what is
 * new in it since the last look stands behind what was there.
 */
#ifndef PROFILE_SINK_H
#define PROFILE_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What one thread did at one look. */
struct sample {
	uint32_t thread, node;
	uint8_t state; /* enum sample_state */
	uint8_t flags; /* enum sample_flag */
};

/* One look at all threads of all targets. */
struct tick {
	uint64_t time_ns;   /* since the recording began; never less than that of the last one */
	uint64_t weight_ns; /* what each sample stands for; less than the time since the last
			       look where the sampler itself was held up: the rest is a gap */
	const struct sample *samples; /* each thread at most once */
	size_t count;
};

struct sink {
	/* An error ends the run. */
	struct error *(*add)(struct sink *sink, const struct tick *tick);
};

#endif
