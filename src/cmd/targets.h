/*
 * targets.h - from what the user wrote to processes.
 */
#ifndef CMD_TARGETS_H
#define CMD_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/process.h"

struct targets {
	pid_t *pids;
	size_t count; /* at least 1 */
};

/*
 * "1234", "12,34", or a name that exactly one process has, which is then named on stderr unless
 * `quiet`. ERROR_NOT_FOUND when none or several have it: the sentence lists them. ERROR_USAGE.
 */
__attribute__((warn_unused_result)) struct error *targets_find(const char *text, bool quiet,
							       struct targets *ret);
void targets_deinit(struct targets *targets);

/*
 * What people call a program: the script or module that a Python runs ("app", "http.server"), else
 * the base name of the command. malloc'ed.
 */
char *target_name(char *const *argv);

#endif
