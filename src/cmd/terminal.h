/*
 * terminal.h - what the place can show that we write to.
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>

/* Columns of the terminal behind fd; 0 when it is none. */
int terminal_width(int fd);

/* Whether to write colours to fd: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, and what fd is. */
bool terminal_wants_colour(int fd);

#endif
