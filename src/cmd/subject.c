/*
 * subject.c - found, described, attached to, waited for.
 */
#include "subject.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "exit_status.h"
#include "signals.h"
#include "version.h"

/* How long a command that we launched may take to become a Python. */
static const uint64_t LAUNCH_WAIT_NS = UINT64_C(10) * CLOCK_SECOND_NS;

/* Looked at once, so that what is in the way is said at once. */
static struct error *describe_targets(struct subject *subject)
{
	struct error *err;
	size_t i;

	for (i = 0; i < subject->targets.count; i++) {
		CLEANUP(process_deinit)
		struct process process = { .pidfd = -1 };

		err = process_open(subject->targets.pids[i], &process);
		if (err)
			return err;
		CLEANUP(freep)
		char *line = subject->confidential ? process_program_name(&process)
						   : process_command_line(&process);

		if (!subject->name && process.argv)
			subject->name = target_name(process.argv);
		if (!line || !subject->name)
			return &error_nomem;
		text_add(&subject->title, i ? ", " : "");
		text_add_clean(&subject->title, line);
	}
	return NULL;
}

static struct error *describe_command(struct subject *subject)
{
	char **arg = subject->command;

	if (!*arg)
		return error_create(ERROR_USAGE, "no command stands behind --");
	subject->name = target_name(arg);
	if (!subject->name)
		return &error_nomem;
	for (; *arg; arg++) {
		text_add(&subject->title, subject->title.length ? " " : "");
		text_add_clean(&subject->title, *arg);
		if (subject->confidential)
			break;
	}
	return NULL;
}

struct error *subject_find(struct subject *subject, const struct target_options *options,
			   bool quiet)
{
	struct error *err;

	subject->command = options->command;
	if (subject->command)
		return describe_command(subject);
	err = targets_find(options->text, quiet, &subject->targets);
	return err ? err : describe_targets(subject);
}

void subject_deinit(struct subject *subject)
{
	targets_deinit(&subject->targets);
	text_deinit(&subject->title);
	free(subject->name);
	subject->name = NULL;
}

pid_t subject_pid(const struct subject *subject)
{
	return subject->targets.count ? subject->targets.pids[0] : subject->launch.pid;
}

struct error *subject_describe(const struct subject *subject, const struct sampler_options *options,
			       struct profile *dictionary)
{
	struct capture *capture = &dictionary->capture;
	char host[HOST_NAME_MAX + 1] = "";
	struct timespec now;

	if (!options->confidential)
		(void)gethostname(host, sizeof(host) - 1);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	capture->command = profile_string(dictionary, text_chars(&subject->title));
	capture->host = profile_string(dictionary, host);
	capture->version = profile_string(dictionary, SONDE_VERSION);
	capture->start_unix_ns = (uint64_t)now.tv_sec * CLOCK_SECOND_NS + (uint64_t)now.tv_nsec;
	capture->blocking = options->blocking;
	capture->gil_only = options->gil_only;
	return capture->command && capture->host && capture->version ? NULL : &error_nomem;
}

static struct error *attach_command(struct subject *subject, struct sampler *sampler,
				    const struct sampler_control *control)
{
	const char *title = text_chars(&subject->title);
	struct error *err;

	err = sampler_attach(sampler, subject->launch.pid, LAUNCH_WAIT_NS, control);
	if (err && launch_has_ended(&subject->launch)) {
		error_destroy(err);
		return error_create(ERROR_NOT_PYTHON,
				    "'%.100s' ended before any Python was seen in it", title);
	}
	if (error_catch(&err, ERROR_NOT_PYTHON) || error_catch(&err, ERROR_NOT_READY))
		return error_create(ERROR_NOT_PYTHON, "no Python was seen in '%.100s' %s", title,
				    signals_stop ? "yet" : "within 10 seconds");
	return err;
}

struct error *subject_attach(struct subject *subject, struct sampler *sampler,
			     const struct sampler_control *control)
{
	struct error *err;
	size_t i;

	if (subject->launch.pid)
		return attach_command(subject, sampler, control);
	for (i = 0; i < subject->targets.count; i++) {
		err = sampler_attach(sampler, subject->targets.pids[i], 0, control);
		if (err)
			return err;
	}
	return NULL;
}

void subject_say_unreadable(const struct sampler *sampler)
{
	size_t count;
	const struct error *why = sampler_unreadable(sampler, &count);

	if (why)
		fprintf(stderr, "sonde: %zu child process%s could not be read: %s%s\n", count,
			count == 1 ? "" : "es", error_message(why), count == 1 ? "" : ", ...");
}

void subject_say_waiting(struct subject *subject)
{
	if (!launch_has_ended(&subject->launch) && isatty(STDERR_FILENO))
		fprintf(stderr, "sonde: process %d goes on; waiting for its end\n",
			(int)subject->launch.pid);
}

int subject_wait(struct subject *subject, int status)
{
	int ended;

	signals_release();
	while (!launch_has_ended(&subject->launch))
		launch_wait(&subject->launch);
	ended = launch_exit_status(&subject->launch);
	/* that no Python was seen says nothing about how the command did */
	return ended || status == STATUS_NO_PYTHON ? ended : status;
}
