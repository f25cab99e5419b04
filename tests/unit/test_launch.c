/*
 * The user's command: started as the shell would, and its end reported by the shell's rule.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/launch.h"

static struct launch launch;

static void start(const char *script)
{
	char *const argv[] = { "sh", "-c", (char *)script, NULL };

	cr_assert_null(launch_start(argv, &launch));
	cr_expect_gt(launch.pid, 0);
	cr_expect_not(launch.ended);
}

static void expect_status(const char *script, int status)
{
	start(script);
	while (!launch.ended)
		launch_wait(&launch);
	cr_expect(launch_has_ended(&launch));
	cr_expect_eq(launch_exit_status(&launch), status, "%s: %d", script,
		     launch_exit_status(&launch));
	launch_deinit(&launch);
	launch_deinit(&launch);
}

Test(launch, exit_status, .timeout = 60)
{
	expect_status("exit 0", 0);
	expect_status("exit 3", 3);
	expect_status("exit 255", 255);
	expect_status("kill -KILL $$", 128 + SIGKILL);
	expect_status("kill -TERM $$", 128 + SIGTERM);
}

Test(launch, without_pidfds, .timeout = 60)
{
	start("exit 7");
	launch_deinit(&launch);
	cr_expect_eq(launch.pidfd, -1);
	while (!launch.ended)
		launch_wait(&launch);
	cr_expect_eq(launch_exit_status(&launch), 7);
}

Test(launch, not_ended_yet, .timeout = 60)
{
	int input[2];

	cr_assert_eq(pipe(input), 0);
	cr_assert_eq(dup2(input[0], STDIN_FILENO), STDIN_FILENO);
	close(input[0]);
	start("read x; exit 7");
	cr_expect_not(launch_has_ended(&launch));
	cr_assert_eq(write(input[1], "\n", 1), 1);
	launch_wait(&launch);
	cr_expect_eq(launch_exit_status(&launch), 7);
	launch_deinit(&launch);
}

static void expect_error(const char *command, int errnum)
{
	char *const argv[] = { (char *)command, NULL };
	struct error *err = launch_start(argv, &launch);

	cr_assert(err, "%s", command);
	cr_expect_eq(err->errnum, errnum, "%s", error_message(err));
	cr_expect(strstr(error_message(err), command));
	error_destroy(err);
}

Test(launch, what_cannot_be_executed)
{
	expect_error("no-such-command-of-sonde", ENOENT);
	expect_error("/no/such/command", ENOENT);
	expect_error("/etc/passwd", EACCES);
	expect_error("/", EACCES);
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
}

static void on_signal(int number)
{
	(void)number;
}

Test(launch, signals_that_we_handle_are_at_their_default_in_it, .timeout = 60)
{
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	expect_status("kill -TERM $$; exit 1", 128 + SIGTERM);
	expect_status("kill -INT $$; exit 1", 128 + SIGINT);
}

/* As stop.c does; the stop must be there for it, and the end for us. */
Test(launch, a_stop_by_ptrace_is_not_taken_for_the_end, .timeout = 60)
{
	siginfo_t info = { 0 };

	start("while :; do :; done");
	cr_assert_eq(ptrace(PTRACE_SEIZE, launch.pid, 0, 0), 0);
	cr_assert_eq(ptrace(PTRACE_INTERRUPT, launch.pid, 0, 0), 0);
	cr_assert_eq(waitid(P_PID, (id_t)launch.pid, &info, WSTOPPED | WNOWAIT | __WALL), 0);
	cr_expect_not(launch_has_ended(&launch));
	cr_assert_eq(waitid(P_PID, (id_t)launch.pid, &info, WSTOPPED | WNOHANG | __WALL), 0);
	cr_expect_eq(info.si_pid, launch.pid);
	cr_assert_eq(ptrace(PTRACE_DETACH, launch.pid, 0, 0), 0);
	cr_expect_not(launch_has_ended(&launch));
	kill(launch.pid, SIGKILL);
	launch_wait(&launch);
	cr_expect_eq(launch_exit_status(&launch), 128 + SIGKILL);
	launch_deinit(&launch);
}

Test(launch, gives_other_streams)
{
	char *argv[] = { "sh", "-c", "cat; echo out; echo err >&2", NULL };
	int in[2], out[2], err[2];
	char buf[64];

	cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(err, O_CLOEXEC), 0);
	cr_assert_eq(write(in[1], "in ", 3), 3);
	close(in[1]);
	cr_assert_null(
		launch_start_with(argv, &(struct launch_files) { in[0], out[1], err[1] }, &launch));
	while (!launch_has_ended(&launch))
		launch_wait(&launch);
	cr_assert_eq(read(out[0], buf, sizeof(buf)), 7);
	cr_assert_arr_eq(buf, "in out\n", 7);
	cr_assert_eq(read(err[0], buf, sizeof(buf)), 4);
	cr_assert_arr_eq(buf, "err\n", 4);
	launch_deinit(&launch);
}
