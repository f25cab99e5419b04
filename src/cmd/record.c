/*
 * record.c - `sonde record`: its options.
 */
#include "record.h"

#include "command.h"
#include "exit_status.h"
#include "units.h"

static const struct argp_option options_table[] = {
	{ "rate", 'r', "RATE", 0, "Samples a second: 250, 1k, 10khz, max (default 1000)", 3 },
	{ "duration", 'd', "TIME", 0,
	  "How long: 30, 30s, 5m, 500ms, 1h (default: until the process ends, or Ctrl-C)", 3 },
	{ "max-cpu", KEY_MAX_CPU, "PERCENT", 0,
	  "Look less often rather than use more of a CPU (default 5; unlimited with -r max)", 3 },
	{ "confidential", KEY_CONFIDENTIAL, NULL, 0,
	  "Record no source text, no arguments of commands, and not the name of this machine", 3 },
	{ "subprocesses", 's', NULL, 0,
	  "Follow child processes, those that come later, too; tell processes apart", 3 },
	{ "stats", KEY_STATS, NULL, 0, "Say what the reading took, too", 6 },
	{ "class-names", KEY_CLASS_NAMES, NULL, 0,
	  "Before Python 3.11: Class.method by the class of self or cls", 4 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		state->child_inputs[1] = &options->shown;
		state->child_inputs[2] = &options->run;
		state->child_inputs[3] = &options->wishes;
		return 0;
	case 'd':
		if (!parse_duration(arg, &options->sampling.options.duration_ns))
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is no duration (30, 30s, 5m, 500ms, 1h)", arg);
		return 0;
	case KEY_STATS:
		options->stats = true;
		return 0;
	case 's':
		options->shown.report.process_roots = true;
		return sampling_parse(&options->sampling, key, arg, state);
	case KEY_CONFIDENTIAL:
		options->sampling.options.confidential = true;
		return 0;
	default:
		return sampling_parse(&options->sampling, key, arg, state);
	}
}

static const struct argp_child children[] = {
	{ &target_argp, 0, NULL, 0 },
	{ &report_argp, 0, NULL, 0 },
	{ &run_argp, 0, NULL, 0 },
	{ &destinations_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp record_argp = {
	.options = options_table,
	.parser = parse,
	.args_doc = "PID|NAME\n-p PID[,PID...]\n-- COMMAND [ARG...]",
	.doc = "Sample a running Python, or a command, and write where its time went.\v"
	       "Examples:\n"
	       "  sonde record -o out.folded -p 1234\n"
	       "  sonde record -d 30s -t -o out.folded gunicorn\n"
	       "  sonde record -- python3 app.py\n"
	       "Without -o the hottest functions are printed, and the stacks kept in a file.",
	.children = children,
};

static int record_run(int argc, char **argv)
{
	struct record_options options = { .wishes.keep = true };

	sampling_init(&options.sampling);
	argc = options_split(argc, argv, &options.target.command);
	options_parse(&cmd_record, argc, argv, &options);
	sampling_settle(&options.sampling);
	options.sampling.options.gil_only = options.shown.gil;
	options.sampling.options.blocking = options.run.blocking;
	return record_session(&options);
}

const struct command cmd_record = {
	.name = "record",
	.summary = "Sample for a while, write where the time went",
	.argp = &record_argp,
	.run = record_run,
};
