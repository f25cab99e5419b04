/*
 * signals.c - handlers that only set a flag, or remove a file.
 */
#include "signals.h"

#include <stddef.h>

#include "output/file.h"

volatile sig_atomic_t signals_stop, signals_snapshot, signals_suspend;

static void on_end(int signum)
{
	if (signals_stop) {
		(void)signal(signum, SIG_DFL);
		(void)raise(signum); /* delivered when this handler returns */
	}
	signals_stop = 1;
}

static void on_snapshot(int signum)
{
	(void)signum;
	signals_snapshot = 1;
}

static void catch_signal(int signum, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	(void)sigaction(signum, &action, NULL);
}

void signals_catch(void)
{
	struct sigaction old;

	catch_signal(SIGINT, on_end);
	catch_signal(SIGTERM, on_end);
	catch_signal(SIGUSR1, on_snapshot);
	/* a recording under nohup outlives its terminal */
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)
		catch_signal(SIGHUP, on_end);
	/* a reader of our output that goes away must not take the other outputs along */
	(void)signal(SIGPIPE, SIG_IGN);
	/* a limit on the size of files is an error like a full disk: what there is is kept */
	(void)signal(SIGXFSZ, SIG_IGN);
}

static void on_calm_end(int signum)
{
	(void)signum;
	signals_stop = 1;
}

static void on_suspend(int signum)
{
	(void)signum;
	signals_suspend = 1;
}

void signals_keep_screen(void)
{
	static const int signums[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signums) / sizeof(*signums); i++)
		if (!sigaction(signums[i], NULL, &old) && old.sa_handler != SIG_IGN)
			catch_signal(signums[i], on_calm_end);
	catch_signal(SIGTSTP, on_suspend);
}

void signals_stop_here(bool all)
{
	(void)signal(SIGTSTP, SIG_DFL);
	if (all)
		(void)kill(0, SIGTSTP);
	else
		(void)raise(SIGTSTP);
	catch_signal(SIGTSTP, on_suspend);
}

static void on_end_of_writer(int signum)
{
	output_file_remove_half();
	(void)signal(signum, SIG_DFL);
	(void)raise(signum);
}

void signals_clean_up(void)
{
	static const int signums[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signums) / sizeof(*signums); i++)
		if (!sigaction(signums[i], NULL, &old) && old.sa_handler != SIG_IGN)
			catch_signal(signums[i], on_end_of_writer);
	(void)signal(SIGPIPE, SIG_IGN);
}

void signals_release(void)
{
	struct sigaction old;

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGTSTP, SIG_DFL);
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)
		(void)signal(SIGHUP, SIG_DFL);
}
