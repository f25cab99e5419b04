/*
 * dump.c - `sonde dump`: its options, and one process after the other.
 */
#include "dump.h"

#include <errno.h>

#include "base/cleanup.h"
#include "command.h"
#include "exit_status.h"
#include "targets.h"

static const struct argp_option options_table[] = {
	{ "locals", 'l', NULL, 0,
	  "Arguments and local variables; again for longer values (128 characters each)", 2 },
	{ "json", 'j', NULL, 0, "As JSON, one object for each process", 2 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct dump_options *options = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		state->child_inputs[1] = &options->frame;
		state->child_inputs[2] = &options->run;
		return 0;
	case 'l':
		options->locals++;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &target_argp, 0, NULL, 0 },
	{ &frame_argp, 0, NULL, 0 },
	{ &run_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp dump_argp = {
	.options = options_table,
	.parser = parse,
	.args_doc = "PID|NAME\n-p PID[,PID...]",
	.doc = "Print what every thread of a running Python does, once.\v"
	       "Examples:\n"
	       "  sonde dump 1234\n"
	       "  sonde dump -l gunicorn\n"
	       "  sonde dump --json 1234 | jq '.threads[].frames[0].name'",
	.children = children,
};

static struct error *dump_process(pid_t pid, const struct dump_options *options)
{
	CLEANUP(dump_deinit)
	struct dump dump = { 0 };
	struct error *err;

	err = dump_collect(pid, options, &dump);
	if (err)
		return err;
	if (options->json)
		err = dump_json_write(&dump, options, stdout);
	else
		err = dump_text_write(&dump, options, stdout);
	errno = 0;
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = error_os(errno ? errno : EIO, "cannot write to standard output");
	return err;
}

static int dump_run(int argc, char **argv)
{
	CLEANUP(targets_deinit)
	struct targets targets = { 0 };
	struct dump_options options = { 0 };
	int status = STATUS_DONE, one;
	struct error *err;
	size_t i;

	options_parse(&cmd_dump, argc, argv, &options);
	err = targets_find(options.target.text, options.run.quiet, &targets);
	if (err)
		return (int)exit_report(err);
	for (i = 0; i < targets.count; i++) {
		if (i && !options.json)
			putchar('\n');
		one = (int)exit_report(dump_process(targets.pids[i], &options));
		if (!status)
			status = one;
	}
	return status;
}

const struct command cmd_dump = {
	.name = "dump",
	.summary = "Print what every thread does, once",
	.argp = &dump_argp,
	.run = dump_run,
};
