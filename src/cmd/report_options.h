/*
 * report_options.h - what of a recording is shown, and how its frames are named: the options that
 * all commands which show one share.
 */
#ifndef CMD_REPORT_OPTIONS_H
#define CMD_REPORT_OPTIONS_H

#include "options.h"
#include "profile/report.h"

/* Both groups have this as their input; `report` is whole when the options are parsed. */
struct report_choice {
	struct report_options report;
	struct frame_options frame; /* copied into report at the end */
	bool gil;                   /* -g was given: who records need look at no other thread */
	bool mode_given;            /* --mode or -g */
	bool roots_given;           /* -t or -s */
};

/* For every command that shows a profile, record as well. */
extern const struct argp report_argp;

/* In addition, for those that read a recording: -p and -s, which mean something else to record. */
extern const struct argp recorded_argp;

#endif
