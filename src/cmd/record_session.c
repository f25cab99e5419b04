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
#include "exit_status.h"
#include "profile/report.h"
#include "record.h"
#include "record_file.h"
#include "signals.h"
#include "subject.h"
#include "terminal.h"

struct session {
	const struct record_options *options;
	struct subject subject;
	struct destinations outputs;
	const char *pattern; /* name of the recording; NULL: nobody wants to keep it */
	bool kept;           /* nobody asked for it, but it is kept */
	struct record_file file;
	struct profile dictionary;
	struct sources *sources; /* NULL: confidential */
	struct sampler *sampler;
	bool progress_shown;
};

/* Name of the recording that is kept when no -o was given. */
static const char kept_pattern[] = "%n-%p-%t.sonde";

static void session_deinit(struct session *session)
{
	sampler_destroy(session->sampler);
	record_file_deinit(&session->file);
	sources_destroy(session->sources);
	profile_deinit(&session->dictionary);
	destinations_deinit(&session->outputs);
	subject_deinit(&session->subject);
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
	struct output_facts facts = { .title = text_chars(&session->subject.title),
				      .stats = stats };
	struct report_options shown = session->options->shown.report;
	struct error *err;

	destinations_narrow(&session->outputs, &shown);
	err = record_file_read(&session->file, &raw);
	if (!err)
		err = profile_report_take(&raw, &shown, &report);
	if (err)
		return err;
	profile_drop_stacks(&raw);
	destinations_release(&session->outputs, &report);
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
	session->outputs.table_to_error = options->target.command && !isatty(STDOUT_FILENO);
	session->subject.confidential = options->sampling.options.confidential;
	return subject_find(&session->subject, &options->target, options->run.quiet);
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
	struct output_name_facts facts = { .program = session->subject.name };
	struct error *err;

	facts.pid = subject_pid(&session->subject);
	err = destinations_open(&session->outputs, &facts);
	if (!err)
		err = open_recording(session, &facts);
	if (err && exit_status_of(err) == STATUS_NOT_PERMITTED)
		err->kind = ERROR_OS; /* it is not the target that does not permit */
	return err;
}

/* From the sampler through the recording: everything stands ready for the first sample. */
static struct error *connect(struct session *session)
{
	const struct record_options *options = session->options;
	struct recording_options recording = { .rate_hz = options->sampling.options.rate_hz };
	struct sampler_options sampler = options->sampling.options;
	struct error *err;

	err = profile_init(&session->dictionary);
	if (!err && !sampler.confidential)
		err = sources_create(&session->sources);
	recording.sources = sampler.sources = session->sources;
	if (!err)
		err = subject_describe(&session->subject, &options->sampling.options,
				       &session->dictionary);
	if (!err)
		err = record_file_begin(&session->file, &session->dictionary, &recording);
	if (!err)
		err = sampler_create(&sampler, &session->dictionary,
				     recording_writer_sink(session->file.writer),
				     &session->sampler);
	return err;
}

/* Why there is nothing: it is no error, but nobody should have to guess. */
static void explain_nothing(const struct session *session, const struct stats *stats)
{
	const char *why = "no Python code ran";

	if (session->options->sampling.options.gil_only)
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

/* Of two errors, what ended the sampling (NULL: nothing; consumed) says why. */
static struct error *end_recording(struct session *session, const struct stats *stats,
				   struct error *ended)
{
	const char *name = session->file.written ? session->file.written : session->file.path;
	struct error *lost = recording_writer_finish(session->file.writer, stats);
	bool is_cut = lost != NULL;

	if (!is_cut)
		lost = keep_recording(session);
	if (ended)
		error_destroy(lost);
	else
		ended = lost;
	if (is_cut && name && strcmp(name, "-") != 0)
		ended = error_prefix(ended, "'%s' ends early", name);
	return ended;
}

/* ended: why the sampling ended, NULL when it is done; consumed. */
static int write_results(struct session *session, struct error *ended)
{
	bool quiet = session->options->run.quiet;
	struct stats stats = *sampler_stats(session->sampler);
	struct error *err;

	ended = end_recording(session, &stats, ended);
	err = write_reports(session, false, &stats);
	if (!quiet)
		stats_print(&stats, stderr);
	if (!quiet)
		subject_say_unreadable(session->sampler);
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

	if (session->subject.launch.pid)
		control.launch = &session->subject.launch;
	else if (talkative) /* a command's terminal is its own */
		control.on_progress = on_progress;
	err = connect(session);
	if (!err)
		err = subject_attach(&session->subject, session->sampler, &control);
	if (err) {
		record_file_drop(&session->file);
		return (int)exit_report(err);
	}
	err = sampler_run(session->sampler, &control);
	clear_progress(session);
	(void)error_catch(&err, ERROR_GONE); /* that the target ended is no failure */
	return write_results(session, err);
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
		err = launch_start(session.subject.command, &session.subject.launch);
	if (err) {
		record_file_drop(&session.file);
		return (int)exit_report(err);
	}
	signals_catch();
	if (!session.subject.launch.pid)
		return record(&session);
	err = open_outputs(&session); /* names with the PID of the command */
	status = err ? (int)exit_report(err) : record(&session);
	if (!options->run.quiet)
		subject_say_waiting(&session.subject);
	return subject_wait(&session.subject, status);
}
