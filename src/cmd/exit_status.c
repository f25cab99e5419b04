/*
 * exit_status.c - from an error to the line that people read and the number that scripts read.
 */
#include "exit_status.h"

#include <stdio.h>

enum exit_status exit_status_of(const struct error *err)
{
	if (!err)
		return STATUS_DONE;
	switch (err->kind) {
	case ERROR_USAGE:
		return STATUS_USAGE;
	case ERROR_GONE:
	case ERROR_NOT_FOUND:
	case ERROR_NOT_PYTHON:
	case ERROR_NOT_READY:
		return STATUS_NO_PYTHON;
	case ERROR_PERMISSION:
		return STATUS_NOT_PERMITTED;
	case ERROR_UNSUPPORTED:
		return STATUS_UNREADABLE;
	default:
		return STATUS_FAILED;
	}
}

enum exit_status exit_report(struct error *err)
{
	enum exit_status status = exit_status_of(err);

	if (err)
		fprintf(stderr, "sonde: %s\n", error_message(err));
	error_destroy(err);
	return status;
}

enum exit_status exit_report_of_files(struct error *err)
{
	if (err && err->kind == ERROR_PERMISSION)
		err->kind = ERROR_OS;
	return exit_report(err);
}
