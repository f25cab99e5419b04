/*
 * report.c - `sonde report`: what was recorded, in other forms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "command.h"
#include "destinations.h"
#include "exit_status.h"
#include "output/source.h"
#include "recorded.h"
#include "report_options.h"
#include "signals.h"
#include "targets.h"
#include "terminal.h"

struct options {
	const char *path;
	const char *source; /* function or file whose lines are shown; NULL */
	struct report_choice shown;
	struct destination_wishes wishes;
	struct run_options run;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->shown;
		state->child_inputs[1] = &options->shown;
		state->child_inputs[2] = &options->wishes;
		state->child_inputs[3] = &options->run;
		return 0;
	case KEY_SOURCE:
		if (!*arg)
			argp_failure(state, STATUS_USAGE, 0, "what is behind --source is empty");
		options->source = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (options->path)
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is one too many: one recording is shown (`sonde diff` "
				     "compares two)",
				     arg);
		options->path = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!options->path)
			argp_failure(state, STATUS_USAGE, 0,
				     "which recording? (a file that `sonde record` wrote; %s "
				     "--help)",
				     state->name);
		if (options->source && (options->wishes.count || options->wishes.format))
			argp_failure(state, STATUS_USAGE, 0,
				     "--source prints to standard output: it goes with neither -o "
				     "nor -f");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &report_argp, 0, NULL, 0 },
	{ &recorded_argp, 0, NULL, 0 },
	{ &destinations_argp, 0, NULL, 0 },
	{ &say_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp_option options_table[] = {
	{ "source", KEY_SOURCE, "NAME", 0,
	  "Print the source of that function, or of that file, with what each line took", 2 },
	{ 0 },
};

static const struct argp report_command_argp = {
	.options = options_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Show what was recorded: as a table, or in any other form.\v"
	       "Examples:\n"
	       "  sonde report app-1234-20261121-153000.sonde\n"
	       "  sonde report --mine -F -o app.svg app.sonde\n"
	       "  sonde report --source Parser.parse app.sonde\n"
	       "  sonde report --from 10s --to 20s --thread worker -o worker.folded app.sonde\n"
	       "FILE is a recording (.sonde) or has folded stacks; - is standard input.",
	.children = children,
};

/* What %p and %n in names stand for: the first process that was recorded. */
static struct error *name_facts(const struct recorded *recorded, char **program,
				struct output_name_facts *ret)
{
	const struct profile *profile = &recorded->profile;
	CLEANUP(freep)
	char *line = strdup(profile->process_count ? profile->processes[0].command : "");
	char *argv[4] = { NULL }, *rest = NULL, *word;
	size_t count = 0;

	if (!line)
		return &error_nomem;
	for (word = strtok_r(line, " ", &rest); word && count < 3; count++) {
		argv[count] = word;
		word = strtok_r(NULL, " ", &rest);
	}
	*program = target_name(argv);
	ret->pid = profile->process_count ? profile->processes[0].pid : 0;
	if (!ret->pid)
		ret->pid = -1; /* of folded stacks */
	ret->program = *program;
	return *program ? NULL : &error_nomem;
}

static struct error *show(const struct options *options, struct destinations *destinations)
{
	CLEANUP(recorded_deinit)
	struct recorded recorded = { 0 };
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	CLEANUP(freep)
	char *program = NULL;
	struct output_name_facts names = { 0 };
	struct output_facts facts = { .stats = &report.capture.stats };
	struct report_choice shown = options->shown;
	struct error *err;

	err = recorded_read(options->path, options->run.quiet, &recorded);
	if (!err)
		err = name_facts(&recorded, &program, &names);
	if (!err)
		err = destinations_open(destinations, &names);
	if (!err)
		destinations_narrow(destinations, &shown.report);
	if (!err)
		err = recorded_report(&recorded, &shown, &report);
	if (err)
		return err;
	destinations_release(destinations, &report);
	facts.title = recorded_title(&recorded);
	err = destinations_write(destinations, &report, &facts, false, options->run.quiet);
	if (!options->run.quiet)
		recorded_say_left_out(&recorded, &options->shown, &report);
	return err;
}

static struct error *show_source(const struct options *options)
{
	CLEANUP(recorded_deinit)
	struct recorded recorded = { 0 };
	CLEANUP(profile_deinit)
	struct profile report = { 0 };
	const struct output_facts facts = { .width = terminal_width(STDOUT_FILENO),
					    .colour = terminal_wants_colour(STDOUT_FILENO) };
	struct report_choice shown = options->shown;
	struct error *err;

	shown.report.by_function = shown.report.no_lines = false;
	err = recorded_read(options->path, options->run.quiet, &recorded);
	if (!err)
		err = recorded_report(&recorded, &shown, &report);
	if (!err)
		err = source_write(&report, options->source, &facts, stdout);
	if (err)
		return err;
	if (!options->run.quiet)
		recorded_say_left_out(&recorded, &shown, &report);
	return NULL;
}

static int report_run(int argc, char **argv)
{
	CLEANUP(destinations_deinit)
	struct destinations destinations = { 0 };
	struct options options = { 0 };
	struct error *err;

	options_parse(&cmd_report, argc, argv, &options);
	signals_clean_up();
	if (options.source)
		return (int)exit_report_of_files(show_source(&options));
	err = destinations_init(&destinations, &options.wishes);
	if (!err)
		err = show(&options, &destinations);
	return (int)exit_report_of_files(err);
}

const struct command cmd_report = {
	.name = "report",
	.summary = "Show a recording in another form, filtered",
	.argp = &report_command_argp,
	.takes_files = true,
	.run = report_run,
};
