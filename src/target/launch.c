/*
 * launch.c - the user's command as our child.
 *
 * While threads of the command are stopped by ptrace, waitpid() of their parent reports those
 * stops, too, whatever its options (kernel/exit.c: wait_task_stopped()), and would take them away
 * from stop.c. So the command is waited for only once it has ended, which a pidfd tells without
 * waiting.
 */
#include "target/launch.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procfs.h"

enum { POLL_MS = 20 }; /* between two looks where there are no pidfds */

struct error *launch_start(char *const *argv, struct launch *ret)
{
	return launch_start_with(argv, &(struct launch_files) { -1, -1, -1 }, ret);
}

/* An errno; 0 when it runs. */
static int spawn(char *const *argv, const struct launch_files *files, pid_t *pid)
{
	const int given[] = { files->in, files->out, files->err };
	posix_spawn_file_actions_t actions;
	int errnum = posix_spawn_file_actions_init(&actions);

	if (errnum)
		return errnum;
	for (int fd = 0; !errnum && fd <= STDERR_FILENO; fd++)
		if (given[fd] >= 0)
			errnum = posix_spawn_file_actions_adddup2(&actions, given[fd], fd);
	if (!errnum)
		errnum = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

struct error *launch_start_with(char *const *argv, const struct launch_files *files,
				struct launch *ret)
{
	struct launch launch = { .pidfd = -1 };
	int errnum = spawn(argv, files, &launch.pid);

	if (errnum)
		return error_os(errnum, "cannot run %s", argv[0]);
	launch.pidfd = (int)syscall(SYS_pidfd_open, launch.pid, 0); /* since Linux 5.3 */
	*ret = launch;
	return NULL;
}

void launch_deinit(struct launch *launch)
{
	if (launch->pidfd >= 0)
		close(launch->pidfd);
	launch->pidfd = -1;
}

/* Whether it is a zombie by now; waits for that, where asked to, until a signal comes. */
static bool launch_is_over(const struct launch *launch, int timeout_ms)
{
	struct pollfd end = { .fd = launch->pidfd, .events = POLLIN };
	struct procfs_stat stat;

	if (launch->pidfd >= 0)
		return poll(&end, 1, timeout_ms) > 0;
	for (;;) {
		if (!procfs_stat_read(launch->pid, &stat) || stat.state == 'Z')
			return true;
		if (!timeout_ms || poll(NULL, 0, POLL_MS) < 0)
			return false;
	}
}

static bool launch_reap(struct launch *launch, int timeout_ms)
{
	int status = 0;
	pid_t reaped;

	if (launch->ended)
		return true;
	if (!launch_is_over(launch, timeout_ms))
		return false;
	reaped = waitpid(launch->pid, &status, WNOHANG | __WALL);
	if (!reaped || WIFSTOPPED(status))
		return false;
	launch->ended = true; /* ECHILD, too: somebody took the status, it counts as 0 */
	launch->status = status;
	return true;
}

bool launch_has_ended(struct launch *launch)
{
	return launch_reap(launch, 0);
}

void launch_wait(struct launch *launch)
{
	(void)launch_reap(launch, -1);
}

int launch_exit_status(const struct launch *launch)
{
	return WIFSIGNALED(launch->status) ? 128 + WTERMSIG(launch->status)
					   : WEXITSTATUS(launch->status);
}
