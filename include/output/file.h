/*
 * file.h - where results go: opened before the first sample, whole or not at all.
 *
 * A regular file is written beside its name and renamed over it when it is whole: a good old file
 * is never replaced by half a new one. "-" is standard output; pipes and devices are written
 * directly.
 */
#ifndef OUTPUT_FILE_H
#define OUTPUT_FILE_H

#include <sys/types.h>

#include "base/error.h"
#include "output/output.h"

struct output_file;

/* What %p %t %n %h %% in a name stand for. */
struct output_name_facts {
	pid_t pid;           /* 0: not known yet; -1: there is none, which is written as 0 */
	const char *program; /* %n: base name of the target's command */
};

/* The name with its % fields filled in (%t is local time, 20261121-153000). malloc'ed. */
char *output_file_name(const char *pattern, const struct output_name_facts *facts);

/* Opens; ERROR_PERMISSION and ERROR_OS name path and reason. path "-" is standard output. */
__attribute__((warn_unused_result)) struct error *
output_file_open(const char *path, const struct output *output, struct output_file **ret);

/*
 * Writes the whole form, syncs it and moves it into place; may be called again later (snapshots)
 * and then replaces what it wrote. A full disk leaves the old file and is an error that says where
 * the part that was written stands.
 */
__attribute__((warn_unused_result)) struct error *
output_file_write(struct output_file *file, const struct profile *profile,
		  const struct output_facts *facts);

/*
 * The same with anything else than a profile: content is called with the open file, and has its
 * context around it. For files that were opened without a form (output NULL).
 */
struct output_content {
	struct error *(*write)(const struct output_content *content, FILE *file);
};
__attribute__((warn_unused_result)) struct error *
output_file_put(struct output_file *file, const struct output_content *content);

/*
 * Removes the file that is being written at this moment, if any: for the handler of a signal that
 * ends the program (it may be called there).
 */
void output_file_remove_half(void);

const char *output_file_path(const struct output_file *file);
/* Removes what is half-written; keeps what output_file_write() finished. */
void output_file_destroy(struct output_file *file);

#endif
