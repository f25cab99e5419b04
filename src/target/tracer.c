/*
 * tracer.c - threads that end to let go.
 *
 * What was told to stop is detached in exit_ptrace() (kernel/ptrace.c), which also forgets the
 * stop that was asked for. pthread_join() comes back before that (kernel/exit.c: mm_release(), then
 * exit_notify()), so the end of the thread is waited for: some 30 us in all.
 */
#include "target/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

struct tracer {
	bool (*work)(void *context);
	void *context;
	pid_t tid;
	bool again;
};

static void *tracer_work(void *arg)
{
	struct tracer *tracer = arg;

	tracer->tid = gettid();
	tracer->again = tracer->work(tracer->context);
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
		sched_yield();
	return NULL;
}

struct error *tracer_run(bool (*work)(void *context), void *context)
{
	struct tracer tracer = { .work = work, .context = context };
	struct error *err;

	do
		err = run_once(&tracer);
	while (!err && tracer.again);
	return err;
}
