/*
 * tracer.h - a thread that may stop others, and whose end lets all of them go.
 *
 * A thread that was told to stop and has not can't be told otherwise: not before it stops, which is
 * when it has a CPU again. But when the thread that told it ends, the kernel detaches, and the
 * target's goes on as if it had never been asked, whether it has a CPU or not.
 */
#ifndef TARGET_TRACER_H
#define TARGET_TRACER_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Calls work() in a thread of its own, and again, each time in a new one, for as long as it
 * returns true. When this returns, and when work() is called again, nothing is stopped or told to
 * stop by what it did before. Only one thread at a time is at work: nothing needs a lock. ERROR_OS.
 */
__attribute__((warn_unused_result)) struct error *tracer_run(bool (*work)(void *context),
							     void *context);

#endif
