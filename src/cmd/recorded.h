/*
 * recorded.h - a recording from a file, for the commands that show one: report, diff, view.
 */
#ifndef CMD_RECORDED_H
#define CMD_RECORDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "profile/folded_read.h"
#include "profile/profile.h"
#include "report_options.h"

struct recorded {
	const char *path; /* as it was given */
	struct profile profile;
	size_t run_count; /* that it had, before a report took them */
	bool folded;      /* it is no recording of sonde, but folded stacks */
	struct folded_facts facts;
};

/*
 * Reads a recording or folded stacks; path "-" is standard input. What is missing at the end is
 * said on stderr, unless quiet. Errors name the file.
 */
__attribute__((warn_unused_result)) struct error *recorded_read(const char *path, bool quiet,
								struct recorded *ret);
void recorded_deinit(struct recorded *recorded);

/*
 * The report of it, which takes its stacks: there is one. ERROR_USAGE for a filter that needs what
 * folded stacks do not tell. Their root frames are kept when the choice says nothing about roots.
 */
__attribute__((warn_unused_result)) struct error *
recorded_report(struct recorded *recorded, const struct report_choice *choice, struct profile *ret);

/* Says on stderr what the report leaves out on purpose, and why where nothing is left. */
void recorded_say_left_out(const struct recorded *recorded, const struct report_choice *choice,
			   const struct profile *report);

/* What to call it in titles: the command that was recorded, else the name of the file. */
const char *recorded_title(const struct recorded *recorded);

#endif
