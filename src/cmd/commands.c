/*
 * commands.c - the table of commands.
 */
#include "command.h"

#include <stddef.h>
#include <string.h>

const struct command *const commands[] = {
	&cmd_record, &cmd_top,  &cmd_report,      &cmd_diff, &cmd_view,
	&cmd_dump,   &cmd_help, &cmd_completions, NULL,
};

const struct command *command_find(const char *name, bool *ambiguous)
{
	const struct command *found = NULL;
	size_t i;

	*ambiguous = false;
	for (i = 0; commands[i]; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
		if (!*name || strncmp(commands[i]->name, name, strlen(name)) != 0)
			continue;
		*ambiguous = found != NULL;
		found = commands[i];
	}
	return *ambiguous ? NULL : found;
}

const char *command_names(void)
{
	static char names[256];
	size_t i;

	names[0] = '\0';
	for (i = 0; commands[i]; i++) {
		strncat(names, i ? ", " : "", sizeof(names) - strlen(names) - 1);
		strncat(names, commands[i]->name, sizeof(names) - strlen(names) - 1);
	}
	return names;
}
