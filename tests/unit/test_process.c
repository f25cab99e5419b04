/*
 * Processes: who they are, what they are called, who descends from whom.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "support/child.h"
#include "target/process.h"

static void expect_error(pid_t pid, const char *part)
{
	struct process process;
	struct error *err = process_open(pid, &process);

	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	cr_expect(strstr(error_message(err), part), "%s", error_message(err));
	error_destroy(err);
}

Test(process, our_own)
{
	struct process process;
	char exe[PATH_MAX] = "";

	cr_assert_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	cr_assert_null(process_open(getpid(), &process));
	cr_expect_eq(process.pid, getpid());
	cr_expect_gt(process.ns_pid, 0);
	cr_expect_str_eq(process.exe, exe);
	cr_expect_not(process.exe_deleted);
	cr_expect_neq(process.exe_inode, 0);
	cr_expect_gt(process.argc, 0);
	cr_expect_null(process.argv[process.argc]);
	cr_expect(process_is_alive(&process));
	process_deinit(&process);
	process_deinit(&process);
}

Test(process, none_of_that_number)
{
	struct child child;

	child_start(&child, child_waits);
	child_end(&child);
	expect_error(child.pid, "does not exist");
	expect_error(0, "does not exist");
	expect_error(-1, "does not exist");
	expect_error(INT_MAX, "does not exist");
	cr_expect_eq(process_state(child.pid), '\0');
	cr_expect_eq(process_parent(child.pid), 0);
	cr_expect_eq(process_tracer(child.pid), 0);
}

static void check_end(struct child *child, struct process *process)
{
	siginfo_t info;

	cr_expect(process_is_alive(process));
	kill(child->pid, SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT), 0);
	cr_expect_not(process_is_alive(process));
	cr_expect_eq(process_state(child->pid), 'Z');
	expect_error(child->pid, "zombie");
	child_end(child);
	cr_expect_not(process_is_alive(process));
	process_deinit(process);
}

Test(process, a_zombie_has_ended)
{
	struct process process;
	struct child child;

	child_start(&child, child_waits);
	cr_assert_null(process_open(child.pid, &process));
	check_end(&child, &process);
}

Test(process, the_same_without_a_pidfd)
{
	struct process process;
	struct child child;

	child_start(&child, child_waits);
	cr_assert_null(process_open(child.pid, &process));
	close(process.pidfd);
	process.pidfd = -1;
	process.start_ticks++;
	cr_expect_not(process_is_alive(&process), "its number went to another one");
	process.start_ticks--;
	check_end(&child, &process);
}

static void is_badly_named(struct child *child)
{
	prctl(PR_SET_NAME, "a) Z 1\n(b R");
	child_waits(child);
}

Test(process, a_name_that_looks_like_the_rest)
{
	struct process process;
	struct child child;

	child_start(&child, is_badly_named);
	cr_assert_null(process_open(child.pid, &process));
	cr_expect_eq(process_parent(child.pid), getpid());
	cr_expect_neq(process_state(child.pid), 'Z');
	process_deinit(&process);
	child_end(&child);
}

static void *thread_main(void *arg)
{
	int *pipes = arg;
	pid_t tid = (pid_t)syscall(SYS_gettid);
	char byte;

	if (write(pipes[1], &tid, sizeof(tid)) < 0 || read(pipes[2], &byte, 1) < 0)
		abort();
	return NULL;
}

Test(process, a_thread_is_none)
{
	int pipes[4];
	pthread_t thread;
	pid_t tid;

	cr_assert_eq(pipe(pipes), 0);
	cr_assert_eq(pipe(pipes + 2), 0);
	cr_assert_eq(pthread_create(&thread, NULL, thread_main, pipes), 0);
	cr_assert_eq(read(pipes[0], &tid, sizeof(tid)), sizeof(tid));
	expect_error(tid, "thread of process");
	close(pipes[3]);
	pthread_join(thread, NULL);
}

Test(process, command_line)
{
	static const struct {
		char *argv[5];
		const char *expected;
	} cases[] = {
		{ { "python", "-c", "a\nb\tc\x1b[2J" }, "python -c a b c [2J" },
		{ { "title", "", "" }, "title" },
		{ { "a", "", "b" }, "a  b" },
		{ { NULL }, "/bin/x" },
		{ { "" }, "/bin/x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct process process = { .exe = "/bin/x", .argv = (char **)cases[i].argv };
		char *line;

		while (process.argv[process.argc])
			process.argc++;
		line = process_command_line(&process);
		cr_assert(line);
		cr_expect_str_eq(line, cases[i].expected);
		free(line);
	}
}

/* Names: children that run a shell under an interpreter's name, from a folder with scripts. */

static char folder[] = "/tmp/sonde-names-XXXXXX";
static char *const *command;

static void runs_command(struct child *child)
{
	if (chdir(folder) < 0)
		_exit(2);
	dup2(child->to[0], STDIN_FILENO);
	dup2(child->from[1], STDOUT_FILENO);
	close(STDERR_FILENO); /* `sh -m` complains that there is no terminal */
	execv("/bin/sh", command);
}

static bool finds(const char *name, pid_t pid)
{
	pid_t *pids;
	size_t count;
	bool found = false;

	cr_assert_null(process_find_by_name(name, &pids, &count));
	for (size_t i = 0; i < count; i++)
		found = found || pids[i] == pid;
	free(pids);
	return found;
}

Test(process, names_that_people_mean)
{
	static const struct {
		char *argv[6];
		const char *found[4], *not_found[4];
	} cases[] = {
		{ { "/opt/bin/python3.99", "-u", "./sonde-app.py", "x" },
		  { "python3.99", "sonde-app.py", "sonde-app", "sh" },
		  { "sonde-ap", "x", "/opt/bin/python3.99", "app" } },
		{ { "python3", "-um", "sonde.mod", "sonde-app.py" },
		  { "sonde.mod", "python3" },
		  { "sonde-app.py", "mod" } },
		{ { "python3", "-c", "echo r; read x", "sonde-app.py" },
		  { "python3" },
		  { "sonde-app.py", "echo r; read x" } },
		{ { "sonde-server", "sonde-app.py" },
		  { "sonde-server" },
		  { "sonde-app.py", "sonde-app" } },
	};
	char path[64];

	cr_assert(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		FILE *script;

		snprintf(path, sizeof(path), "%s/%s", folder, i ? "sonde.mod" : "sonde-app.py");
		script = fopen(path, "w");
		cr_assert(script);
		fputs("echo r\nread x\n", script);
		fclose(script);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct child child;

		command = cases[i].argv;
		child_start(&child, runs_command);
		for (int k = 0; k < 4 && cases[i].found[k]; k++)
			cr_expect(finds(cases[i].found[k], child.pid), "%s", cases[i].found[k]);
		for (int k = 0; k < 4 && cases[i].not_found[k]; k++)
			cr_expect_not(finds(cases[i].not_found[k], child.pid), "%s",
				      cases[i].not_found[k]);
		child_end(&child);
		cr_expect_not(finds(cases[i].found[0], child.pid));
	}
	snprintf(path, sizeof(path), "rm -r %s", folder);
	cr_assert_eq(system(path), 0);
}

Test(process, our_own_name_is_not_ours_to_find)
{
	prctl(PR_SET_NAME, "sonde-self");
	cr_expect_not(finds("sonde-self", getpid()));
}

/* word 0: a grandchild; word 1: a child that has ended; word 2: a child of another thread */
static void *forks(void *arg)
{
	struct child *child = arg;
	pid_t pid = fork();

	if (!pid) {
		child->words[2] = (uint64_t)getpid();
		child_waits(child);
		_exit(0);
	}
	child_listen(child);
	return NULL;
}

static void has_descendants(struct child *child)
{
	siginfo_t info;
	pthread_t thread;
	pid_t pid = fork();

	if (!pid) {
		child->words[0] = (uint64_t)getpid();
		pid = fork();
		if (!pid)
			child->words[3] = (uint64_t)getpid();
		child_listen(child); /* until the end of the test */
		_exit(0);
	}
	pid = fork();
	if (!pid)
		_exit(0);
	child->words[1] = (uint64_t)pid;
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	while (!child->words[3])
		;
	pthread_create(&thread, NULL, forks, child);
	pthread_join(thread, NULL);
}

Test(process, descendants)
{
	struct child child;
	pid_t *pids;
	size_t count;
	ptrdiff_t at[4] = { -1, -1, -1, -1 };

	child_start(&child, has_descendants);
	cr_assert_null(process_descendants(child.pid, &pids, &count));
	for (size_t i = 0; i < count; i++)
		for (int k = 0; k < 4; k++)
			if (pids[i] == (pid_t)child.words[k])
				at[k] = (ptrdiff_t)i;
	cr_expect_eq(count, 3);
	cr_expect(at[0] >= 0 && at[2] >= 0 && at[3] >= 0);
	cr_expect_lt(at[0], at[3], "parents come first");
	cr_expect_eq(at[1], -1, "a zombie is not alive");
	free(pids);
	child_end(&child);
	cr_assert_null(process_descendants(child.pid, &pids, &count));
	cr_expect_eq(count, 0);
	free(pids);
}
