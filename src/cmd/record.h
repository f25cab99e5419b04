/*
 * record.h - what `sonde record` was asked to do.
 */
#ifndef CMD_RECORD_H
#define CMD_RECORD_H

#include "destinations.h"
#include "options.h"
#include "profile/sampler.h"
#include "report_options.h"

struct record_options {
	struct target_options target;
	struct run_options run;
	struct sampler_options sampler;
	bool has_cpu_limit; /* was given: else it depends on the rate */
	bool stats;         /* say what the reading took */
	struct report_choice shown;
	struct destination_wishes wishes;
};

/* Records; returns the exit status. Everything is said on stderr. */
int record_session(const struct record_options *options);

#endif
