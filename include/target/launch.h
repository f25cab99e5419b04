/*
 * launch.h - start the user's command, keep its terminal, report how it ended.
 */
#ifndef TARGET_LAUNCH_H
#define TARGET_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct launch {
	pid_t pid;
	int pidfd; /* readable when it has ended; -1 where the kernel has none */
	bool ended;
	int status; /* as by waitpid, when ended */
};

/*
 * Starts argv (found through PATH) with our terminal and files. Signals that we handle are at their
 * default in it; what we ignore or block at this moment, it ignores or blocks, too. A command that
 * cannot be executed is an error with errno's reason. argv is NULL-terminated. The command is not
 * ended with us: launch_deinit() only closes what is ours.
 */
__attribute__((warn_unused_result)) struct error *launch_start(char *const *argv,
							       struct launch *ret);

/* What the command has instead of our standard streams; -1: ours. */
struct launch_files {
	int in, out, err;
};

/* The same with other streams. files is borrowed; its descriptors stay the caller's. */
__attribute__((warn_unused_result)) struct error *
launch_start_with(char *const *argv, const struct launch_files *files, struct launch *ret);
void launch_deinit(struct launch *launch);

/* Looks whether it has ended, without waiting. */
bool launch_has_ended(struct launch *launch);

/* Waits for its end; returns early (not ended) when a signal came. */
void launch_wait(struct launch *launch);

/* Exit status by the shell's rule: its own, or 128 + N for signal N. Only when ended. */
int launch_exit_status(const struct launch *launch);

#endif
