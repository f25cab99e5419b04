/*
 * offspring.h - the processes below those that are recorded, as they come: which of them are to be
 * attached to, and when.
 */
#ifndef PROFILE_OFFSPRING_H
#define PROFILE_OFFSPRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct offspring;

/* Tries to attach to a process; errors as python_attach(). */
typedef struct error *(*offspring_attach)(void *context, pid_t pid);

__attribute__((warn_unused_result)) struct error *
offspring_create(offspring_attach attach, void *context, struct offspring **ret);
void offspring_destroy(struct offspring *offspring);

/* What is below that process is looked for; the process itself is tried, too, unless attached. */
__attribute__((warn_unused_result)) struct error *offspring_add_root(struct offspring *offspring,
								     pid_t pid, bool is_attached);

/* That process is no longer attached to; when it runs another program it is tried again. */
void offspring_let_go(struct offspring *offspring, pid_t pid);

/* Is any of the roots alive, so that more may come? */
bool offspring_may_come(const struct offspring *offspring);

/*
 * Looks for new ones where it is time (clock_now_ns()): a few times a second, less often where that
 * takes long. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *offspring_look(struct offspring *offspring,
								 uint64_t now_ns);

/*
 * How many Pythons among them could not be read, and why the first of them could not; NULL: all
 * could. Borrowed.
 */
const struct error *offspring_unreadable(const struct offspring *offspring, size_t *count);

#endif
