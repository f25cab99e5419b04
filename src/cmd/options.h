/*
 * options.h - groups of options that commands share: each is an argp child with a struct of its
 * own.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "command.h"

/* Keys of options without a letter, unique over all groups. */
enum option_key {
	KEY_NOLINENO = 0x100,
	KEY_FULL_FILENAMES,
	KEY_BLOCKING,
	KEY_NONBLOCKING,
	KEY_CLASS_NAMES,
	KEY_MODE,
	KEY_THREAD,
	KEY_FROM,
	KEY_TO,
	KEY_INCLUDE,
	KEY_EXCLUDE,
	KEY_HIDE,
	KEY_MINE,
	KEY_QUALNAME,
	KEY_NO_QUALNAME,
	KEY_BY,
	KEY_FAIL_ON,
	KEY_LIMIT,
	KEY_MARKDOWN,
	KEY_SIGNIFICANT,
	KEY_MAX_CPU,
	KEY_STATS,
	KEY_CONFIDENTIAL,
	KEY_SOURCE,
	KEY_PORT,
	KEY_NO_BROWSER,
	KEY_DELAY,
	KEY_WINDOW,
	KEY_SORT,
	KEY_FILTER,
	KEY_BATCH,
	KEY_ROWS,
};

/* Which process: -p, or one bare argument. */
struct target_options {
	const char *text; /* "1234", "12,34" or a name; NULL: none was given */
	char **command;   /* behind "--", NULL-terminated; NULL: none; see options_split() */
};
extern const struct argp target_argp;

/* How frames are named. */
struct frame_options {
	bool no_lines, full_filenames;
};
extern const struct argp frame_argp;

/* How it is read and what is said. */
struct run_options {
	bool blocking, quiet;
	int verbose;
};
extern const struct argp run_argp;
extern const struct argp say_argp; /* the part of it for commands that read no process */

/*
 * The command line behind the first "--" ends up in *command (NULL when there is no "--"); returns
 * the number of arguments before it. argv is cut there.
 */
int options_split(int argc, char **argv, char ***command);

/* Parses; what is wrong is said on stderr and ends the program with STATUS_USAGE. */
void options_parse(const struct command *command, int argc, char **argv, void *input);

#endif
