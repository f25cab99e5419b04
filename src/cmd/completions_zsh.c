/*
 * completions_zsh.c - the script for zsh.
 */
#include "command.h"
#include "completions.h"

static const char start[] =
	"#compdef sonde\n"
	"# zsh completion for sonde, made by: sonde completions zsh\n"
	"_sonde_pids()\n"
	"{\n"
	"\tlocal -a found\n"
	"\tfound=(${(f)\"$(pgrep -af python 2>/dev/null | sed 's/:/\\\\:/g; s/ /:/')\"})\n"
	"\t_describe -t processes process found\n"
	"}\n"
	"\n"
	"_sonde()\n"
	"{\n"
	"\tlocal -a commands\n"
	"\tcommands=(\n";

/* Inside single quotes, and inside [...] of _arguments. */
static void print_quoted(const char *chars, FILE *file)
{
	for (; *chars; chars++) {
		if (*chars == '\'')
			fputs("'\\''", file);
		else if (*chars == '[' || *chars == ']' || *chars == ':')
			fprintf(file, "\\%c", *chars);
		else
			fputc(*chars, file);
	}
}

static const char *action_of(enum completion_value value)
{
	switch (value) {
	case VALUE_FILE:
		return "_files";
	case VALUE_PID:
		return "_sonde_pids";
	default:
		return NULL;
	}
}

/* '[what it does]:FILE:_files' */
static void print_rest(const struct argp_option *option, FILE *file)
{
	enum completion_value value = completions_value(option->arg);

	fputs("'[", file);
	print_quoted(option->doc, file);
	fputc(']', file);
	if (option->arg && action_of(value))
		fprintf(file, ":%s:%s", option->arg, action_of(value));
	else if (option->arg)
		fprintf(file, ":%s:(%s)", option->arg, completions_words(value));
	fputs("'", file);
}

static void print_option(const struct argp_option *option, FILE *file)
{
	const char *equals = option->arg ? "=" : "";

	fputs(" \\\n\t\t\t", file);
	if (completions_has_letter(option) && option->name)
		fprintf(file, "'*'{-%c,--%s%s}", option->key, option->name, equals);
	else if (option->name)
		fprintf(file, "'*--%s%s'", option->name, equals);
	else
		fprintf(file, "'*-%c'", option->key);
	print_rest(option, file);
}

static void print_command(const struct command *command, FILE *file)
{
	fprintf(file, "\t%s)\n", command->name);
	if (command == &cmd_help) {
		fputs("\t\t_describe -t commands command commands ;;\n", file);
		return;
	}
	if (command == &cmd_completions) {
		fputs("\t\t_values shell bash zsh fish ;;\n", file);
		return;
	}
	fputs("\t\tif (( ${words[(I)--]} && ${words[(I)--]} < CURRENT )); then\n"
	      "\t\t\twhile [[ $words[1] != -- ]]; do shift words; (( CURRENT-- )); done\n"
	      "\t\t\tshift words; (( CURRENT-- ))\n"
	      "\t\t\t_normal\n"
	      "\t\t\treturn\n"
	      "\t\tfi\n"
	      "\t\tshift words; (( CURRENT-- ))\n"
	      "\t\t_arguments '--help[Options of the command]'",
	      file);
	completions_each(command->argp, print_option, file);
	fprintf(file, " \\\n\t\t\t'*:%s' ;;\n",
		command->takes_files ? "recording:_files" : "process:_sonde_pids");
}

void completions_zsh(FILE *file)
{
	size_t i;

	fputs(start, file);
	for (i = 0; commands[i]; i++) {
		fprintf(file, "\t\t'%s:", commands[i]->name);
		print_quoted(commands[i]->summary, file);
		fputs("'\n", file);
	}
	fputs("\t)\n\tif (( CURRENT == 2 )); then\n"
	      "\t\t_describe -t commands command commands\n\t\treturn\n\tfi\n"
	      "\tcase $words[2] in\n",
	      file);
	for (i = 0; commands[i]; i++)
		print_command(commands[i], file);
	fputs("\tesac\n}\n\n"
	      "if [[ $funcstack[1] == _sonde ]]; then\n\t_sonde \"$@\"\nelse\n\tcompdef _sonde "
	      "sonde\n"
	      "fi\n",
	      file);
}
