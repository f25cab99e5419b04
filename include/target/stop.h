/*
 * stop.h - hold threads of a process still for some microseconds, and always let them go
 * (--blocking).
 *
 * Between a resume and the next stop nothing of us is on the process: it takes its signals, calls
 * exec() and can be traced by others as if we were not there. When we die within the pause, by
 * SIGKILL too, the kernel detaches and the threads go on.
 *
 * A pause must begin and end in one thread, which tracer_run() (tracer.h) has started.
 */
#ifndef TARGET_STOP_H
#define TARGET_STOP_H

#include <stdbool.h>
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

/* Lets go what stands still. Takes NULL. */
void stopper_destroy(struct stopper *stopper);

enum { STOP_DEADLINE_NS = 200 * 1000 }; /* a thread on a CPU stops within 10 to 50 us */

/*
 * Stops those of the threads that run, besides those that are held already: begins the pause, or
 * adds to it. A thread that waits in the kernel is left alone: what it does cannot change
 * meanwhile, and its system call would end with EINTR. What each did before is remembered in lwps
 * as of lwp_table_remember(). A thread that does not stop before the deadline, as it has no CPU, is
 * not waited for: it is held all the same, since it will stop before it runs. A thread that has
 * ended is no error. On an error nothing stays stopped. lwps, of the same process, is borrowed for
 * the call.
 */
__attribute__((warn_unused_result)) struct error *
stopper_stop(struct stopper *stopper, struct lwp_table *lwps, const pid_t *tids, size_t count);

/* Is this thread one of those that can't run in the pause, or could not in the last one? */
bool stopper_holds(const struct stopper *stopper, pid_t tid);

/* How many of them stand still by now, the others having no CPU. */
size_t stopper_standing(const struct stopper *stopper);

/* Lets all threads go on. Does nothing when none is stopped. */
void stopper_resume(struct stopper *stopper);

/*
 * A thread that was held in the last pause has not stopped yet: it will when it has a CPU again,
 * and then stand there until the calling thread ends, which is to be soon: see tracer.h.
 */
bool stopper_is_stuck(const struct stopper *stopper);

struct stop_times {
	/* Pauses, from when the first thread is told to stop until the last is let go. */
	uint64_t count, total_ns, longest_ns;
	uint64_t off_cpu; /* how often a thread had no CPU all the while */
};

struct stop_times stopper_times(const struct stopper *stopper);

#endif
