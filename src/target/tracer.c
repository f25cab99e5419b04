/*
 * tracer.c - threads that end to let go.
 *
 * What was told to stop is detached in exit_ptrace() (kernel/ptrace.c), which also forgets the
 * stop that was asked for. pthread_join() comes back before that (kernel/exit.c: mm_release(), then
 * exit_notify()), so the end of the thread is waited for: some 30 us in all. On a full machine each
 * of the two would wait for a CPU first, with what was stopped: so threads change at high priority.
 */
#include "target/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "urgency.h"

enum { END_POLL_NS = 10 * 1000 };

struct tracer {
	bool (*work)(void *context);
	void *context;
	pid_t tid;
	bool again;
	struct urgency urgency; /* of the thread that starts the others, which inherit it */
};

static void *tracer_work(void *arg)
{
	struct tracer *tracer = arg;

	struct urgency urgency = tracer->urgency;

	tracer->tid = gettid();
	urgency_end(&urgency);
	tracer->again = tracer->work(tracer->context);
	urgency_begin(&urgency);
	return NULL;
}

static struct error *run_once(struct tracer *tracer)
{
	pthread_t thread;
	int errnum = pthread_create(&thread, NULL, tracer_work, tracer);

	if (errnum)
		return error_os(errnum, "cannot start a thread");
	(void)pthread_join(thread, NULL);
	while (tgkill(getpid(), tracer->tid, 0) == 0)
		clock_sleep_until(clock_now_ns() + END_POLL_NS);
	return NULL;
}

struct error *tracer_run(bool (*work)(void *context), void *context)
{
	struct tracer tracer = { .work = work, .context = context };
	struct error *err;

	urgency_begin(&tracer.urgency);
	do
		err = run_once(&tracer);
	while (!err && tracer.again);
	urgency_end(&tracer.urgency);
	return err;
}
