/*
 * terminal.c - width and colour (no-color.org, bixense.com/clicolors).
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_width(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

/* Its value, "" when it is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

bool terminal_wants_colour(int fd)
{
	const char *force = variable("CLICOLOR_FORCE"), *term = variable("TERM");

	if (*variable("NO_COLOR"))
		return false;
	if (*force && strcmp(force, "0") != 0)
		return true;
	if (!strcmp(variable("CLICOLOR"), "0"))
		return false;
	return isatty(fd) && *term && strcmp(term, "dumb") != 0;
}
