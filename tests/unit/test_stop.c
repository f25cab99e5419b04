/*
 * Stopping threads, and letting them go by every way out.
 *
 * A thread that counts in shared memory shows whether it runs. Nothing here depends on how long
 * anything takes: a stop that a busy machine did not grant in time is tried again.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "support/child.h"
#include "target/process.h"
#include "target/stop.h"
#include "target/tracer.h"

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
		;
}

/* One pause: whom to stop, and what to do while they stand still. */
struct pause {
	const struct child *child;
	const pid_t *tids;
	size_t count, held;
	bool even_off_cpu; /* look at what was told to stop and has no CPU, too */
	void (*look)(const struct child *child);
	struct error *err;
};

static bool pause_once(void *context)
{
	struct pause *pause = context;

	lwp_table_remember(lwps);
	pause->err = stopper_stop(stopper, lwps, pause->tids, pause->count);
	pause->held = pause->err ? 0 : stopper_standing(stopper);
	if ((pause->held || pause->even_off_cpu) && pause->look)
		pause->look(pause->child);
	stopper_resume(stopper);
	cr_expect_eq(sched_getscheduler(0), SCHED_OTHER, "ours is what it was");
	return false;
}

/* Returns how many had stopped, the others having no CPU. */
static size_t try_pause(const struct child *child, void (*look)(const struct child *child))
{
	struct pause pause = { .child = child, .tids = &child->pid, .count = 1, .look = look };

	cr_assert_null(tracer_run(pause_once, &pause));
	cr_assert_null(pause.err);
	return pause.held;
}

/* The machine may be busy: until it was stopped. */
static void pause_well(const struct child *child, void (*look)(const struct child *child))
{
	while (!try_pause(child, look))
		;
}

/* That what is shared does not change, however long one looks. */
static void expect_still(const struct child *child, int word)
{
	uint64_t count = child->words[word];

	for (int i = 0; i < 100000; i++)
		cr_assert_eq(child->words[word], count);
}

static void stands_still(const struct child *child)
{
	cr_expect(stopper_holds(stopper, child->pid));
	expect_still(child, 0);
}

Test(stop, a_thread_on_a_cpu_stands_still_and_goes_on)
{
	struct child child;
	struct stop_times times;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	cr_expect_eq(process_tracer(child.pid), 0);
	for (int i = 0; i < 20; i++) {
		pause_well(&child, stands_still);
		wait_for_count(&child, 0);
		cr_expect_eq(process_tracer(child.pid), 0, "nothing of us stays on it");
	}
	times = stopper_times(stopper);
	cr_expect_eq(times.count, 20);
	cr_expect_gt(times.longest_ns, 0);
	cr_expect_leq(times.longest_ns, times.total_ns);
	cr_expect_leq(times.total_ns, 20 * times.longest_ns);
	stopper_resume(stopper);
	cr_expect_eq(WTERMSIG(child_end(&child)), SIGKILL);
}

static void end_stopper(const struct child *child)
{
	expect_still(child, 0);
	stopper_destroy(stopper);
	cr_assert_null(stopper_create(child->pid, &stopper));
	wait_for_count(child, 0);
}

Test(stop, the_end_of_a_stopper_lets_go)
{
	struct child child;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	pause_well(&child, end_stopper);
	child_end(&child);
}

/* Ends without a resume, once it has stopped it. */
static bool stops_and_ends(void *context)
{
	const struct child *child = context;

	cr_assert_null(stopper_stop(stopper, lwps, &child->pid, 1));
	if (!stopper_standing(stopper)) {
		stopper_resume(stopper);
		return true;
	}
	expect_still(child, 0);
	return false;
}

Test(stop, the_end_of_a_tracer_lets_go)
{
	struct child child;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	cr_assert_null(tracer_run(stops_and_ends, &child));
	cr_expect_eq(process_tracer(child.pid), 0);
	cr_expect_eq(sched_getscheduler(0), SCHED_OTHER, "ours is what it was");
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

	child_start(&child, waits_in_epoll);
	cr_assert_null(create(child.pid));
	while (process_state(child.pid) != 'S')
		;
	for (int i = 0; i < 100; i++)
		cr_expect_eq(try_pause(&child, NULL), 0);
	cr_expect_eq(stopper_times(stopper).count, 0);
	cr_expect_not(stopper_is_stuck(stopper));
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

static void signals(const struct child *child)
{
	kill(child->pid, SIGUSR1);
	expect_still(child, 1);
}

Test(stop, no_signal_is_lost)
{
	struct child child;

	child_start(&child, counts_signals);
	cr_assert_null(create(child.pid));
	for (uint64_t i = 1; i <= 300; i++) {
		kill(child.pid, SIGUSR1); /* before, while and after it is told to stop */
		while (child.words[1] < i)
			(void)try_pause(&child, NULL);
		cr_assert_eq(child.words[1], i);
	}
	for (uint64_t i = 301; i <= 320; i++) {
		pause_well(&child, signals);
		while (child.words[1] < i)
			;
		cr_assert_eq(child.words[1], i);
	}
	child_end(&child);
}

static void stops_by_job_control(const struct child *child)
{
	kill(child->pid, SIGSTOP);
}

Test(stop, job_control_works)
{
	struct child child;
	int status;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	for (int i = 0; i < 20; i++) {
		pause_well(&child, stops_by_job_control);
		cr_assert_eq(waitpid(child.pid, &status, WUNTRACED), child.pid);
		cr_assert(WIFSTOPPED(status));
		while (process_state(child.pid) != 'T')
			;
		(void)try_pause(&child, NULL);
		expect_still(&child, 0);
		cr_expect_eq(process_state(child.pid), 'T');
		kill(child.pid, SIGCONT);
		wait_for_count(&child, 0);
	}
	child_end(&child);
}

static void kills(const struct child *child)
{
	kill(child->pid, SIGKILL);
}

Test(stop, killed_in_the_pause)
{
	struct child child;
	int status;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	pause_well(&child, kills);
	cr_assert_eq(waitpid(child.pid, &status, 0), child.pid, "its status is left to its parent");
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cr_expect_eq(try_pause(&child, NULL), 0);
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
	struct child child, grandchild;

	child_start(&child, is_parent);
	while (!child.words[1])
		;
	grandchild = child;
	grandchild.pid = (pid_t)child.words[1];
	cr_assert_gt(grandchild.pid, 1);
	cr_assert_null(create(grandchild.pid));
	pause_well(&grandchild, kills);
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

static unsigned int threads_seen;

static void those_held_stand_still(const struct child *child)
{
	for (int k = 1; k <= BUSY_THREADS; k++)
		if (stopper_holds(stopper, (pid_t)child->words[16 + k])) {
			expect_still(child, k);
			threads_seen |= 1u << k;
		}
}

Test(stop, each_of_several_threads)
{
	struct child child;
	pid_t tids[BUSY_THREADS + 1];
	struct pause pause = {
		.child = &child, .tids = tids, .count = BUSY_THREADS, .look = those_held_stand_still
	};

	child_start(&child, has_threads);
	cr_assert_null(create(child.pid));
	for (int k = 1; k <= BUSY_THREADS; k++)
		tids[k - 1] = (pid_t)child.words[16 + k];
	threads_seen = 0;
	while (threads_seen != (1u << 1 | 1u << 2 | 1u << 3)) {
		cr_assert_null(tracer_run(pause_once, &pause));
		cr_assert_null(pause.err);
	}
	for (int k = 1; k <= BUSY_THREADS; k++)
		wait_for_count(&child, k);
	child_end(&child);
}

static void adds_the_others(const struct child *child)
{
	for (int k = 2; k <= BUSY_THREADS; k++) {
		pid_t tid = (pid_t)child->words[16 + k];

		cr_assert_null(stopper_stop(stopper, lwps, &tid, 1));
	}
	those_held_stand_still(child);
}

Test(stop, a_pause_is_added_to)
{
	struct child child;
	pid_t first;
	struct pause pause = {
		.child = &child, .tids = &first, .count = 1, .look = adds_the_others
	};

	child_start(&child, has_threads);
	cr_assert_null(create(child.pid));
	first = (pid_t)child.words[17];
	while (pause.held != 1) {
		cr_assert_null(tracer_run(pause_once, &pause));
		cr_assert_null(pause.err);
	}
	cr_expect_eq(stopper_times(stopper).count, 1, "one pause");
	for (int k = 1; k <= BUSY_THREADS; k++)
		wait_for_count(&child, k);
	child_end(&child);
}

/* A thread whose CPU another one has is let be: it goes on as soon as it has one. */
static void counts_when_idle(struct child *child)
{
	const struct sched_param parameter = { .sched_priority = 0 };

	sched_setscheduler(0, SCHED_IDLE, &parameter);
	child_counts(child);
}

static void share_a_cpu(pid_t one, pid_t other)
{
	cpu_set_t all, first;

	cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&first);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all)) {
			CPU_SET(i, &first);
			break;
		}
	cr_assert_eq(sched_setaffinity(one, sizeof(first), &first), 0);
	cr_assert_eq(sched_setaffinity(other, sizeof(first), &first), 0);
}

Test(stop, one_that_cannot_stop_is_let_be)
{
	struct child child, hog;
	struct pause pause = { .child = &child,
			       .tids = &child.pid,
			       .count = 1,
			       .even_off_cpu = true,
			       .look = stands_still };

	child_start(&child, counts_when_idle);
	child_start(&hog, child_counts);
	share_a_cpu(child.pid, hog.pid);
	cr_assert_null(create(child.pid));
	while (!stopper_times(stopper).off_cpu) {
		cr_assert_null(tracer_run(pause_once, &pause));
		cr_assert_null(pause.err);
		cr_expect_eq(process_tracer(child.pid), 0, "nothing of us stays on it");
	}
	cr_expect(stopper_is_stuck(stopper));
	child_end(&hog);
	wait_for_count(&child, 0);
	pause_well(&child, stands_still);
	cr_expect_not(stopper_is_stuck(stopper));
	child_end(&child);
}

static int stops_seen;

/* One that has no CPU has not stopped yet. */
static void was_running(const struct child *child)
{
	struct lwp_status status;

	lwp_table_status(lwps, child->pid, &status);
	cr_expect_eq(status.state, LWP_RUNNING);
	lwp_table_refresh(lwps, child->pid, &status);
	stops_seen += status.state == LWP_STOPPED;
}

Test(stop, what_a_thread_did_before_is_remembered)
{
	struct child child;

	child_start(&child, child_counts);
	cr_assert_null(create(child.pid));
	for (stops_seen = 0; stops_seen < 20;)
		(void)try_pause(&child, was_running);
	child_end(&child);
}

static void *short_thread(void *arg)
{
	struct child *child = arg;

	child->words[1] = (uint64_t)syscall(SYS_gettid);
	child->words[0]++;
	return NULL;
}

static void starts_threads(struct child *child)
{
	child_say(child, 'r');
	for (;;) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, short_thread, child) == 0)
			pthread_join(thread, NULL);
	}
}

Test(stop, threads_that_come_and_go)
{
	struct child child;

	child_start(&child, starts_threads);
	cr_assert_null(create(child.pid));
	wait_for_count(&child, 0);
	for (int i = 0; i < 500; i++) {
		const pid_t tids[] = { child.pid, (pid_t)child.words[1] };
		struct pause pause = { .child = &child, .tids = tids, .count = 2 };

		cr_assert_null(tracer_run(pause_once, &pause));
		cr_assert_null(pause.err);
	}
	wait_for_count(&child, 0);
	child_end(&child);
}

static void says_so(const struct child *child)
{
	child_say(child, 's');
	child_listen(child);
}

/* word 1: what to stop; tells when it stands still, and does nothing more. */
static void stops_another(struct child *child)
{
	struct child target = *child;

	child_say(child, 'r');
	child_listen(child);
	target.pid = (pid_t)child->words[1];
	cr_assert_null(create(target.pid));
	pause_well(&target, says_so);
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
	char number[32];

	start_both(&target, &tracer);
	err = create(target.pid);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_PERMISSION);
	snprintf(number, sizeof(number), "process %d", process_tracer(target.pid));
	cr_expect(strstr(error_message(err), number), "%s", error_message(err));
	error_destroy(err);
	child_end(&tracer);
	child_end(&target);
}

Test(stop, a_debugger_that_comes_later)
{
	struct child target, tracer;
	struct pause pause = { .tids = &target.pid, .count = 1 };

	child_start(&target, child_counts);
	cr_assert_null(create(target.pid));
	child_start(&tracer, stops_another);
	tracer.words[1] = (uint64_t)target.pid;
	child_tell(&tracer);
	cr_assert_eq(child_hear(&tracer), 's');
	/* A stopped thread is left alone; one that its tracer lets run cannot be stopped by us. */
	cr_assert_null(tracer_run(pause_once, &pause));
	cr_expect(!pause.err || pause.err->kind == ERROR_PERMISSION);
	error_destroy(pause.err);
	child_end(&tracer);
	wait_for_count(&target, 0);
	pause_well(&target, NULL);
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
