/*
 * completions.c - `sonde completions SHELL`: a script that completes sonde's command lines, made
 * from the same tables as --help.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "completions.h"
#include "exit_status.h"
#include "options.h"

static const struct {
	const char *name;
	void (*print)(FILE *file);
} shells[] = {
	{ "bash", completions_bash },
	{ "zsh", completions_zsh },
	{ "fish", completions_fish },
};
enum { SHELL_COUNT = sizeof(shells) / sizeof(shells[0]) };

void completions_each(const struct argp *argp, void (*visit)(const struct argp_option *, FILE *),
		      FILE *file)
{
	const struct argp_option *option;
	const struct argp_child *child;

	for (option = argp->options; option && (option->name || option->key); option++)
		if (!(option->flags & OPTION_HIDDEN))
			visit(option, file);
	for (child = argp->children; child && child->argp; child++)
		completions_each(child->argp, visit, file);
}

bool completions_has_letter(const struct argp_option *option)
{
	return option->key > ' ' && option->key < 0x7F;
}

enum completion_value completions_value(const char *arg)
{
	if (!arg)
		return VALUE_NONE;
	if (!strcmp(arg, "FILE"))
		return VALUE_FILE;
	if (!strcmp(arg, "PID"))
		return VALUE_PID;
	if (!strcmp(arg, "FORMAT"))
		return VALUE_FORMAT;
	if (!strcmp(arg, "RATE"))
		return VALUE_RATE;
	return VALUE_TIME;
}

const char *completions_words(enum completion_value value)
{
	switch (value) {
	case VALUE_FORMAT:
		return "folded table raw collapsed text";
	case VALUE_RATE:
		return "100 250 1k 10khz max";
	case VALUE_TIME:
		return "10s 30s 1m 5m";
	default:
		return "";
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **name = state->input;

	switch (key) {
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_ARG:
		if (*name)
			argp_failure(state, STATUS_USAGE, 0, "'%s' is one too many", arg);
		*name = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!*name)
			argp_failure(state, STATUS_USAGE, 0, "which shell? (bash, zsh, fish)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option table[] = {
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const struct argp completions_argp = {
	.options = table,
	.parser = parse,
	.args_doc = "bash|zsh|fish",
	.doc = "Print a script that completes sonde's commands and options.\v"
	       "  bash: source <(sonde completions bash)\n"
	       "  zsh:  sonde completions zsh > _sonde, in a directory of $fpath\n"
	       "  fish: sonde completions fish > ~/.config/fish/completions/sonde.fish",
};

static int completions_run(int argc, char **argv)
{
	char *name = NULL;
	size_t i;

	options_parse(&cmd_completions, argc, argv, &name);
	for (i = 0; i < SHELL_COUNT; i++) {
		if (strcmp(shells[i].name, name) != 0)
			continue;
		shells[i].print(stdout);
		return STATUS_DONE;
	}
	return (int)exit_report(error_create(
		ERROR_USAGE, "no completions for '%s': there are bash, zsh, fish", name));
}

const struct command cmd_completions = {
	.name = "completions",
	.summary = "Completion script for bash, zsh or fish",
	.argp = &completions_argp,
	.run = completions_run,
};
