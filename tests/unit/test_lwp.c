/*
 * Threads as the kernel sees them. A state is waited for by looking until it is there.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "support/child.h"
#include "target/lwp.h"

static struct lwp_table *table;

static void teardown(void)
{
	lwp_table_destroy(table);
}

TestSuite(lwp, .fini = teardown, .timeout = 60);

/* A thread of ours that does something without end, and tells its number first. */
struct worker {
	pthread_t thread;
	void (*work)(void);
	pid_t tid;
	int ready[2];
};

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	pid_t tid = (pid_t)syscall(SYS_gettid);

	if (write(worker->ready[1], &tid, sizeof(tid)) < 0)
		abort();
	worker->work();
	return NULL;
}

static void worker_start(struct worker *worker, void (*work)(void))
{
	worker->work = work;
	cr_assert_eq(pipe(worker->ready), 0);
	cr_assert_eq(pthread_create(&worker->thread, NULL, worker_main, worker), 0);
	cr_assert_eq(read(worker->ready[0], &worker->tid, sizeof(worker->tid)),
		     sizeof(worker->tid));
	close(worker->ready[0]);
	close(worker->ready[1]);
}

static void on_signal(int number)
{
	(void)number;
}

/* One that waits: in a lock that is free by now, or in what a signal ends. */
static void worker_end(struct worker *worker)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	pthread_kill(worker->thread, SIGUSR1);
	pthread_join(worker->thread, NULL);
}

static struct lwp_status status_of(pid_t tid)
{
	struct lwp_status status;

	lwp_table_status(table, tid, &status);
	return status;
}

static struct lwp_status wait_for(pid_t tid, enum lwp_state state)
{
	struct lwp_status status;

	do
		status = status_of(tid);
	while (status.state != state);
	return status;
}

static int no_input[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void reads(void)
{
	char byte;

	(void)!read(no_input[0], &byte, 1);
}

static void locks(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void sleeps(void)
{
	struct timespec long_time = { .tv_sec = 1000000 };

	nanosleep(&long_time, NULL);
}

static void waits_for_a_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigsuspend(&set);
}

Test(lwp, waits_are_told_apart)
{
	struct worker worker;
	struct lwp_status status;

	cr_assert_null(lwp_table_create(getpid(), &table));
	cr_assert_eq(pipe(no_input), 0);
	worker_start(&worker, reads);
	status = wait_for(worker.tid, LWP_WAITING);
	cr_expect_eq(status.wait, LWP_WAIT_IO);
	cr_expect_eq(status.syscall, SYS_read);
	cr_expect_eq(status.arg0, (uint64_t)no_input[0]);
	worker_end(&worker);

	pthread_mutex_lock(&mutex);
	worker_start(&worker, locks);
	status = wait_for(worker.tid, LWP_WAITING);
	cr_expect_eq(status.wait, LWP_WAIT_LOCK);
	cr_expect_eq(status.arg0, (uint64_t)(uintptr_t)&mutex);
	pthread_mutex_unlock(&mutex);
	worker_end(&worker);

	worker_start(&worker, sleeps);
	cr_expect_eq(wait_for(worker.tid, LWP_WAITING).wait, LWP_WAIT_SLEEP);
	worker_end(&worker);
	worker_start(&worker, waits_for_a_signal);
	cr_expect_eq(wait_for(worker.tid, LWP_WAITING).wait, LWP_WAIT_OTHER);
	worker_end(&worker);
}

Test(lwp, names_of_waits)
{
	cr_expect_str_eq(lwp_wait_name(LWP_WAIT_NONE), "");
	cr_expect_str_eq(lwp_wait_name(LWP_WAIT_LOCK), "lock");
	cr_expect_str_eq(lwp_wait_name(LWP_WAIT_IO), "I/O");
	cr_expect_str_eq(lwp_wait_name(LWP_WAIT_SLEEP), "sleep");
	cr_expect_str_eq(lwp_wait_name(LWP_WAIT_OTHER), "other");
}

Test(lwp, a_thread_that_ended)
{
	struct worker worker;
	size_t before;

	cr_assert_null(lwp_table_create(getpid(), &table));
	before = lwp_table_count(table);
	pthread_mutex_lock(&mutex);
	worker_start(&worker, locks);
	wait_for(worker.tid, LWP_WAITING);
	cr_expect_eq(lwp_table_count(table), before + 1);
	pthread_mutex_unlock(&mutex);
	pthread_join(worker.thread, NULL);
	wait_for(worker.tid, LWP_GONE); /* the kernel is not done with it when join returns */
	cr_expect_eq(status_of(worker.tid).state, LWP_GONE);
	cr_expect_eq(lwp_table_count(table), before);
	lwp_table_forget(table, worker.tid);
	lwp_table_forget(table, getpid());
}

static void check_gone(pid_t pid)
{
	struct lwp_table *other;
	struct lwp_id *ids;
	size_t count;
	struct error *err = lwp_list(pid, &ids, &count);

	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
	err = lwp_table_create(pid, &other);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
}

Test(lwp, a_process_that_ended)
{
	struct child child;
	siginfo_t info;

	child_start(&child, child_waits);
	cr_assert_null(lwp_table_create(child.pid, &table));
	wait_for(child.pid, LWP_WAITING);
	kill(child.pid, SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
	wait_for(child.pid, LWP_GONE); /* for a moment it is still on its CPU */
	child_end(&child);
	cr_expect_eq(status_of(child.pid).state, LWP_GONE);
	cr_expect_eq(lwp_table_count(table), 0);
	check_gone(child.pid);
}

static void check_stopped(void (*body)(struct child *child), enum lwp_state before)
{
	struct child child;
	int status;

	child_start(&child, body);
	cr_assert_null(lwp_table_create(child.pid, &table));
	wait_for(child.pid, before);
	kill(child.pid, SIGSTOP);
	cr_assert_eq(waitpid(child.pid, &status, WUNTRACED), child.pid);
	cr_expect_eq(wait_for(child.pid, LWP_STOPPED).wait, LWP_WAIT_NONE);
	kill(child.pid, SIGCONT);
	wait_for(child.pid, before);
	child_end(&child);
}

Test(lwp, a_stopped_process_that_ran)
{
	check_stopped(child_counts, LWP_RUNNING);
}

Test(lwp, a_stopped_process_that_waited)
{
	check_stopped(child_waits, LWP_WAITING);
}

Test(lwp, more_threads_than_files)
{
	enum { THREADS = 40, FILES = 40 };
	struct rlimit few = { FILES, FILES };
	static struct worker workers[THREADS];

	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	cr_assert_null(lwp_table_create(getpid(), &table));
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < THREADS; i++)
		worker_start(&workers[i], locks);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < THREADS; i++)
			cr_assert_eq(wait_for(workers[i].tid, LWP_WAITING).wait, LWP_WAIT_LOCK);
	cr_expect_geq(dup(0), 0, "some files are left for others");
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < THREADS; i++)
		worker_end(&workers[i]);
}

/* Without the right to trace, stat is all there is: init is root's, or the runner of this test. */
Test(lwp, a_process_of_another_user)
{
	pid_t pid = getuid() ? 1 : getppid();
	struct lwp_status status;

	if (!getuid())
		cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	cr_assert_null(lwp_table_create(pid, &table));
	for (int i = 0; i < 2; i++) {
		status = status_of(pid);
		cr_expect(status.state == LWP_WAITING || status.state == LWP_RUNNING);
		cr_expect_eq(status.syscall, -1);
		cr_expect_eq(status.wait,
			     status.state == LWP_WAITING ? LWP_WAIT_OTHER : LWP_WAIT_NONE);
	}
}

Test(lwp, list)
{
	enum { THREADS = 8 };
	struct worker workers[THREADS];
	struct lwp_id *ids;
	size_t count;

	pthread_mutex_lock(&mutex);
	for (int i = 0; i < THREADS; i++)
		worker_start(&workers[i], locks);
	cr_assert_null(lwp_list(getpid(), &ids, &count));
	cr_assert_gt(count, THREADS);
	for (size_t i = 1; i < count; i++)
		cr_expect_lt(ids[i - 1].tid, ids[i].tid);
	for (int i = 0; i < THREADS; i++) {
		bool found = false;

		for (size_t k = 0; k < count; k++)
			found = found || ids[k].tid == workers[i].tid;
		cr_expect(found);
	}
	free(ids);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < THREADS; i++)
		worker_end(&workers[i]);
}

static void in_a_namespace(struct child *child)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0) {
		child_waits(child);
		return;
	}
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		child_listen(child);
		_exit(0);
	}
	child->words[0] = (uint64_t)pid;
	child_say(child, 'r');
	wait(NULL);
}

Test(lwp, numbers_in_a_namespace)
{
	struct child child;
	struct lwp_id *ids;
	size_t count;

	child_start(&child, in_a_namespace);
	if (!child.words[0])
		cr_skip("no right to make a PID namespace");
	cr_assert_null(lwp_list((pid_t)child.words[0], &ids, &count));
	cr_assert_eq(count, 1);
	cr_expect_eq(ids[0].tid, (pid_t)child.words[0]);
	cr_expect_eq(ids[0].ns_tid, 1);
	free(ids);
	child_end(&child);
}

Test(lwp, names)
{
	char name[LWP_COMM_SIZE];

	prctl(PR_SET_NAME, "a) R\n1 2");
	lwp_comm(getpid(), getpid(), name);
	cr_expect_str_eq(name, "a) R\n1 2");
	prctl(PR_SET_NAME, "123456789012345678");
	lwp_comm(getpid(), getpid(), name);
	cr_expect_str_eq(name, "123456789012345");
	lwp_comm(getpid(), 1, name);
	cr_expect_str_eq(name, "");
}
