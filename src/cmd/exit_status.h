/*
 * exit_status.h - what the shell is told.
 */
#ifndef CMD_EXIT_STATUS_H
#define CMD_EXIT_STATUS_H

#include "base/error.h"

enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_NO_PYTHON = 3, /* no such process, or none that runs Python */
	STATUS_NOT_PERMITTED = 4,
	STATUS_UNREADABLE = 5, /* a Python that we cannot read */
	STATUS_SLOWER = 7,     /* `diff --fail-on`: something got slower than that */
};

/* By the kind of an error; STATUS_DONE for NULL. */
enum exit_status exit_status_of(const struct error *err);

/* Prints "sonde: " and the sentence on stderr. Consumes err (NULL says nothing). */
enum exit_status exit_report(struct error *err);

/* The same of a command that looks at no process: nobody has to permit anything. */
enum exit_status exit_report_of_files(struct error *err);

#endif
