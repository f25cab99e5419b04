/*
 * help.h - the table of commands for people.
 */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdio.h>

void help_print(FILE *file);

#endif
