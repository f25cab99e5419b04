/*
 * diff.c - `sonde diff`: what got slower from one recording to another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "command.h"
#include "destinations.h"
#include "diff_limits.h"
#include "exit_status.h"
#include "output/diff.h"
#include "output/file.h"
#include "recorded.h"
#include "report_options.h"
#include "signals.h"
#include "terminal.h"

enum { ROWS_DEFAULT = 20 /* a screen */ };

struct options {
	const char *paths[DIFF_SIDES];
	size_t path_count;
	struct report_choice shown;
	struct run_options run;
	struct destination_wishes wishes;
	enum diff_by by;
	size_t limit;
	bool significant;
	struct diff_limits limits;
};

/* All that is compared, and as what. */
struct comparison {
	const struct options *options;
	struct recorded recorded[DIFF_SIDES];
	struct profile reports[DIFF_SIDES];
	struct diff diff;
	struct diff_facts facts;
};

static void comparison_deinit(struct comparison *comparison)
{
	diff_deinit(&comparison->diff);
	for (int side = 0; side < DIFF_SIDES; side++) {
		profile_deinit(&comparison->reports[side]);
		recorded_deinit(&comparison->recorded[side]);
	}
}

static const struct argp_option table[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE (- is standard output; may be repeated)", 2 },
	{ "format", 'f', "FORMAT", 0,
	  "The format of all outputs; else the ending of each decides: ", 2 },
	{ "md", KEY_MARKDOWN, NULL, 0, "Markdown, as -f markdown", 2 },
	{ "by", KEY_BY, "WHAT", 0, "Compare by function (default) or by stack", 2 },
	{ "limit", KEY_LIMIT, "ROWS", 0,
	  "As many rows that got slower, and that got faster (default 20; 0: all)", 2 },
	{ "significant", KEY_SIGNIFICANT, NULL, 0,
	  "Only differences that chance does not explain, for --fail-on, too", 2 },
	{ "fail-on", KEY_FAIL_ON, "RULE", 0,
	  "Exit with 7 when a function got slower by more points: self:+5%, total:+10%, "
	  "self:+2%:REGEX (may be repeated)",
	  2 },
	{ 0 },
};

static void parse_by(struct argp_state *state, struct options *options, const char *arg)
{
	if (!strcmp(arg, "function") || !strcmp(arg, "functions"))
		options->by = DIFF_BY_FUNCTION;
	else if (!strcmp(arg, "stack") || !strcmp(arg, "stacks"))
		options->by = DIFF_BY_STACK;
	else
		argp_failure(state, STATUS_USAGE, 0,
			     "'%s' is nothing to compare by: there are function, stack", arg);
}

static void parse_limit(struct argp_state *state, struct options *options, const char *arg)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || *arg == '-')
		argp_failure(state, STATUS_USAGE, 0, "'%s' is no number of rows", arg);
	options->limit = value;
}

static void add_limit(struct argp_state *state, struct options *options, const char *arg)
{
	struct error *err = diff_limits_add(&options->limits, arg);
	char why[512];

	if (!err)
		return;
	snprintf(why, sizeof(why), "%s", error_message(err));
	error_destroy(err);
	argp_failure(state, STATUS_USAGE, 0, "%s", why);
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
	case 'o':
		destination_wishes_add(state, &options->wishes, arg);
		return 0;
	case 'f':
		options->wishes.format = arg;
		return 0;
	case KEY_MARKDOWN:
		options->wishes.format = "markdown";
		return 0;
	case KEY_BY:
		parse_by(state, options, arg);
		return 0;
	case KEY_LIMIT:
		parse_limit(state, options, arg);
		return 0;
	case KEY_SIGNIFICANT:
		options->significant = true;
		return 0;
	case KEY_FAIL_ON:
		add_limit(state, options, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (options->path_count == DIFF_SIDES)
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is one too many: two are compared", arg);
		options->paths[options->path_count++] = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (options->path_count < DIFF_SIDES)
			argp_failure(state, STATUS_USAGE, 0,
				     "which two? (an old recording and a new one; %s --help)",
				     state->name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *add_formats(int key, const char *text, void *input)
{
	(void)input;
	return key == 'f' ? destinations_help(text, diff_output_names()) : (char *)text;
}

static const struct argp_child children[] = {
	{ &report_argp, 0, NULL, 0 },
	{ &recorded_argp, 0, NULL, 0 },
	{ &say_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp diff_argp = {
	.options = table,
	.parser = parse,
	.args_doc = "OLD NEW",
	.doc = "Compare two recordings: what got slower comes first.\v"
	       "Examples:\n"
	       "  sonde diff before.sonde after.sonde\n"
	       "  sonde diff --md --significant before.sonde after.sonde > comment.md\n"
	       "  sonde diff --fail-on self:+5% --fail-on 'total:+10%:^parse' before.sonde "
	       "after.sonde\n"
	       "OLD and NEW are recordings (.sonde) or have folded stacks. Shares of the time are\n"
	       "compared, so they need not have taken equally long.",
	.children = children,
	.help_filter = add_formats,
};

static struct error *choose(const struct options *options, const char *path,
			    const struct diff_output **ret)
{
	const struct diff_output *form = diff_outputs[0];

	if (options->wishes.format) {
		form = diff_output_by_name(options->wishes.format);
		if (!form)
			return error_create(ERROR_USAGE, "no format is called '%s': there are %s",
					    options->wishes.format, diff_output_names());
	} else if (strcmp(path, "-") != 0) {
		form = diff_output_by_suffix(path);
		if (!form)
			return error_create(ERROR_USAGE,
					    "the ending of '%s' is that of no format: -f takes %s",
					    path, diff_output_names());
	}
	*ret = form;
	return NULL;
}

static struct error *compare(const struct options *options, struct comparison *ret)
{
	/* a thread or process without its number is known again; see diff.h */
	const struct diff_options roots = { options->shown.report.thread_roots,
					    options->shown.report.process_roots };
	struct error *err = NULL;

	ret->options = options;
	for (int side = 0; !err && side < DIFF_SIDES; side++) {
		err = recorded_read(options->paths[side], options->run.quiet, &ret->recorded[side]);
		if (!err)
			err = recorded_report(&ret->recorded[side], &options->shown,
					      &ret->reports[side]);
		if (!err)
			profile_drop_runs(&ret->reports[side]); /* before the other is read */
		ret->facts.titles[side] = options->paths[side];
		ret->facts.reports[side] = &ret->reports[side];
	}
	if (!err)
		err = diff_init(&ret->diff, &ret->reports[DIFF_OLD], &ret->reports[DIFF_NEW],
				&roots);
	if (err)
		return err;
	if (ret->recorded[DIFF_OLD].folded || ret->recorded[DIFF_NEW].folded)
		memset(ret->diff.elapsed_ns, 0, sizeof(ret->diff.elapsed_ns)); /* not told */
	ret->facts.by = options->by;
	ret->facts.limit = options->limit;
	ret->facts.significant = options->significant;
	return NULL;
}

/* What an output file is written from. */
struct content {
	struct output_content content;
	const struct diff_output *form;
	const struct diff *diff;
	const struct diff_facts *facts;
};

static struct error *content_write(const struct output_content *base, FILE *file)
{
	const struct content *content = (const struct content *)base;

	return content->form->write(content->diff, content->facts, file);
}

static struct error *write_one(const struct comparison *comparison, const char *path)
{
	bool standard = !strcmp(path, "-");
	struct diff_facts facts = comparison->facts;
	struct content content = { { content_write }, NULL, &comparison->diff, &facts };
	struct output_file *file = NULL;
	struct error *err;

	facts.width = standard ? terminal_width(STDOUT_FILENO) : 0;
	facts.colour = standard && terminal_wants_colour(STDOUT_FILENO);
	err = choose(comparison->options, path, &content.form);
	if (!err)
		err = output_file_open(path, NULL, &file);
	if (err)
		return err;
	err = output_file_put(file, &content.content);
	output_file_destroy(file);
	if (err && err->errnum == EPIPE) { /* whoever reads has enough */
		error_destroy(err);
		return NULL;
	}
	if (!err && !standard && !comparison->options->run.quiet)
		fprintf(stderr, "sonde: wrote %s\n", path);
	return err;
}

static struct error *write_all(const struct comparison *comparison)
{
	const struct options *options = comparison->options;
	struct error *err = NULL;

	if (!options->wishes.count)
		return write_one(comparison, "-");
	for (size_t i = 0; !err && i < options->wishes.count; i++)
		err = write_one(comparison, options->wishes.patterns[i]);
	return err;
}

/* One side was recorded in a way that changes what its shares are of. */
static void say_unlike(const struct comparison *comparison, const bool sides[DIFF_SIDES],
		       const char *what, const char *why)
{
	const char *const *paths = comparison->options->paths;
	const int with = sides[DIFF_OLD] ? DIFF_OLD : DIFF_NEW;

	if (sides[DIFF_OLD] != sides[DIFF_NEW])
		fprintf(stderr, "sonde: %s %s, %s is not: %s\n", paths[with], what,
			paths[DIFF_OLD + DIFF_NEW - with], why);
}

/* Both have to be of the same kind, or the difference is that of how they were made. */
static void say_what_is_unlike(const struct comparison *comparison)
{
	bool gil[DIFF_SIDES], blocking[DIFF_SIDES], folded[DIFF_SIDES];

	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct recorded *recorded = &comparison->recorded[side];

		gil[side] = recorded->profile.capture.gil_only;
		blocking[side] = recorded->profile.capture.blocking;
		folded[side] = recorded->folded;
	}
	if (comparison->options->shown.report.mode != REPORT_GIL)
		say_unlike(comparison, gil, "is recorded with -g",
			   "only one has threads that do not hold the GIL (-g compares those that "
			   "do)");
	say_unlike(comparison, blocking, "is recorded with --blocking",
		   "only one was stopped at each look");
	say_unlike(comparison, folded, "is of folded stacks",
		   "they do not tell how they were filtered");
}

static struct error *run_diff(const struct options *options, size_t *failed)
{
	CLEANUP(comparison_deinit)
	struct comparison comparison = { 0 };
	const struct diff_output *form;
	struct error *err = NULL;

	for (size_t i = 0; !err && i < options->wishes.count; i++)
		err = choose(options, options->wishes.patterns[i], &form);
	if (!err && !options->wishes.count)
		err = choose(options, "-", &form);
	if (!err)
		err = compare(options, &comparison);
	if (!err && !options->run.quiet)
		say_what_is_unlike(&comparison);
	if (!err)
		err = write_all(&comparison);
	for (int side = 0; !err && side < DIFF_SIDES && !options->run.quiet; side++)
		recorded_say_left_out(&comparison.recorded[side], &options->shown,
				      &comparison.reports[side]);
	if (err)
		return err;
	return diff_limits_check(&options->limits, &comparison.diff, options->significant, failed);
}

static int diff_run(int argc, char **argv)
{
	struct options options = { .limit = ROWS_DEFAULT };
	size_t failed = 0;
	struct error *err;

	options_parse(&cmd_diff, argc, argv, &options);
	signals_clean_up();
	err = run_diff(&options, &failed);
	diff_limits_deinit(&options.limits);
	if (err)
		return (int)exit_report_of_files(err);
	return failed ? STATUS_SLOWER : STATUS_DONE;
}

const struct command cmd_diff = {
	.name = "diff",
	.summary = "Compare two recordings: what got slower",
	.argp = &diff_argp,
	.takes_files = true,
	.run = diff_run,
};
