/*
 * child.h - another process to look at, which does what the test says and tells when it does.
 */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_WORDS = 64 };

struct child {
	pid_t pid;
	int to[2], from[2];       /* pipes */
	volatile uint64_t *words; /* shared memory */
};

/* In the child: it is now as the test wants it. */
static inline void child_say(const struct child *child, char what)
{
	if (write(child->from[1], &what, 1) != 1)
		_exit(2);
}

/* In the child: waits for child_tell() or for the end of the test. */
static inline void child_listen(const struct child *child)
{
	char byte;

	while (read(child->to[0], &byte, 1) < 0)
		;
}

/* In the test: what the child said. */
static inline char child_hear(const struct child *child)
{
	char what = '\0';

	cr_assert_eq(read(child->from[0], &what, 1), 1);
	return what;
}

static inline void child_tell(const struct child *child)
{
	cr_assert_eq(write(child->to[1], "", 1), 1);
}

/* Starts body() in a process of its own, and returns when it has said something. */
static inline void child_start(struct child *child, void (*body)(struct child *child))
{
	child->words = mmap(NULL, CHILD_WORDS * sizeof(*child->words), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq((void *)child->words, MAP_FAILED);
	cr_assert_eq(pipe2(child->to, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(child->from, O_CLOEXEC), 0);
	child->pid = fork();
	cr_assert_geq(child->pid, 0);
	if (!child->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(child->to[1]);
		close(child->from[0]);
		body(child);
		_exit(0);
	}
	close(child->to[0]);
	close(child->from[1]);
	(void)child_hear(child);
}

/* Ends it and takes its status. */
static inline int child_end(struct child *child)
{
	int status = 0;

	kill(child->pid, SIGKILL);
	cr_assert_eq(waitpid(child->pid, &status, 0), child->pid);
	close(child->to[1]);
	close(child->from[0]);
	return status;
}

/* Bodies. */
static inline void child_waits(struct child *child)
{
	child_say(child, 'r');
	child_listen(child);
}

static inline void child_counts(struct child *child)
{
	child_say(child, 'r');
	for (;;)
		child->words[0]++;
}

#endif
