/*
 * record_session.c - one recording from start to end: launch, attach, sample, write, say how it
 * went, end as the command ended.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/utf8.h"
#include "exit_status.h"
#include "profile/collect.h"
#include "profile/report.h"
#include "record.h"
#include "signals.h"
#include "targets.h"
#include "terminal.h"

/* How long a command that we launched may take to become a Python. */
static const uint64_t LAUNCH_WAIT_NS = UINT64_C(10) * CLOCK_SECOND_NS;

struct session {
	const struct record_options *options;
	struct targets targets; /* empty when a command is launched */
	struct launch launch;   /* pid 0 when none is */
	struct text title;      /* command lines */
	char *name;             /* for names of files */
	struct destinations outputs;
	struct profile profile;
	struct collector collector;
	struct sampler *sampler;
	bool progress_shown;
};

static void session_deinit(struct session *session)
{
	sampler_destroy(session->sampler);
	collector_deinit(&session->collector);
	profile_deinit(&session->profile);
	destinations_deinit(&session->outputs);
	targets_deinit(&session->targets);
	text_deinit(&session->title);
	free(session->name);
}

static void clear_progress(struct session *session)
{
	if (session->progress_shown)
		fputs("\r\033[K", stderr);
	session->progress_shown = false;
}

static void on_progress(void *context, const struct stats *stats)
{
	struct session *session = context;

	fprintf(stderr, "\r\033[Ksonde: %.1f s, %" PRIu64 " samples (Ctrl-C ends)",
		(double)stats->elapsed_ns / 1e9, stats->samples);
	session->progress_shown = true;
}

/* What was recorded so far, in every form that was asked for. */
static struct error *write_reports(struct session *session, bool snapshot, struct stats *stats)
{
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	struct output_facts facts = { .title = text_chars(&session->title), .stats = stats };
	struct error *err;

	*stats = *sampler_stats(session->sampler);
	collector_settle(&session->collector);
	err = profile_report(&session->profile, &session->options->shown.report, &report);
	if (err)
		return err;
	stats->samples = report.total;
	stats->hidden_waiting = report.hidden_waiting;
	stats->hidden_gil = report.hidden_gil;
	return destinations_write(&session->outputs, &report, &facts, snapshot,
				  session->options->run.quiet);
}

static void on_snapshot(void *context)
{
	struct session *session = context;
	struct stats stats;

	clear_progress(session);
	(void)exit_report(write_reports(session, true, &stats));
}

/* Who is to be recorded: looked at once, so that what is in the way is said at once. */
static struct error *describe_targets(struct session *session)
{
	struct error *err;
	size_t i;

	for (i = 0; i < session->targets.count; i++) {
		CLEANUP(process_deinit)
		struct process process = { .pidfd = -1 };

		err = process_open(session->targets.pids[i], &process);
		if (err)
			return err;
		CLEANUP(freep)
		char *line = process_command_line(&process);

		if (!session->name && process.argv)
			session->name = target_name(process.argv);
		if (!line || !session->name)
			return &error_nomem;
		text_add(&session->title, i ? ", " : "");
		text_add_clean(&session->title, line);
	}
	return NULL;
}

static struct error *describe_command(struct session *session)
{
	char **arg = session->options->target.command;

	if (!*arg)
		return error_create(ERROR_USAGE, "no command stands behind --");
	session->name = target_name(arg);
	if (!session->name)
		return &error_nomem;
	for (; *arg; arg++) {
		text_add(&session->title, session->title.length ? " " : "");
		text_add_clean(&session->title, *arg);
	}
	return NULL;
}

/* Everything that can fail before anybody is touched. */
static struct error *prepare(struct session *session)
{
	const struct record_options *options = session->options;
	struct sampler_options sampler = options->sampler;
	struct error *err;

	err = destinations_init(&session->outputs, &options->wishes);
	if (err)
		return err;
	if (options->target.command) {
		err = describe_command(session);
		session->outputs.table_to_error = !isatty(STDOUT_FILENO);
	} else {
		err = targets_find(options->target.text, options->run.quiet, &session->targets);
		if (!err)
			err = describe_targets(session);
	}
	if (err)
		return err;
	err = profile_init(&session->profile);
	if (err)
		return err;
	collector_init(&session->collector, &session->profile);
	return sampler_create(&sampler, &session->profile, &session->collector.sink,
			      &session->sampler);
}

/* Output files, as far as their names are known. */
static struct error *open_outputs(struct session *session)
{
	struct output_name_facts facts = { .program = session->name };
	struct error *err;

	facts.pid = session->targets.count ? session->targets.pids[0] : session->launch.pid;
	err = destinations_open(&session->outputs, &facts);
	if (err && exit_status_of(err) == STATUS_NOT_PERMITTED)
		err->kind = ERROR_OS; /* it is not the target that does not permit */
	return err;
}

static struct error *attach_command(struct session *session, const struct sampler_control *control)
{
	const char *title = text_chars(&session->title);
	struct error *err;

	err = sampler_attach(session->sampler, session->launch.pid, LAUNCH_WAIT_NS, control);
	if (err && launch_has_ended(&session->launch)) {
		error_destroy(err);
		return error_create(ERROR_NOT_PYTHON,
				    "'%.100s' ended before any Python was seen in it", title);
	}
	if (error_catch(&err, ERROR_NOT_PYTHON) || error_catch(&err, ERROR_NOT_READY))
		return error_create(ERROR_NOT_PYTHON, "no Python was seen in '%.100s' %s", title,
				    signals_stop ? "yet" : "within 10 seconds");
	return err;
}

static struct error *attach(struct session *session, const struct sampler_control *control)
{
	struct error *err;
	size_t i;

	if (session->launch.pid)
		return attach_command(session, control);
	for (i = 0; i < session->targets.count; i++) {
		err = sampler_attach(session->sampler, session->targets.pids[i], 0, control);
		if (err)
			return err;
	}
	return NULL;
}

/* Why there is nothing: it is no error, but nobody should have to guess. */
static void explain_nothing(const struct session *session, const struct stats *stats)
{
	const char *why = "no Python code ran";

	if (session->options->sampler.gil_only)
		why = "no thread held the GIL at any look";
	else if (!stats->ticks)
		why = "it ended before the first look";
	else if (stats->hidden_waiting)
		why = "all threads were waiting at every look (-i shows waiting threads)";
	fprintf(stderr, "sonde: no samples: %s\n", why);
}

static int write_results(struct session *session)
{
	bool quiet = session->options->run.quiet;
	struct stats stats;
	struct error *err;

	err = write_reports(session, false, &stats);
	if (!quiet)
		stats_print(&stats, stderr);
	if (!quiet && !stats.samples)
		explain_nothing(session, &stats);
	if (err && err->kind == ERROR_PERMISSION)
		err->kind = ERROR_OS;
	return (int)exit_report(err);
}

/* Samples and writes. What was recorded is written whatever happens. */
static int record(struct session *session)
{
	bool talkative = !session->options->run.quiet && isatty(STDERR_FILENO);
	struct sampler_control control = { .stop = &signals_stop,
					   .snapshot = &signals_snapshot,
					   .on_snapshot = on_snapshot,
					   .context = session };
	struct error *err;
	int status, written;

	if (session->launch.pid)
		control.launch = &session->launch;
	else if (talkative) /* a command's terminal is its own */
		control.on_progress = on_progress;
	err = attach(session, &control);
	if (err)
		return (int)exit_report(err);
	err = sampler_run(session->sampler, &control);
	clear_progress(session);
	(void)error_catch(&err, ERROR_GONE); /* that the target ended is no failure */
	written = write_results(session);
	status = (int)exit_report(err);
	return status ? status : written;
}

/* The command goes on when the recording ends: its exit status becomes ours. */
static int wait_for_command(struct session *session, int status)
{
	int ended;

	signals_release();
	while (!launch_has_ended(&session->launch))
		launch_wait(&session->launch);
	ended = launch_exit_status(&session->launch);
	/* that no Python was seen says nothing about how the command did */
	return ended || status == STATUS_NO_PYTHON ? ended : status;
}

int record_session(const struct record_options *options)
{
	CLEANUP(session_deinit)
	struct session session = { .options = options };
	struct error *err;
	int status;

	err = prepare(&session);
	if (!err)
		err = open_outputs(&session);
	if (!err && options->target.command)
		err = launch_start(options->target.command, &session.launch);
	if (err)
		return (int)exit_report(err);
	signals_catch();
	if (!session.launch.pid)
		return record(&session);
	err = open_outputs(&session); /* names with the PID of the command */
	status = err ? (int)exit_report(err) : record(&session);
	return wait_for_command(&session, status);
}
