/*
 * stop.c - ptrace, for some microseconds at a time.
 *
 * Each pause is SEIZE and INTERRUPT, a spinning wait, and DETACH. Staying attached between pauses
 * would save nothing (measured, with a spinning wait: 8.8 us for us and 8.6 lost by the target,
 * against 8.1 and 8.9 when it stays seized) and would do harm: every signal to the process would
 * stop it until we look, SIGSTOP on us would hang it, exec() of a setuid program would lose its
 * rights, and no debugger could attach for as long as a recording lasts.
 *
 * What ptrace(2) and the kernel (kernel/ptrace.c, kernel/signal.c) say of it:
 *  - INTERRUPT ends in a stop with PTRACE_EVENT_STOP. A signal may come first: then the stop is
 *    that of its delivery, and DETACH must hand the signal on. DETACH forgets the INTERRUPT.
 *  - a process that was stopped for job control meanwhile goes back to that stop by DETACH.
 *  - DETACH works on a stopped thread only, hence the list of late ones; but when the tracer dies,
 *    all are detached, pending stops are forgotten, and signals are delivered.
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

enum {
	LATE_WAIT_NS =
		20 * CLOCK_MS_NS, /* for late ones at a resume: a thread's turn on a full CPU */
	DESTROY_WAIT_NS = CLOCK_SECOND_NS, /* the same at the end; then our exit lets them go */
	SPIN_NS = CLOCK_MS_NS / 10,        /* ten times what a stop takes */
	LATE_POLL_NS = CLOCK_MS_NS / 5,
};

/* A thread that we are attached to. */
struct held {
	pid_t tid;
	bool stopped;
	int signal; /* whose delivery it was stopped at; 0: at none */
};

typedef ARRAY(struct held) held_array;

struct stopper {
	pid_t pid;
	bool is_our_child;
	struct lwp_id *threads; /* as last listed */
	size_t thread_count;
	ARRAY(pid_t) running; /* before this pause */
	held_array held;      /* in this pause */
	held_array late;      /* told to stop, not stopped yet; room for all that are held */
	ARRAY(pid_t) stopped; /* those of held that are */
	uint64_t paused_ns;   /* since when a thread stands still, 0: none does */
	uint64_t stopped_ns, missed;
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

/* Lets go what has stopped since, keeps the rest. */
void stopper_service(struct stopper *stopper)
{
	size_t kept = 0;

	for (size_t i = 0; i < stopper->late.count; i++) {
		struct held *held = &stopper->late.items[i];

		switch (thread_look(held)) {
		case PROGRESS_STOPPED:
			if (thread_detach(held))
				continue;
			break;
		case PROGRESS_DEAD:
			thread_bury(stopper, held->tid);
			continue;
		case PROGRESS_RUNNING:
			break;
		}
		stopper->late.items[kept++] = *held;
	}
	stopper->late.count = kept;
}

static void wait_for_late(struct stopper *stopper, uint64_t wait_ns)
{
	uint64_t end = clock_now_ns() + wait_ns;

	stopper_service(stopper);
	while (stopper->late.count && clock_now_ns() < end) {
		clock_sleep_until(clock_now_ns() + LATE_POLL_NS);
		stopper_service(stopper);
	}
}

void stopper_destroy(struct stopper *stopper)
{
	if (!stopper)
		return;
	stopper_resume(stopper);
	wait_for_late(stopper, DESTROY_WAIT_NS);
	free(stopper->threads);
	array_deinit(&stopper->running);
	array_deinit(&stopper->held);
	array_deinit(&stopper->late);
	array_deinit(&stopper->stopped);
	free(stopper);
}

static struct error *list_threads(struct stopper *stopper)
{
	struct lwp_id *threads;
	size_t count;
	struct error *err = lwp_list(stopper->pid, &threads, &count);

	if (err)
		return err;
	free(stopper->threads);
	stopper->threads = threads;
	stopper->thread_count = count;
	return NULL;
}

static bool is_late(const struct stopper *stopper, pid_t tid)
{
	for (size_t i = 0; i < stopper->late.count; i++)
		if (stopper->late.items[i].tid == tid)
			return true;
	return false;
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

static bool may_be_on_cpu(const struct lwp_status *status)
{
	return status->state == LWP_RUNNING || status->state == LWP_UNKNOWN;
}

/* Which threads run, while none is stopped yet; *changed when the list of them is out of date. */
static struct error *find_running(struct stopper *stopper, struct lwp_table *lwps, bool *changed)
{
	stopper->running.count = 0;
	if (!array_reserve(&stopper->running, stopper->thread_count) ||
	    !array_reserve(&stopper->held, stopper->thread_count) ||
	    !array_reserve(&stopper->stopped, stopper->thread_count) ||
	    !array_reserve(&stopper->late, stopper->thread_count))
		return &error_nomem;
	lwp_table_remember(lwps);
	for (size_t i = 0; i < stopper->thread_count; i++) {
		pid_t tid = stopper->threads[i].tid;
		struct lwp_status status;

		lwp_table_status(lwps, tid, &status);
		if (status.state == LWP_GONE)
			*changed = true;
		if (may_be_on_cpu(&status) && !is_late(stopper, tid))
			stopper->running.items[stopper->running.count++] = tid;
	}
	return NULL;
}

/* Tells every thread that runs to stop, the pause being theirs alone. */
static struct error *hold_running(struct stopper *stopper, struct lwp_table *lwps)
{
	for (size_t i = 0; i < stopper->running.count; i++) {
		pid_t tid = stopper->running.items[i];
		struct error *err;

		/* it may have blocked while the others were looked at */
		if (stopper->thread_count > 1) {
			struct lwp_status status;

			lwp_table_refresh(lwps, tid, &status);
			if (!may_be_on_cpu(&status))
				continue;
		}
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
		if (progress == PROGRESS_STOPPED && !stopper->paused_ns)
			stopper->paused_ns = clock_now_ns();
		missing += progress == PROGRESS_RUNNING;
		i++;
	}
	return missing;
}

/*
 * Waits until all have stopped, or the deadline. A thread on a CPU stops while we spin; one that
 * waits for a CPU gets it sooner when we do not take it.
 */
static void wait_for_held(struct stopper *stopper, uint64_t since_ns)
{
	size_t missing = look_at_held(stopper);
	uint64_t now = since_ns;

	while (missing && now < since_ns + STOP_DEADLINE_NS) {
		if (now > since_ns + SPIN_NS)
			clock_sleep_until(now + LATE_POLL_NS);
		missing = look_at_held(stopper);
		now = clock_now_ns();
	}
	if (stopper->paused_ns && now <= since_ns + SPIN_NS)
		stopper->paused_ns = since_ns; /* it stood before we saw it */
	stopper->missed += missing;
}

struct error *stopper_stop(struct stopper *stopper, struct lwp_table *lwps)
{
	size_t count = lwp_table_count(lwps);
	uint64_t since_ns;
	bool changed = false;
	struct error *err = NULL;

	stopper_resume(stopper);
	stopper_service(stopper);
	if (!count)
		return &error_gone;
	if (count != stopper->thread_count)
		err = list_threads(stopper);
	if (!err)
		err = find_running(stopper, lwps, &changed);
	since_ns = clock_now_ns();
	if (!err)
		err = hold_running(stopper, lwps);
	wait_for_held(stopper, since_ns);
	if (changed)
		stopper->thread_count = 0; /* listed again at the next stop */
	for (size_t i = 0; i < stopper->held.count; i++)
		if (stopper->held.items[i].stopped)
			stopper->stopped.items[stopper->stopped.count++] =
				stopper->held.items[i].tid;
	if (err)
		stopper_resume(stopper);
	return err;
}

void stopper_resume(struct stopper *stopper)
{
	size_t late = stopper->late.count;

	for (size_t i = 0; i < stopper->held.count; i++) {
		struct held *held = &stopper->held.items[i];

		if (!held->stopped || !thread_detach(held))
			stopper->late.items[stopper->late.count++] = *held;
	}
	stopper->held.count = 0;
	stopper->stopped.count = 0;
	if (stopper->paused_ns)
		stopper->stopped_ns += clock_now_ns() - stopper->paused_ns;
	stopper->paused_ns = 0;
	if (stopper->late.count > late)
		wait_for_late(stopper, LATE_WAIT_NS);
}

const pid_t *stopper_threads(const struct stopper *stopper, size_t *count)
{
	*count = stopper->stopped.count;
	return stopper->stopped.items;
}

size_t stopper_late(const struct stopper *stopper)
{
	return stopper->late.count;
}

uint64_t stopper_stopped_ns(const struct stopper *stopper)
{
	return stopper->stopped_ns;
}

uint64_t stopper_missed(const struct stopper *stopper)
{
	return stopper->missed;
}
