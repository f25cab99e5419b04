/*
 * stop.c - ptrace, for some microseconds at a time.
 *
 * Each pause is SEIZE and INTERRUPT, a spinning wait, and DETACH. To stay attached between pauses
 * would save half a microsecond of twenty (PERFORMANCE.md) and would do harm: every signal to the
 * process would stop it until we look, SIGSTOP on us would hang it, a thread that ends would stay a
 * zombie until we wait for it, exec() of a setuid program would lose its rights, and no debugger
 * could attach for as long as a recording lasts.
 *
 * What ptrace(2) and the kernel (kernel/ptrace.c, kernel/signal.c) say of it:
 *  - INTERRUPT makes a thread stop before it goes on in user mode: at once where it is on a CPU, by
 *    an interrupt of that; else when it has one again, before it has run an instruction.
 *  - INTERRUPT ends in a stop with PTRACE_EVENT_STOP. A signal may come first: then the stop is
 *    that of its delivery, and DETACH must hand the signal on. DETACH forgets the INTERRUPT.
 *  - a process that was stopped for job control meanwhile goes back to that stop by DETACH.
 *  - DETACH works on a stopped thread only. But when the thread that traces ends, all are detached,
 *    pending stops are forgotten, and signals are delivered.
 *  - a thread that dies while attached stays a zombie, unknown to its own parent, until it is
 *    waited for by us. Only where we are that parent, the exit status is left to launch.c.
 *  - a thread that has ended, and is not gone yet, refuses a tracer with EPERM.
 */
#include "target/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "target/process.h"
#include "target/rights.h"
#include "urgency.h"

/* A thread that was told to stop. */
struct held {
	pid_t tid;
	bool stopped;
	int signal; /* whose delivery it was stopped at; 0: at none */
};

struct stopper {
	pid_t pid;
	bool is_our_child;
	bool is_paused, is_stuck;
	ARRAY(struct held) held; /* in this pause, or in the last one: then none is stopped */
	ARRAY(pid_t) running;    /* scratch */
	uint64_t since_ns;       /* the pause began */
	struct stop_times times;
	struct urgency urgency;
};

static void stopper_destroyp(struct stopper **stopper)
{
	stopper_destroy(*stopper);
}

/* The call itself may be forbidden (seccomp): of a process that cannot be, it says ESRCH otherwise.
 */
static struct error *check_rights(pid_t pid)
{
	pid_t tracer = process_tracer(pid);

	if (tracer)
		return error_create(ERROR_PERMISSION,
				    "process %d is traced by process %d already (a debugger?)", pid,
				    tracer);
	if (ptrace(PTRACE_SEIZE, -1, 0, 0) < 0 && errno != ESRCH)
		return rights_explain(pid);
	return NULL;
}

struct error *stopper_create(pid_t pid, struct stopper **ret)
{
	CLEANUP(stopper_destroyp)
	struct stopper *stopper = calloc(1, sizeof(*stopper));
	struct error *err;

	if (!stopper)
		return &error_nomem;
	stopper->pid = pid;
	stopper->is_our_child = process_parent(pid) == getpid();
	err = check_rights(pid);
	if (err)
		return err;
	*ret = take_ptr(stopper);
	return NULL;
}

enum progress { PROGRESS_RUNNING, PROGRESS_STOPPED, PROGRESS_DEAD };

/* Looks without waiting, and without taking the news from anyone. */
static enum progress thread_look(struct held *held)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)held->tid, &info, WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL) <
	    0)
		return PROGRESS_DEAD;
	if (!info.si_pid)
		return PROGRESS_RUNNING;
	if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
		return PROGRESS_DEAD;
	held->stopped = true;
	held->signal = info.si_status >> 8 ? 0 : info.si_status; /* the upper bits: an event */
	return PROGRESS_STOPPED;
}

static void thread_bury(const struct stopper *stopper, pid_t tid)
{
	siginfo_t info;

	if (tid != stopper->pid || !stopper->is_our_child)
		(void)waitid(P_PID, (id_t)tid, &info, WEXITED | WNOHANG | __WALL);
}

/* False when it is not stopped any more: killed. */
static bool thread_detach(const struct held *held)
{
	return ptrace(PTRACE_DETACH, held->tid, 0, (void *)(intptr_t)held->signal) == 0;
}

void stopper_destroy(struct stopper *stopper)
{
	if (!stopper)
		return;
	stopper_resume(stopper);
	array_deinit(&stopper->held);
	array_deinit(&stopper->running);
	free(stopper);
}

/*
 * Why a thread could not be attached to; NULL when it has ended, which is refused with EPERM until
 * it is gone from the list, too. Its "syscall" still says that it runs then.
 */
static struct error *explain_refusal(struct stopper *stopper, const struct lwp_table *lwps,
				     pid_t tid, int errnum)
{
	struct error *err;

	if (errnum == ESRCH || lwp_table_letter(lwps, tid) == LWP_GONE)
		return NULL;
	err = errnum == EPERM ? check_rights(stopper->pid) : NULL;
	return err ? err
		   : error_os(errnum, "cannot stop thread %d of process %d", tid, stopper->pid);
}

/* Attaches to a thread and tells it to stop. One that ended meanwhile is no error. */
static struct error *thread_hold(struct stopper *stopper, const struct lwp_table *lwps, pid_t tid)
{
	if (ptrace(PTRACE_SEIZE, tid, 0, 0) < 0)
		return explain_refusal(stopper, lwps, tid, errno);
	(void)ptrace(PTRACE_INTERRUPT, tid, 0, 0); /* fails for a dead one only */
	stopper->held.items[stopper->held.count++] = (struct held) { .tid = tid };
	return NULL;
}

static bool may_be_on_cpu(struct lwp_table *lwps, pid_t tid)
{
	struct lwp_status status;

	lwp_table_refresh(lwps, tid, &status);
	return status.state == LWP_RUNNING || status.state == LWP_UNKNOWN;
}

/* Those of the threads that run and are not held yet, into stopper->running. */
static struct error *find_running(struct stopper *stopper, struct lwp_table *lwps,
				  const pid_t *tids, size_t count)
{
	stopper->running.count = 0;
	if (!array_reserve(&stopper->running, count) || !array_reserve(&stopper->held, count))
		return &error_nomem;
	for (size_t i = 0; i < count; i++)
		if (!stopper_holds(stopper, tids[i]) && may_be_on_cpu(lwps, tids[i]))
			stopper->running.items[stopper->running.count++] = tids[i];
	return NULL;
}

/* Tells every thread that runs to stop, the pause being theirs alone. */
static struct error *hold_running(struct stopper *stopper, struct lwp_table *lwps)
{
	for (size_t i = 0; i < stopper->running.count; i++) {
		pid_t tid = stopper->running.items[i];
		struct error *err;

		/* it may have blocked while the others were looked at */
		if (stopper->running.count > 1 && !may_be_on_cpu(lwps, tid))
			continue;
		err = thread_hold(stopper, lwps, tid);
		if (err)
			return err;
	}
	return NULL;
}

/* Looks at all that are held. Returns how many have not stopped yet. */
static size_t look_at_held(struct stopper *stopper)
{
	size_t missing = 0, i = 0;

	while (i < stopper->held.count) {
		struct held *held = &stopper->held.items[i];
		enum progress progress = held->stopped ? PROGRESS_STOPPED : thread_look(held);

		if (progress == PROGRESS_DEAD) {
			thread_bury(stopper, held->tid);
			*held = stopper->held.items[--stopper->held.count];
			continue;
		}
		missing += progress == PROGRESS_RUNNING;
		i++;
	}
	return missing;
}

/* Waits until all have stopped, or the deadline. */
static void wait_for_held(struct stopper *stopper)
{
	uint64_t end_ns = clock_now_ns() + STOP_DEADLINE_NS;

	while (look_at_held(stopper) && clock_now_ns() < end_ns)
		;
}

struct error *stopper_stop(struct stopper *stopper, struct lwp_table *lwps, const pid_t *tids,
			   size_t count)
{
	struct error *err;

	if (!stopper->is_paused) {
		stopper->held.count = 0;
		stopper->is_stuck = false;
	}
	err = find_running(stopper, lwps, tids, count);
	if (!err && stopper->running.count) {
		urgency_begin(&stopper->urgency);
		if (!stopper->is_paused)
			stopper->since_ns = clock_now_ns();
		stopper->is_paused = true;
		err = hold_running(stopper, lwps);
		wait_for_held(stopper);
	}
	if (err)
		stopper_resume(stopper);
	return err;
}

static void detach_all(struct stopper *stopper)
{
	for (size_t i = 0; i < stopper->held.count; i++) {
		struct held *held = &stopper->held.items[i];

		/* not to be detached: killed, and not seen to be dead yet */
		if (held->stopped && !thread_detach(held))
			stopper->is_stuck = true;
		held->stopped = false;
	}
}

static void count_pause(struct stop_times *times, uint64_t ns)
{
	times->count++;
	times->total_ns += ns;
	if (ns > times->longest_ns)
		times->longest_ns = ns;
}

void stopper_resume(struct stopper *stopper)
{
	if (!stopper->is_paused)
		return;
	stopper->is_paused = false;
	stopper->is_stuck = look_at_held(stopper) > 0;
	stopper->times.off_cpu += stopper->is_stuck;
	if (stopper_standing(stopper)) {
		detach_all(stopper);
		count_pause(&stopper->times, clock_now_ns() - stopper->since_ns);
	}
	urgency_end(&stopper->urgency);
}

bool stopper_holds(const struct stopper *stopper, pid_t tid)
{
	for (size_t i = 0; i < stopper->held.count; i++)
		if (stopper->held.items[i].tid == tid)
			return true;
	return false;
}

size_t stopper_standing(const struct stopper *stopper)
{
	size_t count = 0;

	for (size_t i = 0; i < stopper->held.count; i++)
		count += stopper->held.items[i].stopped;
	return count;
}

bool stopper_is_stuck(const struct stopper *stopper)
{
	return stopper->is_stuck;
}

struct stop_times stopper_times(const struct stopper *stopper)
{
	return stopper->times;
}
