/*
 * log.c - the lines that `-v` shows.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static int current_level;

void log_set_level(int level)
{
	current_level = level;
}

int log_level(void)
{
	return current_level;
}

void log_line(int level, const char *room, const char *format, ...)
{
	va_list args;

	if (level > current_level)
		return;
	fprintf(stderr, "sonde: %s: ", room);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
