/*
 * record_outputs.h - where a recording goes: files by -o, or the table and a file that is kept.
 */
#ifndef CMD_RECORD_OUTPUTS_H
#define CMD_RECORD_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "output/file.h"
#include "output/output.h"

enum { RECORD_OUTPUTS_MAX = 32 };

/* What the command line asks for. */
struct record_wishes {
	const char *patterns[RECORD_OUTPUTS_MAX]; /* of -o */
	size_t count;
	const char *format; /* of -f; NULL */
};

struct record_output {
	const char *pattern;
	const struct output *form;
	struct output_file *file; /* NULL until it is opened */
};

struct record_outputs {
	struct record_output items[RECORD_OUTPUTS_MAX + 1];
	size_t count;
	bool table;          /* the table on the terminal, too */
	bool table_to_error; /* standard output belongs to the command that we launched */
	bool kept;           /* items[0] is the file that nobody asked for */
};

/* Chooses the forms. ERROR_USAGE for a format or an ending that there is not. */
__attribute__((warn_unused_result)) struct error *
record_outputs_init(struct record_outputs *outputs, const struct record_wishes *wishes);
void record_outputs_deinit(struct record_outputs *outputs);

/*
 * Opens what is not open yet. Without a process (facts->pid 0: the command is not launched yet)
 * names that need its PID are only proved: call again when it is known.
 */
__attribute__((warn_unused_result)) struct error *
record_outputs_open(struct record_outputs *outputs, const struct output_name_facts *facts);

/* Every file; not what goes to standard output when it is a snapshot. The first error, if any. */
__attribute__((warn_unused_result)) struct error *
record_outputs_write(struct record_outputs *outputs, const struct profile *profile,
		     const struct output_facts *facts, bool snapshot, bool quiet);

#endif
