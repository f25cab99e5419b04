/*
 * completions.h - one writer for each shell, and what they share.
 */
#ifndef CMD_COMPLETIONS_H
#define CMD_COMPLETIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

/* What an option's argument is, by its name in the table of options. */
enum completion_value {
	VALUE_NONE,
	VALUE_FILE,
	VALUE_PID,
	VALUE_FORMAT,
	VALUE_RATE,
	VALUE_TIME,
	VALUE_MODE,
	VALUE_ROWS,
	VALUE_COLUMN,
	VALUE_COUNT,
	VALUE_TEXT, /* anything */
};

void completions_bash(FILE *file);
void completions_zsh(FILE *file);
void completions_fish(FILE *file);

/* Every option of a command that is shown, children included. */
void completions_each(const struct argp *argp, void (*visit)(const struct argp_option *, FILE *),
		      FILE *file);

bool completions_has_letter(const struct argp_option *option);

enum completion_value completions_value(const char *arg);

/* Words that are offered for such a value, blank between; "" where the shell has to look. */
const char *completions_words(enum completion_value value);

#endif
