/*
 * record.h - what `sonde record` was asked to do.
 */
#ifndef CMD_RECORD_H
#define CMD_RECORD_H

#include "options.h"
#include "profile/report.h"
#include "profile/sampler.h"
#include "record_outputs.h"

struct record_options {
	struct target_options target;
	struct frame_options frame;
	struct run_options run;
	struct sampler_options sampler;
	struct report_options report;
	struct record_wishes wishes;
};

/* Records; returns the exit status. Everything is said on stderr. */
int record_session(const struct record_options *options);

#endif
