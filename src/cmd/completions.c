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
#include "output/output.h"
#include "ui/choice.h"

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
	static const struct {
		const char *arg;
		enum completion_value value;
	} values[] = {
		{ "FILE", VALUE_FILE }, { "PID", VALUE_PID },       { "FORMAT", VALUE_FORMAT },
		{ "RATE", VALUE_RATE }, { "TIME", VALUE_TIME },     { "MODE", VALUE_MODE },
		{ "ROW", VALUE_ROWS },  { "COLUMN", VALUE_COLUMN }, { "COUNT", VALUE_COUNT },
	};

	if (!arg)
		return VALUE_NONE;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(arg, values[i].arg))
			return values[i].value;
	return VALUE_TEXT;
}

/* Of all formats, and their other names. */
static const char *format_words(void)
{
	static char words[512];
	size_t room = sizeof(words) - 1;

	words[0] = '\0';
	for (size_t i = 0; outputs[i]; i++) {
		strncat(words, i ? " " : "", room - strlen(words));
		strncat(words, outputs[i]->name, room - strlen(words));
		for (const char *const *alias = outputs[i]->aliases; *alias; alias++) {
			strncat(words, " ", room - strlen(words));
			strncat(words, *alias, room - strlen(words));
		}
	}
	return words;
}

/* Until the next call. */
static const char *joined(const char *const *names, size_t count)
{
	static char words[256];

	words[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strncat(words, i ? " " : "", sizeof(words) - 1 - strlen(words));
		strncat(words, names[i], sizeof(words) - 1 - strlen(words));
	}
	return words;
}

const char *completions_words(enum completion_value value)
{
	switch (value) {
	case VALUE_FORMAT:
		return format_words();
	case VALUE_RATE:
		return "100 250 1k 10khz max";
	case VALUE_TIME:
		return "10s 30s 1m 5m";
	case VALUE_MODE:
		return joined(mode_names, sizeof(mode_names) / sizeof(*mode_names));
	case VALUE_ROWS:
		return joined(by_names, BY_COUNT);
	case VALUE_COLUMN:
		return joined(column_names, COLUMN_COUNT);
	case VALUE_COUNT:
		return "1 10 20 50 100";
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
