/*
 * stop.h - hold the threads of a process still, and always let them go (--blocking, --native).
 *
 * Between a resume and the next stop nothing of us is on the process: it takes its signals, calls
 * exec() and can be traced by others as if we were not there. When we die within the pause, by
 * SIGKILL too, the kernel detaches and the threads go on.
 *
 * All calls on a stopper must come from the thread that created it (ptrace(2)).
 */
#ifndef TARGET_STOP_H
#define TARGET_STOP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/lwp.h"

struct stopper;

/*
 * Checks that the process can be stopped; stops nothing yet. ERROR_PERMISSION names another tracer
 * when there is one. ERROR_GONE.
 */
__attribute__((warn_unused_result)) struct error *stopper_create(pid_t pid, struct stopper **ret);

/* Lets everything go. Takes NULL. */
void stopper_destroy(struct stopper *stopper);

/*
 * Stops every thread that is on a CPU (a blocked one can't change its stack, and stopping it would
 * break its system call with EINTR). The state of all threads is read before the first is stopped,
 * and remembered in lwps until the next stop. Threads that begin in the pause run. On an error
 * nothing stays stopped. A thread that does not stop within STOP_DEADLINE_NS is left out: see
 * stopper_service(). lwps, of the same process, is borrowed for the call. &error_gone.
 */
__attribute__((warn_unused_result)) struct error *stopper_stop(struct stopper *stopper,
							       struct lwp_table *lwps);

enum { STOP_DEADLINE_NS = 5 * 1000 * 1000 }; /* a thread on a CPU stops within 10 us */

/* The threads that stand still now; borrowed until the next call that is not const. */
const pid_t *stopper_threads(const struct stopper *stopper, size_t *count);

/* Lets all threads go on. Does nothing when none is stopped. */
void stopper_resume(struct stopper *stopper);

/*
 * A thread that was told to stop and could not (it waits for a CPU, or for a disk) will stop when
 * it runs again; then it waits for us to let it go. Nearly always there is none, and this does
 * nothing. To be called on every tick and at least every few milliseconds of a longer sleep while
 * stopper_late() is not 0.
 */
void stopper_service(struct stopper *stopper);

/* How many threads are due to be let go by stopper_service(). */
size_t stopper_late(const struct stopper *stopper);

/* Sum of the time between stop and resume, nanoseconds. */
uint64_t stopper_stopped_ns(const struct stopper *stopper);

/* How often a thread was left out because it did not stop in time. */
uint64_t stopper_missed(const struct stopper *stopper);

#endif
