/*
 * completions_fish.c - the script for fish.
 */
#include "command.h"
#include "completions.h"

/* The command whose options are being printed: the visitor has no room for it. */
static const struct command *current;

static void print_quoted(const char *chars, FILE *file)
{
	fputc('\'', file);
	for (; *chars; chars++) {
		if (*chars == '\'' || *chars == '\\')
			fputc('\\', file);
		fputc(*chars, file);
	}
	fputc('\'', file);
}

static void print_option(const struct argp_option *option, FILE *file)
{
	enum completion_value value = completions_value(option->arg);

	fprintf(file, "complete -c sonde -n '__fish_seen_subcommand_from %s'", current->name);
	if (completions_has_letter(option))
		fprintf(file, " -s %c", option->key);
	if (option->name)
		fprintf(file, " -l %s", option->name);
	if (value == VALUE_FILE)
		fputs(" -r -F", file);
	else if (value == VALUE_PID)
		fputs(" -x -a '(__sonde_pids)'", file);
	else if (value != VALUE_NONE)
		fprintf(file, " -x -a '%s'", completions_words(value));
	fputs(" -d ", file);
	print_quoted(option->doc, file);
	fputc('\n', file);
}

static void print_command(const struct command *command, FILE *file)
{
	size_t i;

	fprintf(file, "complete -c sonde -n __fish_use_subcommand -f -a %s -d ", command->name);
	print_quoted(command->summary, file);
	fprintf(file, "\ncomplete -c sonde -n '__fish_seen_subcommand_from %s' -f -a ",
		command->name);
	if (command == &cmd_help) {
		fputc('\'', file);
		for (i = 0; commands[i]; i++)
			fprintf(file, "%s%s", i ? " " : "", commands[i]->name);
		fputs("'\n", file);
	} else if (command == &cmd_completions) {
		fputs("'bash zsh fish'\n", file);
	} else {
		fputs(command->takes_files ? "'(__fish_complete_path)'\n" : "'(__sonde_pids)'\n",
		      file);
		current = command;
		completions_each(command->argp, print_option, file);
	}
}

void completions_fish(FILE *file)
{
	size_t i;

	fputs("# fish completion for sonde, made by: sonde completions fish\n"
	      "function __sonde_pids\n"
	      "\tpgrep -af python 2>/dev/null | string replace ' ' \\t\n"
	      "end\n",
	      file);
	for (i = 0; commands[i]; i++)
		print_command(commands[i], file);
}
