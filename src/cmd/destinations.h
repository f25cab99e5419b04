/*
 * destinations.h - where a profile goes: files by -o, or the table on the terminal.
 */
#ifndef CMD_DESTINATIONS_H
#define CMD_DESTINATIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "output/file.h"
#include "output/output.h"
#include "profile/report.h"

enum { DESTINATIONS_MAX = 32 };

/* What the command line asks for. */
struct destination_wishes {
	const char *patterns[DESTINATIONS_MAX]; /* of -o */
	size_t count;
	const char *format; /* of -f; NULL */
	bool keep;          /* without -o a file is kept, beside the table */
};

/* -o and -f, into struct destination_wishes. */
extern const struct argp destinations_argp;

/* For commands with an -o and -f of their own: takes the argument of -o. */
void destination_wishes_add(struct argp_state *state, struct destination_wishes *wishes,
			    const char *path);

/* Takes the first name of a recording out of the wishes; NULL when there is none. */
const char *destination_wishes_take_recording(struct destination_wishes *wishes);

/* For their argp's help_filter: the text of an option with these names behind it. */
char *destinations_help(const char *text, const char *names);

struct destination {
	const char *pattern;
	const struct output *form;
	struct output_file *file; /* NULL until it is opened */
};

struct destinations {
	struct destination items[DESTINATIONS_MAX + 1];
	size_t count;
	bool table;          /* the table on the terminal, too */
	bool table_to_error; /* standard output belongs to the command that we launched */
	bool kept;           /* items[0] is the file that nobody asked for */
};

/* Chooses the forms. ERROR_USAGE for a format or an ending that there is not. */
__attribute__((warn_unused_result)) struct error *
destinations_init(struct destinations *outputs, const struct destination_wishes *wishes);
void destinations_deinit(struct destinations *outputs);

/*
 * Opens what is not open yet. Without a process (facts->pid 0: the command is not launched yet)
 * names that need its PID are only proved: call again when it is known.
 */
__attribute__((warn_unused_result)) struct error *
destinations_open(struct destinations *outputs, const struct output_name_facts *facts);

/* Of what the report would have, what no form shows is not made. */
void destinations_narrow(const struct destinations *outputs, struct report_options *options);

/* Gives back what no form looks at. */
void destinations_release(const struct destinations *outputs, struct profile *report);

/* Every file; not what goes to standard output when it is a snapshot. The first error, if any. */
__attribute__((warn_unused_result)) struct error *
destinations_write(struct destinations *outputs, const struct profile *profile,
		   const struct output_facts *facts, bool snapshot, bool quiet);

#endif
