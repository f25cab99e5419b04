/*
 * top.h - what `sonde top` was asked to do, and its parts.
 */
#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "options.h"
#include "sampling.h"
#include "ui/choice.h"

struct top_options {
	struct target_options target;
	struct run_options run;
	struct sampling sampling;
	struct choice choice;
	bool has_sort;      /* was given: else it depends on the rows */
	uint64_t delay_ns;  /* between two refreshes */
	bool batch;         /* tables, not a screen */
	uint64_t refreshes; /* of these: so many; 0: until the end */
	bool json;
	bool has_rows;
	uint64_t rows; /* at most so many in a table; 0: all */
};

/* Looks, shows; returns the exit status. Everything is said on stderr. */
int top_session(const struct top_options *options);

#endif
