/*
 * files.h - files as a process sees them: its root and its working directory, not ours.
 *
 * A process chooses the names that we are asked to open. So its symbolic links end inside its own
 * root, only regular files are read, and nothing is read that its user may not read.
 */
#ifndef TARGET_FILES_H
#define TARGET_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct process_files {
	int root, cwd;  /* -1 when they may not be opened */
	char *cwd_path; /* from its root; NULL when it lies outside of it, or is unknown */
	uid_t uid;      /* that it reads files with; (uid_t)-1: unknown */
	gid_t gid;
};

/* What may not be looked at is absent. Good for as long as the process lives, and after. */
void process_files_init(struct process_files *files, pid_t pid);
void process_files_deinit(struct process_files *files);

/* Whether there is such a file; path is absolute, or relative to the working directory. */
bool process_files_have(const struct process_files *files, const char *path);

/* The regular file at path for reading, and what it is; -1 when there is none, or none for us. */
int process_files_open(const struct process_files *files, const char *path, struct stat *ret);

#endif
