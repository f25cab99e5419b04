/*
 * main.c - finds the command and leaves the rest to it.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/exit_status.h"
#include "cmd/help.h"
#include "cmd/version.h"

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

int main(int argc, char **argv)
{
	const struct command *command;
	bool ambiguous;
	char name[64];

	/* what the terminal can show; numbers are read and written as everywhere */
	(void)setlocale(LC_CTYPE, "");
	argp_program_version = "sonde " SONDE_VERSION;
	if (argc < 2) {
		help_print(stderr);
		return STATUS_USAGE;
	}
	if (is_one_of(argv[1], "--help", "-h")) {
		help_print(stdout);
		return STATUS_DONE;
	}
	if (is_one_of(argv[1], "--version", "-V")) {
		puts(argp_program_version);
		return STATUS_DONE;
	}
	command = command_find(argv[1], &ambiguous);
	if (!command) {
		fprintf(stderr, "sonde: %s '%s': there are %s\n",
			ambiguous ? "several commands begin with" : "no command is called", argv[1],
			command_names());
		return STATUS_USAGE;
	}
	snprintf(name, sizeof(name), "sonde %s", command->name);
	argv[1] = name;
	return command->run(argc - 1, argv + 1);
}
