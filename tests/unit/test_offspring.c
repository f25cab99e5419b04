/*
 * Children as they come: who is tried, when, and how often.
 */
#include <criterion/criterion.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "profile/offspring.h"
#include "support/child.h"
#include "target/process.h"

enum { TRIES_MAX = 4096 };

/* What there was to attach to, and how that ends. */
struct host {
	struct offspring *offspring;
	pid_t tried[TRIES_MAX];
	size_t count;
	enum error_kind kind;
	bool fails;
};

static struct error *try_process(void *context, pid_t pid)
{
	struct host *host = context;

	cr_assert_lt(host->count, TRIES_MAX);
	host->tried[host->count++] = pid;
	return host->fails ? error_create(host->kind, "process %d is as it is", pid) : NULL;
}

static void begin(struct host *host)
{
	*host = (struct host) { 0 };
	cr_assert_null(offspring_create(try_process, host, &host->offspring));
}

static size_t tries_of(const struct host *host, pid_t pid)
{
	size_t tries = 0;

	for (size_t i = 0; i < host->count; i++)
		tries += host->tried[i] == pid;
	return tries;
}

static void look(struct host *host)
{
	cr_assert_null(offspring_look(host->offspring, clock_now_ns()));
	sched_yield();
}

/* Until it was tried so often. */
static void look_until(struct host *host, pid_t pid, size_t tries)
{
	while (tries_of(host, pid) < tries)
		look(host);
}

/* A child of its own: its number stands in its first word. */
static void has_child(struct child *child)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	child->words[0] = (uint64_t)pid;
	child_waits(child);
}

Test(offspring, children_and_theirs)
{
	struct child child;
	struct host host;

	begin(&host);
	cr_assert_null(offspring_add_root(host.offspring, getpid(), true));
	look(&host);
	child_start(&child, has_child);
	look_until(&host, child.pid, 1);
	look_until(&host, (pid_t)child.words[0], 1);
	cr_assert_eq(tries_of(&host, getpid()), 0, "it is attached to already");
	for (int i = 0; i < 100; i++)
		look(&host);
	cr_assert_eq(tries_of(&host, child.pid), 1);
	child_end(&child);
	offspring_destroy(host.offspring);
}

Test(offspring, the_root_itself_and_its_end)
{
	struct child child;
	struct host host;

	begin(&host);
	child_start(&child, child_waits);
	cr_assert_null(offspring_add_root(host.offspring, child.pid, false));
	look_until(&host, child.pid, 1);
	cr_assert(offspring_may_come(host.offspring));
	child_end(&child);
	cr_assert(!offspring_may_come(host.offspring));
	cr_assert_null(offspring_add_root(host.offspring, child.pid, false));
	cr_assert(!offspring_may_come(host.offspring));
	offspring_destroy(host.offspring);
}

Test(offspring, what_starts_is_tried_again_soon)
{
	struct child child;
	struct host host;

	begin(&host);
	host.fails = true;
	host.kind = ERROR_NOT_READY;
	child_start(&child, child_waits);
	cr_assert_null(offspring_add_root(host.offspring, child.pid, false));
	look_until(&host, child.pid, 3);
	host.fails = false;
	look_until(&host, child.pid, 4);
	child_end(&child);
	offspring_destroy(host.offspring);
}

static void becomes_sleep(struct child *child)
{
	child_waits(child);
	execlp("sleep", "sleep", "1000", NULL);
	_exit(1);
}

/* What is no Python, or cannot be read, may become another program. */
static void check_exec(enum error_kind kind, size_t unreadable)
{
	const struct error *why;
	struct child child;
	struct host host;
	size_t count;

	begin(&host);
	host.fails = true;
	host.kind = kind;
	child_start(&child, becomes_sleep);
	cr_assert_null(offspring_add_root(host.offspring, child.pid, false));
	look_until(&host, child.pid, 1);
	host.fails = false;
	child_tell(&child);
	look_until(&host, child.pid, 2);
	why = offspring_unreadable(host.offspring, &count);
	cr_assert_eq(count, unreadable);
	cr_assert_eq(why != NULL, unreadable > 0);
	if (why)
		cr_assert(strstr(error_message(why), "is as it is"));
	child_end(&child);
	offspring_destroy(host.offspring);
}

Test(offspring, another_program_is_another_try)
{
	check_exec(ERROR_NOT_PYTHON, 0);
	check_exec(ERROR_UNSUPPORTED, 1);
	check_exec(ERROR_PERMISSION, 1);
}

Test(offspring, one_that_was_let_go_is_tried_when_it_is_another_program)
{
	struct child child;
	struct host host;

	begin(&host);
	child_start(&child, becomes_sleep);
	cr_assert_null(offspring_add_root(host.offspring, child.pid, false));
	look_until(&host, child.pid, 1);
	offspring_let_go(host.offspring, child.pid);
	child_tell(&child);
	look_until(&host, child.pid, 2);
	child_end(&child);
	offspring_destroy(host.offspring);
}

static int waits_in_our_memory(void *nothing)
{
	(void)nothing;
	while (pause() < 0)
		;
	return 0;
}

Test(offspring, one_with_its_parents_memory_is_not_tried)
{
	static char stack[64 * 1024];
	struct child child;
	struct host host;
	pid_t shares;

	begin(&host);
	shares = clone(waits_in_our_memory, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	cr_assert_gt(shares, 0);
	if (!process_shares_memory(shares, getpid())) {
		kill(shares, SIGKILL);
		cr_skip_test("this kernel does not compare processes");
	}
	cr_assert_null(offspring_add_root(host.offspring, getpid(), true));
	child_start(&child, child_waits);
	cr_assert(!process_shares_memory(child.pid, getpid()));
	look_until(&host, child.pid, 1);
	for (int i = 0; i < 1000; i++)
		look(&host);
	cr_assert_eq(tries_of(&host, shares), 0);
	kill(shares, SIGKILL);
	child_end(&child);
	offspring_destroy(host.offspring);
}
