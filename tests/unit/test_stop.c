/*
 * Stopping threads, and letting them go by every way out.
 *
 * A thread that counts in shared memory shows whether it runs. Nothing here depends on how long
 * anything takes: a stop that a busy machine did not grant in time is tried again.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "support/child.h"
#include "target/process.h"
#include "target/stop.h"

static struct stopper *stopper;
static struct lwp_table *lwps;

static void teardown(void)
{
	stopper_destroy(stopper);
	stopper_destroy(NULL);
	lwp_table_destroy(lwps);
}

static struct error *create(pid_t pid)
{
	struct error *err = stopper_create(pid, &stopper);

	return err ? err : lwp_table_create(pid, &lwps);
}

TestSuite(stop, .fini = teardown, .timeout = 120);

static void wait_for_count(const struct child *child, int word)
{
	uint64_t count = child->words[word];

	while (child->words[word] == count)
		if (stopper)
			stopper_service(stopper);
}

static size_t stop_some(void)
{
	size_t count;

	do {
		cr_assert_null(stopper_stop(stopper, lwps));
		(void)stopper_threads(stopper, &count);
		if (!count)
			stopper_resume(stopper);
	} while (!count);
	return count;
}

/* That what is shared does not change, however long one looks. */
static void expect_still(const struct child *child, int word)
{
	uint64_t count = child->words[word];

	for (int i = 0; i < 100000; i++)
		cr_assert_eq(child->words[word], count);
}

Test(stop, a_thread_on_a_cpu_stands_still_and_goes_on)
{
	struct child child;
	size_t count;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	cr_expect_eq(process_tracer(child.pid), 0);
	for (int i = 0; i < 20; i++) {
		cr_expect_eq(stop_some(), 1);
		cr_expect_eq(stopper_threads(stopper, &count)[0], child.pid);
		expect_still(&child, 0);
		stopper_resume(stopper);
		(void)stopper_threads(stopper, &count);
		cr_expect_eq(count, 0);
		wait_for_count(&child, 0);
		cr_expect_eq(process_tracer(child.pid), 0, "nothing of us stays on it");
	}
	cr_expect_gt(stopper_stopped_ns(stopper), 0);
	stopper_resume(stopper);
	cr_expect_eq(WTERMSIG(child_end(&child)), SIGKILL);
}

Test(stop, the_end_of_a_stopper_lets_go)
{
	struct child child;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	stop_some();
	stopper_destroy(stopper);
	stopper = NULL;
	wait_for_count(&child, 0);
	child_end(&child);
}

/* epoll_wait ends with EINTR after a stop, whatever SA_RESTART says. */
static void waits_in_epoll(struct child *child)
{
	int events = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };

	epoll_ctl(events, EPOLL_CTL_ADD, child->to[0], &event);
	child_say(child, 'r');
	child_say(child, epoll_wait(events, &event, 1, -1) == 1 ? 'w' : 'E');
}

Test(stop, a_blocked_thread_is_left_alone)
{
	struct child child;
	size_t count, sum = 0;

	child_start(&child, waits_in_epoll);
	cr_assert_null(create(child.pid));
	while (process_state(child.pid) != 'S')
		;
	for (int i = 0; i < 100; i++) {
		cr_assert_null(stopper_stop(stopper, lwps));
		(void)stopper_threads(stopper, &count);
		sum += count;
		stopper_resume(stopper);
	}
	cr_expect_eq(sum, 0);
	cr_expect_eq(stopper_stopped_ns(stopper), 0);
	child_tell(&child);
	cr_expect_eq(child_hear(&child), 'w');
	child_end(&child);
}

static struct child *signalled;

static void counts_signal(int number)
{
	(void)number;
	signalled->words[1]++;
}

static void counts_signals(struct child *child)
{
	signalled = child;
	signal(SIGUSR1, counts_signal);
	child_counts(child);
}

Test(stop, no_signal_is_lost)
{
	struct child child;

	child_start(&child, counts_signals);
	cr_assert_null(create(child.pid));
	for (uint64_t i = 1; i <= 300; i++) {
		kill(child.pid, SIGUSR1); /* before, while and after it is told to stop */
		while (child.words[1] < i) {
			cr_assert_null(stopper_stop(stopper, lwps));
			stopper_resume(stopper);
		}
		cr_assert_eq(child.words[1], i);
	}
	for (uint64_t i = 301; i <= 320; i++) {
		stop_some();
		kill(child.pid, SIGUSR1);
		expect_still(&child, 1);
		stopper_resume(stopper);
		while (child.words[1] < i)
			;
	}
	child_end(&child);
}

Test(stop, job_control_works)
{
	struct child child;
	int status;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	for (int i = 0; i < 20; i++) {
		stop_some();
		kill(child.pid, SIGSTOP);
		stopper_resume(stopper);
		cr_assert_eq(waitpid(child.pid, &status, WUNTRACED), child.pid);
		cr_assert(WIFSTOPPED(status));
		while (process_state(child.pid) != 'T')
			;
		cr_assert_null(stopper_stop(stopper, lwps));
		stopper_resume(stopper);
		expect_still(&child, 0);
		kill(child.pid, SIGCONT);
		wait_for_count(&child, 0);
	}
	child_end(&child);
}

Test(stop, killed_in_the_pause)
{
	struct child child;
	struct error *err;
	int status;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	stop_some();
	kill(child.pid, SIGKILL);
	stopper_resume(stopper);
	cr_assert_eq(waitpid(child.pid, &status, 0), child.pid, "its status is left to its parent");
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	err = stopper_stop(stopper, lwps);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
	cr_expect_eq(stopper_late(stopper), 0);
}

/* word 1: the process that counts, word 2: the status that its parent got */
static void is_parent(struct child *child)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		child_counts(child);
	}
	child->words[1] = (uint64_t)pid;
	waitpid(pid, &status, 0);
	child->words[2] = (uint64_t)status;
	child_say(child, 'e');
	child_listen(child);
}

Test(stop, the_end_of_a_process_is_told_to_its_own_parent)
{
	struct child child;

	child_start(&child, is_parent);
	while (!child.words[1])
		;
	cr_assert_gt((pid_t)child.words[1], 1);
	cr_assert_null(create((pid_t)child.words[1]));
	stop_some();
	kill((pid_t)child.words[1], SIGKILL);
	stopper_resume(stopper);
	while (stopper_late(stopper))
		stopper_service(stopper);
	cr_expect_eq(child_hear(&child), 'e');
	cr_expect_eq(child.words[2], SIGKILL);
	child_end(&child);
}

enum { BUSY_THREADS = 3 };

static void *busy_thread(void *arg)
{
	volatile uint64_t *word = arg;

	word[16] = (uint64_t)syscall(SYS_gettid);
	while (*word != UINT64_MAX)
		++*word;
	return NULL;
}

/* words 1 to 3 count, 17 to 19 are whose they are */
static void has_threads(struct child *child)
{
	pthread_t thread;

	for (int i = 1; i <= BUSY_THREADS; i++)
		pthread_create(&thread, NULL, busy_thread, (void *)&child->words[i]);
	while (!child->words[17] || !child->words[18] || !child->words[19])
		;
	child_waits(child);
}

Test(stop, each_of_several_threads)
{
	struct child child;
	unsigned int seen = 0;

	child_start(&child, has_threads);
	cr_assert_null(create(child.pid));
	while (seen != (1u << 1 | 1u << 2 | 1u << 3)) {
		size_t count = stop_some();
		const pid_t *tids = stopper_threads(stopper, &count);

		for (size_t i = 0; i < count; i++)
			for (int k = 1; k <= BUSY_THREADS; k++)
				if (tids[i] == (pid_t)child.words[16 + k]) {
					expect_still(&child, k);
					seen |= 1u << k;
				}
		stopper_resume(stopper);
	}
	for (int k = 1; k <= BUSY_THREADS; k++)
		wait_for_count(&child, k);
	child_end(&child);
}

static void *waiting_thread(void *arg)
{
	struct child *child = arg;

	__atomic_fetch_add(&child->words[1], 1, __ATOMIC_SEQ_CST);
	child_listen(child);
	return NULL;
}

/* word 0 counts in the main thread, beside threads that wait */
static void has_waiting_threads(struct child *child)
{
	for (int i = 0; i < 8; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, waiting_thread, child);
	}
	while (child->words[1] < 8)
		;
	child_counts(child);
}

Test(stop, what_threads_did_before_is_remembered)
{
	struct child child;
	struct lwp_status status;

	child_start(&child, has_waiting_threads);
	cr_assert_null(create(child.pid));
	for (int seen = 0; seen < 20;) {
		size_t count = stop_some();

		if (stopper_threads(stopper, &count)[0] == child.pid) { /* the lowest number */
			lwp_table_status(lwps, child.pid, &status);
			cr_expect_eq(status.state, LWP_RUNNING, "it stands still now");
			lwp_table_refresh(lwps, child.pid, &status);
			cr_expect_eq(status.state, LWP_STOPPED);
			seen++;
		}
		stopper_resume(stopper);
		wait_for_count(&child, 0);
	}
	child_end(&child);
}

static void *short_thread(void *arg)
{
	++*(volatile uint64_t *)arg;
	return NULL;
}

static void starts_threads(struct child *child)
{
	child_say(child, 'r');
	for (;;) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, short_thread, (void *)&child->words[0]) == 0)
			pthread_join(thread, NULL);
	}
}

Test(stop, threads_that_come_and_go)
{
	struct child child;

	child_start(&child, starts_threads);
	cr_assert_null(create(child.pid));
	for (int i = 0; i < 500; i++) {
		cr_assert_null(stopper_stop(stopper, lwps));
		stopper_resume(stopper);
	}
	while (stopper_late(stopper))
		stopper_service(stopper);
	wait_for_count(&child, 0);
	child_end(&child);
}

/* word 1: what to stop; tells when it stands still, and does nothing more. */
static void stops_another(struct child *child)
{
	child_say(child, 'r');
	child_listen(child);
	cr_assert_null(create((pid_t)child->words[1]));
	stop_some();
	child_say(child, 's');
	child_listen(child);
}

static void start_both(struct child *target, struct child *tracer)
{
	child_start(target, child_counts);
	child_start(tracer, stops_another);
	tracer->words[1] = (uint64_t)target->pid;
	child_tell(tracer);
	cr_assert_eq(child_hear(tracer), 's');
	expect_still(target, 0);
}

Test(stop, when_the_tracer_is_killed_the_target_goes_on)
{
	struct child target, tracer;

	start_both(&target, &tracer);
	child_end(&tracer);
	wait_for_count(&target, 0);
	child_end(&target);
}

Test(stop, another_tracer_is_named)
{
	struct child target, tracer;
	struct error *err;
	char number[16];

	start_both(&target, &tracer);
	err = create(target.pid);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_PERMISSION);
	snprintf(number, sizeof(number), "process %d", tracer.pid);
	cr_expect(strstr(error_message(err), number), "%s", error_message(err));
	error_destroy(err);
	child_end(&tracer);
	child_end(&target);
}

Test(stop, a_debugger_that_comes_later)
{
	struct child target, tracer;
	struct error *err;

	child_start(&target, child_counts);
	cr_assert_null(create(target.pid));
	child_start(&tracer, stops_another);
	tracer.words[1] = (uint64_t)target.pid;
	child_tell(&tracer);
	cr_assert_eq(child_hear(&tracer), 's');
	/* A stopped thread is left alone; one that its tracer lets run cannot be stopped by us. */
	err = stopper_stop(stopper, lwps);
	cr_expect(!err || err->kind == ERROR_PERMISSION);
	error_destroy(err);
	stopper_resume(stopper);
	child_end(&tracer);
	wait_for_count(&target, 0);
	stop_some();
	stopper_resume(stopper);
	child_end(&target);
}

Test(stop, no_such_process)
{
	struct child child;
	struct error *err;

	child_start(&child, child_waits);
	child_end(&child);
	err = create(child.pid);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
}
