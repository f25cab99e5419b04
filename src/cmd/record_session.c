/*
 * record_session.c - one recording from start to end: launch, attach, sample, write, say how it
 * went, end as the command ended.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/utf8.h"
#include "exit_status.h"
#include "profile/report.h"
#include "record.h"
#include "record_file.h"
#include "signals.h"
#include "targets.h"
#include "terminal.h"
#include "version.h"

/* How long a command that we launched may take to become a Python. */
static const uint64_t LAUNCH_WAIT_NS = UINT64_C(10) * CLOCK_SECOND_NS;

struct session {
	const struct record_options *options;
	struct targets targets; /* empty when a command is launched */
	struct launch launch;   /* pid 0 when none is */
	struct text title;      /* command lines */
	char *name;             /* for names of files */
	struct destinations outputs;
	const char *pattern; /* name of the recording; NULL: nobody wants to keep it */
	bool kept;           /* nobody asked for it, but it is kept */
	struct record_file file;
	struct profile dictionary;
	struct sampler *sampler;
	bool progress_shown;
};

/* Name of the recording that is kept when no -o was given. */
static const char kept_pattern[] = "%n-%p-%t.sonde";

static void session_deinit(struct session *session)
{
	sampler_destroy(session->sampler);
	record_file_deinit(&session->file);
	profile_deinit(&session->dictionary);
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

/* What is in the recording, in every form that was asked for. */
static struct error *write_reports(struct session *session, bool snapshot, struct stats *stats)
{
	CLEANUP(profile_deinit)
	struct profile raw = { 0 };
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	struct output_facts facts = { .title = text_chars(&session->title), .stats = stats };
	struct error *err;

	err = record_file_read(&session->file, &raw);
	if (!err)
		err = profile_report_take(&raw, &session->options->shown.report, &report);
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
	struct stats stats = *sampler_stats(session->sampler);
	struct error *err;

	clear_progress(session);
	err = recording_writer_flush(session->file.writer, &stats);
	if (!err)
		err = write_reports(session, true, &stats);
	(void)exit_report(err);
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

/* The recording's name is taken out of what was asked for; the rest are reports of it. */
static struct error *choose_outputs(struct session *session)
{
	struct destination_wishes wishes = session->options->wishes;
	struct error *err;

	session->pattern = destination_wishes_take_recording(&wishes);
	if (!session->pattern && !wishes.count &&
	    (!wishes.format || output_by_name(wishes.format) == &output_recording)) {
		session->pattern = kept_pattern;
		session->kept = true;
		wishes.keep = false;
	}
	if (session->pattern && !wishes.count)
		wishes.format = NULL; /* it was that of the recording */
	err = destinations_init(&session->outputs, &wishes);
	if (session->pattern && !session->kept && !wishes.count) { /* nothing else was asked for */
		session->outputs.count = 0;
		session->outputs.table = session->outputs.kept = false;
	}
	return err;
}

/* Everything that can fail before anybody is touched. */
static struct error *prepare(struct session *session)
{
	const struct record_options *options = session->options;
	struct error *err;

	err = choose_outputs(session);
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
	return err;
}

/* The file of the recording, once its name is known. */
static struct error *open_recording(struct session *session, const struct output_name_facts *facts)
{
	CLEANUP(freep)
	char *path = NULL;
	struct error *err;

	if (session->file.fd >= 0 ||
	    (session->pattern && !facts->pid && strstr(session->pattern, "%p")))
		return NULL;
	if (!session->pattern)
		return record_file_open(&session->file, NULL);
	path = output_file_name(session->pattern, facts);
	if (!path)
		return &error_nomem;
	err = record_file_open(&session->file, path);
	if (err && session->kept) { /* nobody asked for it: the table is enough */
		(void)exit_report(error_prefix(err, "the recording is not kept"));
		record_file_deinit(&session->file);
		session->pattern = NULL;
		err = record_file_open(&session->file, NULL);
	}
	return err;
}

/* Output files, as far as their names are known. */
static struct error *open_outputs(struct session *session)
{
	struct output_name_facts facts = { .program = session->name };
	struct error *err;

	facts.pid = session->targets.count ? session->targets.pids[0] : session->launch.pid;
	err = destinations_open(&session->outputs, &facts);
	if (!err)
		err = open_recording(session, &facts);
	if (err && exit_status_of(err) == STATUS_NOT_PERMITTED)
		err->kind = ERROR_OS; /* it is not the target that does not permit */
	return err;
}

static struct error *describe_capture(const struct session *session, struct profile *dictionary)
{
	struct capture *capture = &dictionary->capture;
	char host[HOST_NAME_MAX + 1] = "";
	struct timespec now;

	(void)gethostname(host, sizeof(host) - 1);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	capture->command = profile_string(dictionary, text_chars(&session->title));
	capture->host = profile_string(dictionary, host);
	capture->version = profile_string(dictionary, SONDE_VERSION);
	capture->start_unix_ns = (uint64_t)now.tv_sec * CLOCK_SECOND_NS + (uint64_t)now.tv_nsec;
	capture->blocking = session->options->sampler.blocking;
	capture->gil_only = session->options->sampler.gil_only;
	return capture->command && capture->host && capture->version ? NULL : &error_nomem;
}

/* From the sampler through the recording: everything stands ready for the first sample. */
static struct error *connect(struct session *session)
{
	const struct record_options *options = session->options;
	const struct recording_options recording = { .rate_hz = options->sampler.rate_hz };
	struct error *err;

	err = profile_init(&session->dictionary);
	if (!err)
		err = describe_capture(session, &session->dictionary);
	if (!err)
		err = record_file_begin(&session->file, &session->dictionary, &recording);
	if (!err)
		err = sampler_create(&options->sampler, &session->dictionary,
				     recording_writer_sink(session->file.writer),
				     &session->sampler);
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

/* Where the recording was asked for; one that has nothing and that nobody asked for goes. */
static struct error *keep_recording(struct session *session)
{
	struct error *err;

	if (session->kept && !sampler_stats(session->sampler)->samples) {
		record_file_drop(&session->file);
		return NULL;
	}
	err = record_file_keep(&session->file);
	if (!err && session->file.path && strcmp(session->file.path, "-") != 0 &&
	    !session->options->run.quiet)
		fprintf(stderr, "sonde: wrote %s\n", session->file.path);
	return err;
}

/* ended: why the sampling ended, NULL when it is done; consumed. */
static int write_results(struct session *session, struct error *ended)
{
	bool quiet = session->options->run.quiet;
	struct stats stats = *sampler_stats(session->sampler);
	struct error *err, *lost;

	lost = recording_writer_finish(session->file.writer, &stats);
	if (!lost)
		lost = keep_recording(session);
	if (!ended) {
		ended = lost;
	} else if (lost) { /* of the two, what ended the sampling says why */
		error_destroy(lost);
		if (session->file.path)
			ended = error_prefix(ended, "'%s' ends early", session->file.path);
	}
	err = write_reports(session, false, &stats);
	if (!quiet)
		stats_print(&stats, stderr);
	if (!quiet && session->options->stats)
		stats_print_reading(&stats, stderr);
	if (!quiet && !stats.samples)
		explain_nothing(session, &stats);
	if (err && err->kind == ERROR_PERMISSION)
		err->kind = ERROR_OS;
	if (ended && err)
		(void)exit_report(err);
	return (int)exit_report(ended ? ended : err);
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

	if (session->launch.pid)
		control.launch = &session->launch;
	else if (talkative) /* a command's terminal is its own */
		control.on_progress = on_progress;
	err = connect(session);
	if (!err)
		err = attach(session, &control);
	if (err) {
		record_file_drop(&session->file);
		return (int)exit_report(err);
	}
	err = sampler_run(session->sampler, &control);
	clear_progress(session);
	(void)error_catch(&err, ERROR_GONE); /* that the target ended is no failure */
	return write_results(session, err);
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
	struct session session = { .options = options, .file.fd = -1 };
	struct error *err;
	int status;

	err = prepare(&session);
	if (!err)
		err = open_outputs(&session);
	if (!err && options->target.command)
		err = launch_start(options->target.command, &session.launch);
	if (err) {
		record_file_drop(&session.file);
		return (int)exit_report(err);
	}
	signals_catch();
	if (!session.launch.pid)
		return record(&session);
	err = open_outputs(&session); /* names with the PID of the command */
	status = err ? (int)exit_report(err) : record(&session);
	return wait_for_command(&session, status);
}
