/*
 * help.c - `sonde help [COMMAND]`: the commands, or the options of one.
 */
#include "help.h"

#include "command.h"
#include "exit_status.h"
#include "options.h"

void help_print(FILE *file)
{
	size_t i;

	fputs("Usage: sonde COMMAND [OPTION...]\n"
	      "See from outside what a running Python does.\n\n",
	      file);
	for (i = 0; commands[i]; i++)
		fprintf(file, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`sonde COMMAND --help` lists the options of a command; `sonde --version` says "
	      "which\n"
	      "sonde this is. Commands may be shortened: `sonde rec`, `sonde du`.\n",
	      file);
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
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option table[] = {
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const struct argp help_argp = {
	.options = table,
	.parser = parse,
	.args_doc = "[COMMAND]",
	.doc = "List the commands, or the options of one.",
};

static int help_run(int argc, char **argv)
{
	const struct command *command;
	char *name = NULL, title[64];
	bool ambiguous;

	options_parse(&cmd_help, argc, argv, &name);
	if (!name) {
		help_print(stdout);
		return STATUS_DONE;
	}
	command = command_find(name, &ambiguous);
	if (!command)
		return (int)exit_report(error_create(ERROR_USAGE,
						     "no command is called '%s': there are %s",
						     name, command_names()));
	snprintf(title, sizeof(title), "sonde %s", command->name);
	argp_help(command->argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, title);
	return STATUS_DONE;
}

const struct command cmd_help = {
	.name = "help",
	.summary = "This list, or the options of a command",
	.argp = &help_argp,
	.run = help_run,
};
