/*
 * record.h - what `sonde record` was asked to do.
 */
#ifndef CMD_RECORD_H
#define CMD_RECORD_H

#include "destinations.h"
#include "options.h"
#include "report_options.h"
#include "sampling.h"

struct record_options {
	struct target_options target;
	struct run_options run;
	struct sampling sampling;
	bool stats; /* say what the reading took */
	struct report_choice shown;
	struct destination_wishes wishes;
};

/* Records; returns the exit status. Everything is said on stderr. */
int record_session(const struct record_options *options);

#endif
