/*
 * command.h - a row of the table of commands: help, completion and dispatch read the same one.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <argp.h>
#include <stdbool.h>

struct command {
	const char *name;
	const char *summary;               /* one line */
	const struct argp *argp;           /* options; NULL for none */
	bool takes_files;                  /* its arguments are files, not processes */
	int (*run)(int argc, char **argv); /* argv[0] is "sonde NAME"; returns the exit status */
};

extern const struct command cmd_record, cmd_top, cmd_report, cmd_diff, cmd_view, cmd_dump, cmd_help,
	cmd_completions;
extern const struct command *const commands[]; /* NULL-terminated; in commands.c */

/*
 * By name, or by the beginning of exactly one name. NULL when there is none; *ambiguous says
 * whether that is because there are several.
 */
const struct command *command_find(const char *name, bool *ambiguous);

/* The names, comma-separated, for messages. */
const char *command_names(void);

#endif
