/*
 * short_name.h - the file names that people want to read: the part below the package's root.
 *
 * "/usr/lib/python3/site-packages/requests/api.py" is "requests/api.py": directories are climbed
 * while they hold an __init__.py, as the target sees them (its root, not ours).
 */
#ifndef PROFILE_SHORT_NAME_H
#define PROFILE_SHORT_NAME_H

#include <sys/types.h>

#include "base/error.h"

struct short_names;

/* Holds the target's root and working directory open: good for as long as it lives, and after. */
__attribute__((warn_unused_result)) struct error *short_names_create(pid_t pid,
								     struct short_names **ret);
void short_names_destroy(struct short_names *names);
void short_names_destroyp(struct short_names **names);

/*
 * The short form of a file name. It points into filename: valid as long as that is. One look at the
 * file system for each new directory.
 */
const char *short_names_get(struct short_names *names, const char *filename);

#endif
