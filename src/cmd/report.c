/*
 * report.c - `sonde report`: what was recorded, in other forms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "command.h"
#include "destinations.h"
#include "exit_status.h"
#include "recorded.h"
#include "report_options.h"
#include "signals.h"
#include "targets.h"

struct options {
	const char *path;
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

static const struct argp report_command_argp = {
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Show what was recorded: as a table, or in any other form.\v"
	       "Examples:\n"
	       "  sonde report app-1234-20261121-153000.sonde\n"
	       "  sonde report --mine -F -o app.svg app.sonde\n"
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
	struct error *err;

	err = recorded_read(options->path, options->run.quiet, &recorded);
	if (!err)
		err = name_facts(&recorded, &program, &names);
	if (!err)
		err = destinations_open(destinations, &names);
	if (!err)
		err = recorded_report(&recorded, &options->shown, &report);
	if (err)
		return err;
	facts.title = recorded_title(&recorded);
	err = destinations_write(destinations, &report, &facts, false, options->run.quiet);
	if (!options->run.quiet)
		recorded_say_left_out(&recorded, &options->shown, &report);
	return err;
}

static int report_run(int argc, char **argv)
{
	CLEANUP(destinations_deinit)
	struct destinations destinations = { 0 };
	struct options options = { 0 };
	struct error *err;

	options_parse(&cmd_report, argc, argv, &options);
	signals_clean_up();
	err = destinations_init(&destinations, &options.wishes);
	if (!err)
		err = show(&options, &destinations);
	if (err && err->kind == ERROR_PERMISSION)
		err->kind = ERROR_OS; /* no process has to permit anything */
	return (int)exit_report(err);
}

const struct command cmd_report = {
	.name = "report",
	.summary = "Show a recording in another form, filtered",
	.argp = &report_command_argp,
	.takes_files = true,
	.run = report_run,
};
