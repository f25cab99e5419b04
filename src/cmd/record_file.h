/*
 * record_file.h - the recording while it is made: the file that was asked for, or one without a
 * name. Everything else that a run writes is a report of it.
 */
#ifndef CMD_RECORD_FILE_H
#define CMD_RECORD_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "profile/recording.h"

struct record_file {
	char *path;    /* that was asked for, "-" for standard output; NULL: nobody did */
	char *written; /* where it is written, when an older file stands at path; else NULL */
	int fd;        /* -1: not open */
	struct recording_writer *writer;
};

/*
 * Opens the file at path, NULL for one without a name. A new name is written as the run goes, so
 * that it is there whatever happens; an existing file is replaced only when the new one is whole.
 */
__attribute__((warn_unused_result)) struct error *record_file_open(struct record_file *file,
								   const char *path);
/* Removes nothing. */
void record_file_deinit(struct record_file *file);

/* Begins to write; dictionary is borrowed. */
__attribute__((warn_unused_result)) struct error *
record_file_begin(struct record_file *file, const struct profile *dictionary,
		  const struct recording_options *options);

/* What is in it so far, read back into an empty profile. */
__attribute__((warn_unused_result)) struct error *record_file_read(struct record_file *file,
								   struct profile *ret);

/*
 * Puts the whole recording where it was asked for; what could not be written whole stays where it
 * is, and the error says where that is.
 */
__attribute__((warn_unused_result)) struct error *record_file_keep(struct record_file *file);

/* Removes what record_file_open() made: there is nothing in it. */
void record_file_drop(struct record_file *file);

#endif
