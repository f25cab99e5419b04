/*
 * view.c - `sonde view`: recordings in the browser, served from here to this machine alone.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "browser.h"
#include "command.h"
#include "exit_status.h"
#include "output/html_list.h"
#include "output/output.h"
#include "recorded.h"
#include "report_options.h"
#include "view_server.h"

struct options {
	ARRAY(const char *) paths;
	struct report_choice shown;
	struct run_options run;
	uint16_t port;
	bool no_browser;
};

/* What is served: the page of each file; the list is the first one where there are several. */
struct viewing {
	ARRAY(struct view_page) pages;
	ARRAY(struct html_entry) entries; /* titles are owned */
};

static void viewing_deinit(struct viewing *viewing)
{
	for (size_t i = 0; i < viewing->pages.count; i++)
		free(viewing->pages.items[i].bytes);
	for (size_t i = 0; i < viewing->entries.count; i++)
		free((char *)viewing->entries.items[i].title);
	array_deinit(&viewing->pages);
	array_deinit(&viewing->entries);
}

static const struct argp_option table[] = {
	{ "port", KEY_PORT, "PORT", 0, "Listen on that port (default: any that is free)", 2 },
	{ "no-browser", KEY_NO_BROWSER, NULL, 0, "Open no browser, only print the address", 2 },
	{ 0 },
};

static void parse_port(struct argp_state *state, struct options *options, const char *arg)
{
	char *end;
	unsigned long port;

	errno = 0;
	port = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || *arg == '-' || port > UINT16_MAX)
		argp_failure(state, STATUS_USAGE, 0, "'%s' is no port (0 to 65535)", arg);
	options->port = (uint16_t)port;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->shown;
		state->child_inputs[1] = &options->shown;
		state->child_inputs[2] = &options->run;
		return 0;
	case KEY_PORT:
		parse_port(state, options, arg);
		return 0;
	case KEY_NO_BROWSER:
		options->no_browser = true;
		return 0;
	case ARGP_KEY_ARG:
		return array_push(&options->paths, arg) ? 0 : ENOMEM;
	case ARGP_KEY_SUCCESS:
		if (!options->paths.count)
			argp_failure(state, STATUS_USAGE, 0,
				     "which recording? (a file that `sonde record` wrote; %s "
				     "--help)",
				     state->name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &report_argp, 0, NULL, 0 },
	{ &recorded_argp, 0, NULL, 0 },
	{ &say_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp view_argp = {
	.options = table,
	.parser = parse,
	.args_doc = "FILE...",
	.doc = "Look at recordings in the browser: flame graph, callers, time line, source.\v"
	       "Examples:\n"
	       "  sonde view app.sonde\n"
	       "  sonde view --no-browser --port 8000 before.sonde after.sonde\n"
	       "FILE is a recording (.sonde) or has folded stacks; - is standard input. Ctrl-C "
	       "ends "
	       "it.",
	.children = children,
};

/* What a writer writes into memory, as a new page. */
static struct error *keep_page(struct viewing *viewing, FILE *file, struct error *err,
			       struct view_page *page)
{
	if (fclose(file) && !err)
		err = &error_nomem;
	if (!err && !array_push(&viewing->pages, *page))
		err = &error_nomem;
	if (err)
		free(page->bytes);
	return err;
}

static struct error *add_page(struct viewing *viewing, const struct profile *report,
			      const struct output_facts *facts)
{
	struct view_page page = { 0 };
	FILE *file = open_memstream(&page.bytes, &page.length);

	if (!file)
		return &error_nomem;
	return keep_page(viewing, file, output_html.write(report, facts, file), &page);
}

static struct error *add_list(struct viewing *viewing)
{
	struct view_page page = { 0 };
	FILE *file = open_memstream(&page.bytes, &page.length);

	if (!file)
		return &error_nomem;
	return keep_page(viewing, file,
			 html_list_write(viewing->entries.items, viewing->entries.count, file),
			 &page);
}

static struct error *add_file(struct viewing *viewing, const struct options *options,
			      const char *path)
{
	CLEANUP(recorded_deinit)
	struct recorded recorded = { 0 };
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	struct report_choice shown = options->shown;
	struct output_facts facts = { .stats = &report.capture.stats };
	struct html_entry entry = { .path = path };
	struct error *err = recorded_read(path, options->run.quiet, &recorded);

	/* the page has them, and shows them when they are asked for */
	facts.hide_waiting = !shown.report.idle && !recorded.folded;
	shown.report.idle = true;
	if (!err)
		err = recorded_report(&recorded, &shown, &report);
	if (err)
		return err;
	facts.title = recorded_title(&recorded);
	entry.title = strdup(facts.title);
	entry.samples = report.total;
	entry.elapsed_ns = recorded.folded ? 0 : report.capture.stats.elapsed_ns;
	if (!entry.title || !array_push(&viewing->entries, entry)) {
		free((char *)entry.title);
		return &error_nomem;
	}
	err = add_page(viewing, &report, &facts);
	if (!err && !options->run.quiet)
		recorded_say_left_out(&recorded, &shown, &report);
	return err;
}

/* The list is known last, and comes first. */
static struct error *make_pages(struct viewing *viewing, const struct options *options)
{
	struct error *err = NULL;
	struct view_page list;

	for (size_t i = 0; !err && i < options->paths.count; i++)
		err = add_file(viewing, options, options->paths.items[i]);
	if (err || options->paths.count == 1)
		return err;
	err = add_list(viewing);
	if (err)
		return err;
	list = viewing->pages.items[viewing->pages.count - 1];
	memmove(viewing->pages.items + 1, viewing->pages.items,
		(viewing->pages.count - 1) * sizeof(list));
	viewing->pages.items[0] = list;
	return NULL;
}

static struct error *serve(const struct viewing *viewing, const struct options *options)
{
	struct view_server *server;
	struct error *err;
	sigset_t ends;
	int signal;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL); /* before there are threads */
	err = view_server_create(viewing->pages.items, viewing->pages.count, options->port,
				 &server);
	if (err)
		return err;
	printf("%s\n", view_server_url(server));
	fflush(stdout);
	if (!options->no_browser && !browser_open(view_server_launch_url(server)) &&
	    !options->run.quiet)
		fputs("sonde: no browser here: open that address\n", stderr);
	if (!options->run.quiet)
		fputs("sonde: Ctrl-C ends it\n", stderr);
	sigwait(&ends, &signal);
	view_server_destroy(server);
	return NULL;
}

static int view_run(int argc, char **argv)
{
	CLEANUP(viewing_deinit)
	struct viewing viewing = { 0 };
	struct options options = { 0 };
	struct error *err;

	options_parse(&cmd_view, argc, argv, &options);
	err = make_pages(&viewing, &options);
	if (!err)
		err = serve(&viewing, &options);
	array_deinit(&options.paths);
	return (int)exit_report_of_files(err);
}

const struct command cmd_view = {
	.name = "view",
	.summary = "Look at recordings in the browser",
	.argp = &view_argp,
	.takes_files = true,
	.run = view_run,
};
