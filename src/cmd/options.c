/*
 * options.c - the groups of options that commands share.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "exit_status.h"

static error_t parse_target(int key, char *arg, struct argp_state *state)
{
	struct target_options *options = state->input;

	switch (key) {
	case 'p':
	case ARGP_KEY_ARG:
		if (options->text && key == ARGP_KEY_ARG)
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is one too many (a command to launch stands behind --)",
				     arg);
		else if (options->text)
			argp_failure(state, STATUS_USAGE, 0,
				     "-p was given twice (several are -p 1,2)");
		if (!*arg)
			argp_failure(state, STATUS_USAGE, 0, "the name of the process is empty");
		options->text = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (options->text && options->command)
			argp_failure(state, STATUS_USAGE, 0,
				     "both a process and a command to launch were given");
		if (!options->text && !options->command)
			argp_failure(state, STATUS_USAGE, 0,
				     "which process? (a PID or a name; %s --help)", state->name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option target_table[] = {
	{ "pid", 'p', "PID", 0, "Process: a PID, several (1,2), or a name", 1 },
	{ 0 },
};
const struct argp target_argp = { .options = target_table, .parser = parse_target };

static error_t parse_frame(int key, char *arg, struct argp_state *state)
{
	struct frame_options *options = state->input;

	(void)arg;
	switch (key) {
	case KEY_NOLINENO:
		options->no_lines = true;
		return 0;
	case KEY_FULL_FILENAMES:
		options->full_filenames = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option frame_table[] = {
	{ "nolineno", KEY_NOLINENO, NULL, 0, "No line numbers", 4 },
	{ "full-filenames", KEY_FULL_FILENAMES, NULL, 0,
	  "Whole paths, not the part below the package", 4 },
	{ 0 },
};
const struct argp frame_argp = { .options = frame_table, .parser = parse_frame };

static error_t parse_say(int key, char *arg, struct argp_state *state)
{
	struct run_options *options = state->input;

	(void)arg;
	switch (key) {
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		log_set_level(++options->verbose);
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option say_table[] = {
	{ "quiet", 'q', NULL, 0, "Say nothing but errors", 6 },
	{ "verbose", 'v', NULL, 0, "Say what is found and done; twice: more", 6 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 6 },
	{ 0 },
};
const struct argp say_argp = { .options = say_table, .parser = parse_say };

static error_t parse_run(int key, char *arg, struct argp_state *state)
{
	struct run_options *options = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		return 0;
	case KEY_BLOCKING:
		options->blocking = true;
		return 0;
	case KEY_NONBLOCKING:
		options->blocking = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option run_table[] = {
	{ "blocking", KEY_BLOCKING, NULL, 0, "Stop the process around each look at it", 5 },
	{ "nonblocking", KEY_NONBLOCKING, NULL, 0, "Never stop it (default)", 5 },
	{ 0 },
};
static const struct argp_child run_children[] = { { &say_argp, 0, NULL, 0 }, { 0 } };
const struct argp run_argp = {
	.options = run_table,
	.parser = parse_run,
	.children = run_children,
};

int options_split(int argc, char **argv, char ***command)
{
	int i;

	*command = NULL;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		*command = &argv[i + 1];
		argv[i] = NULL;
		return i;
	}
	return argc;
}

void options_parse(const struct command *command, int argc, char **argv, void *input)
{
	argp_err_exit_status = STATUS_USAGE;
	if (argp_parse(command->argp, argc, argv, 0, NULL, input))
		exit(STATUS_USAGE);
}
