/*
 * completions_bash.c - the script for bash.
 */
#include "command.h"
#include "completions.h"

static const char start[] =
	"# bash completion for sonde, made by: sonde completions bash\n"
	"_sonde_pids()\n"
	"{\n"
	"\tCOMPREPLY=($(compgen -W \"$(pgrep -f python 2>/dev/null)\" -- \"$cur\"))\n"
	"}\n"
	"\n"
	"_sonde_files()\n"
	"{\n"
	"\tcompopt -o filenames\n"
	"\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"}\n"
	"\n"
	"_sonde()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words i\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t[[ ${COMP_WORDS[i]} == -- ]] || continue\n"
	"\t\tdeclare -F _command_offset >/dev/null && _command_offset $((i + 1))\n"
	"\t\treturn\n"
	"\tdone\n";

/* "-o|--output" */
static void print_pattern(const struct argp_option *option, FILE *file)
{
	if (completions_has_letter(option))
		fprintf(file, "-%c%s", option->key, option->name ? "|" : "");
	if (option->name)
		fprintf(file, "--%s", option->name);
}

/* What stands behind an option that takes an argument. */
static void print_value(const struct argp_option *option, FILE *file)
{
	enum completion_value value = completions_value(option->arg);

	if (value == VALUE_NONE)
		return;
	fputs("\t\t", file);
	print_pattern(option, file);
	switch (value) {
	case VALUE_FILE:
		fputs(") _sonde_files; return ;;\n", file);
		break;
	case VALUE_PID:
		fputs(") _sonde_pids; return ;;\n", file);
		break;
	default:
		fprintf(file, ") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n",
			completions_words(value));
	}
}

static void print_word(const struct argp_option *option, FILE *file)
{
	if (option->name)
		fprintf(file, " --%s", option->name);
	if (completions_has_letter(option))
		fprintf(file, " -%c", option->key);
}

static void print_names(FILE *file)
{
	size_t i;

	for (i = 0; commands[i]; i++)
		fprintf(file, "%s%s", i ? " " : "", commands[i]->name);
}

static void print_command(const struct command *command, FILE *file)
{
	fprintf(file, "\t%s)\n", command->name);
	if (command == &cmd_help || command == &cmd_completions) {
		fputs("\t\twords=\"", file);
		if (command == &cmd_help)
			print_names(file);
		else
			fputs("bash zsh fish", file);
		fputs("\" ;;\n", file);
		return;
	}
	fputs("\t\tcase $prev in\n", file);
	completions_each(command->argp, print_value, file);
	fprintf(file, "\t\tesac\n\t\t[[ $cur == -* ]] || { %s; return; }\n\t\twords=\"--help",
		command->takes_files ? "_sonde_files" : "_sonde_pids");
	completions_each(command->argp, print_word, file);
	fputs("\" ;;\n", file);
}

void completions_bash(FILE *file)
{
	size_t i;

	fputs(start, file);
	fputs("\tif ((COMP_CWORD == 1)); then\n\t\tCOMPREPLY=($(compgen -W \"", file);
	print_names(file);
	fputs(" --help --version\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n",
	      file);
	for (i = 0; commands[i]; i++)
		print_command(commands[i], file);
	fputs("\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	      "complete -F _sonde sonde\n",
	      file);
}
