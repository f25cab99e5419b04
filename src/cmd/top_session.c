/*
 * top_session.c - from the launch to the last view: attach, sample, show.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "exit_status.h"
#include "output/file.h"
#include "signals.h"
#include "subject.h"
#include "top.h"
#include "top_batch.h"
#include "top_load.h"
#include "top_output.h"
#include "top_screen.h"
#include "top_sink.h"
#include "ui/live.h"

enum {
	FIRST_NS = 150 * CLOCK_MS_NS, /* until a screen first shows something */
	REFRESH_PARTS = 50,           /* refreshes take no more than such a part of a CPU */
};

struct session {
	const struct top_options *options;
	struct subject subject;
	struct profile dictionary;
	struct model model;
	struct live live;
	struct top_sink sink;
	struct top_load load;
	struct sampler *sampler;
	struct top_output output;  /* of the command that was launched */
	struct top_screen *screen; /* NULL: tables or JSON */
	uint64_t due_ns;           /* of the next refresh */
	uint64_t refreshes;
	struct error *failed; /* while it ran; owned */
};

static void session_deinit(struct session *session)
{
	top_screen_destroy(session->screen);
	sampler_destroy(session->sampler);
	top_sink_deinit(&session->sink);
	top_load_deinit(&session->load);
	live_deinit(&session->live);
	model_deinit(&session->model);
	profile_deinit(&session->dictionary);
	top_output_deinit(&session->output);
	subject_deinit(&session->subject);
	error_destroy(session->failed);
}

/* The command's own output would spoil what we write: on a screen it waits, in a table it is told
 * apart. */
static struct error *launch(struct session *session, bool screen)
{
	struct launch_files files = { -1, STDERR_FILENO, -1 };
	struct error *err = NULL;

	if (screen)
		err = top_output_open(&session->output, &files);
	return err ? err
		   : launch_start_with(session->subject.command, &files, &session->subject.launch);
}

static const char *source_of(void *context, const struct func *func, int32_t line)
{
	const struct session *session = context;

	return top_sink_source(&session->sink, func->path, line);
}

/* Everything stands ready for the first sample. */
static struct error *connect(struct session *session)
{
	const struct top_options *options = session->options;
	struct sampler_options sampler = options->sampling.options;
	struct error *err = profile_init(&session->dictionary);

	model_init(&session->model, &session->dictionary);
	live_init(&session->live, &session->model, text_chars(&session->subject.title));
	session->live.choice = options->choice;
	session->live.source = source_of;
	session->live.source_context = session;
	session->sink.file.fd = -1;
	if (!err)
		err = subject_describe(&session->subject, &sampler, &session->dictionary);
	if (!err)
		err = top_sink_init(&session->sink, &session->model, &session->dictionary,
				    &sampler);
	sampler.sources = session->sink.sources;
	if (!err)
		err = sampler_create(&sampler, &session->dictionary, &session->sink.sink,
				     &session->sampler);
	return err;
}

static struct error *refresh(struct session *session, const struct stats *stats)
{
	struct load load;
	struct error *err = top_load_ask(&session->load, &session->dictionary, &load);

	if (err)
		return err;
	if (session->live.ended) /* as it was: nobody is there any more */
		load = session->model.load;
	model_measure(&session->model, &load, stats);
	err = live_refresh(&session->live);
	return err ? err : live_update(&session->live);
}

static struct error *write_batch(struct session *session)
{
	session->refreshes++;
	if (session->options->json)
		return top_batch_json(&session->live, session->options, stdout);
	return top_batch_table(&session->live, session->options, stdout);
}

static bool is_enough(const struct session *session)
{
	return session->options->refreshes && session->refreshes >= session->options->refreshes;
}

static void fail(struct session *session, struct error *err)
{
	if (!err)
		return;
	if (session->failed)
		error_destroy(err);
	else
		session->failed = err;
	signals_stop = 1;
}

/* In step with the last one; on a screen, less often where one takes long. */
static void schedule_refresh(struct session *session, uint64_t now_ns, uint64_t cost_ns)
{
	uint64_t delay_ns = session->options->delay_ns;

	session->due_ns += delay_ns;
	if (session->due_ns <= now_ns)
		session->due_ns = now_ns + delay_ns;
	if (session->screen && session->due_ns < now_ns + cost_ns * REFRESH_PARTS)
		session->due_ns = now_ns + cost_ns * REFRESH_PARTS;
}

/* A table of nothing helps no script, however long a busy machine takes to the first look. */
static bool is_due(const struct session *session, uint64_t now_ns)
{
	return now_ns >= session->due_ns &&
	       (session->screen || session->dictionary.process_count > 0);
}

/* Between two looks: is it time for a refresh, was a key pressed? */
static void on_progress(void *context, const struct stats *stats)
{
	struct session *session = context;
	uint64_t now_ns = clock_now_ns(), own_cpu_ns = clock_own_cpu_ns();
	bool due = is_due(session, now_ns);

	fail(session, top_load_meet(&session->load, &session->dictionary));
	if (due) {
		fail(session, refresh(session, stats));
		if (!session->screen && !session->failed)
			fail(session, write_batch(session));
		if (!session->screen && is_enough(session))
			signals_stop = 1;
	}
	if (session->screen && !session->failed)
		fail(session, top_screen_step(session->screen, due));
	if (due)
		schedule_refresh(session, now_ns, clock_own_cpu_ns() - own_cpu_ns);
}

static struct error *save(void *context, char **path)
{
	struct session *session = context;
	const struct output_name_facts facts = { subject_pid(&session->subject),
						 session->subject.name };
	struct error *err;

	*path = output_file_name("%n-%p-%t.sonde", &facts);
	if (!*path)
		return &error_nomem;
	err = top_sink_save(&session->sink, sampler_stats(session->sampler), *path);
	if (err) {
		free(*path);
		*path = NULL;
	}
	return err;
}

/* It has ended: the last view stays until somebody has seen it. */
static struct error *show_the_end(struct session *session)
{
	struct error *err;

	session->live.ended = true;
	if (session->screen && signals_stop)
		return NULL;
	err = refresh(session, sampler_stats(session->sampler));
	if (!err && !session->screen && !is_enough(session))
		err = write_batch(session);
	if (!err && session->screen)
		err = top_screen_stay(session->screen);
	return err;
}

static int run(struct session *session, bool screen)
{
	struct sampler_control control = { .stop = &signals_stop,
					   .on_progress = on_progress,
					   .progress_ns = 20 * CLOCK_MS_NS,
					   .context = session };
	struct error *err = connect(session);

	if (session->subject.launch.pid)
		control.launch = &session->subject.launch;
	if (!err)
		err = subject_attach(&session->subject, session->sampler, &control);
	if (!err && screen)
		err = top_screen_create(&session->live, save, session, &session->screen);
	if (!err) /* from here on CPU time is counted */
		err = top_load_ask(&session->load, &session->dictionary, &session->model.load);
	if (err)
		return (int)exit_report(err);
	session->due_ns = clock_now_ns() + (screen ? FIRST_NS : session->options->delay_ns);
	err = sampler_run(session->sampler, &control);
	(void)error_catch(&err, ERROR_GONE); /* that the target ended is no failure */
	if (!err)
		err = take_ptr(session->failed);
	if (!err)
		err = show_the_end(session);
	top_screen_destroy(take_ptr(session->screen));
	if (!session->options->run.quiet)
		subject_say_unreadable(session->sampler);
	return (int)exit_report(err);
}

int top_session(const struct top_options *options)
{
	CLEANUP(session_deinit)
	struct session session = { .options = options, .sink.file.fd = -1 };
	bool screen = !options->batch && top_screen_is_possible();
	struct error *err;
	int status;

	err = subject_find(&session.subject, &options->target, options->run.quiet);
	if (!err && options->target.command)
		err = launch(&session, screen);
	if (err)
		return (int)exit_report(err);
	signals_catch();
	if (screen)
		signals_keep_screen();
	status = run(&session, screen);
	if (!session.subject.launch.pid)
		return status;
	signals_release();
	if (!options->run.quiet)
		subject_say_waiting(&session.subject);
	top_output_show(&session.output, &session.subject.launch);
	return subject_wait(&session.subject, status);
}
