/*
 * top.c - `sonde top`: its options.
 */
#include "top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "command.h"
#include "exit_status.h"
#include "ui/model.h"
#include "units.h"

enum {
	DELAY_MIN_NS = 50 * CLOCK_MS_NS, /* faster than that nobody reads */
	ROWS_DEFAULT = 20,               /* of a table */
};

static const struct argp_option options_table[] = {
	{ "rate", 'r', "RATE", 0, "Samples a second: 250, 1k, 10khz, max (default 1000)", 3 },
	{ "max-cpu", KEY_MAX_CPU, "PERCENT", 0,
	  "Look less often rather than use more of a CPU (default 5; unlimited with -r max)", 3 },
	{ "subprocesses", 's', NULL, 0, "Follow child processes, those that come later, too", 3 },
	{ "class-names", KEY_CLASS_NAMES, NULL, 0,
	  "Before Python 3.11: Class.method by the class of self or cls", 4 },
	{ "delay", KEY_DELAY, "TIME", 0, "Between two refreshes: 1s (default), 500ms", 2 },
	{ "window", KEY_WINDOW, "TIME", 0, "Shares are those of the last: 5s (default), up to 60s",
	  2 },
	{ "by", KEY_BY, "ROW", 0,
	  "A row for each function (default), line, file, thread, process, or a tree", 2 },
	{ "sort", KEY_SORT, "COLUMN", 0,
	  "By own (default), total, own-time, total-time, state, name", 2 },
	{ "filter", KEY_FILTER, "REGEX", 0, "Only rows with that in their name, file or package",
	  2 },
	{ "mode", KEY_MODE, "MODE", 0,
	  "wall (default): what runs, with -i what waits, too; cpu: only what runs; gil: only "
	  "threads that hold the GIL",
	  2 },
	{ "gil", 'g', NULL, 0, "Only threads that hold the GIL (as --mode gil)", 2 },
	{ "idle", 'i', NULL, 0, "Waiting threads too", 2 },
	{ "mine", KEY_MINE, NULL, 0,
	  "Leave out functions of the standard library and of installed packages", 2 },
	{ "batch", KEY_BATCH, "COUNT", 0,
	  "So many refreshes, as tables on standard output (0: until the end)", 3 },
	{ "json", 'j', NULL, 0, "As JSON, an object a line for each refresh", 3 },
	{ "rows", KEY_ROWS, "COUNT", 0,
	  "At most so many rows in a table (default 20), or an object (default all); 0: all", 3 },
	{ 0 },
};

static bool parse_count(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* The number of a name in a list. */
static unsigned int parse_name(struct argp_state *state, const char *what, const char *const *names,
			       size_t count, const char *arg)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcasecmp(arg, names[i]))
			return i;
	argp_failure(state, STATUS_USAGE, 0, "'%s' is no %s (see --help)", arg, what);
	return 0;
}

static void parse_filter(struct argp_state *state, struct choice *choice, const char *arg)
{
	if (strlen(arg) >= sizeof(choice->filter))
		argp_failure(state, STATUS_USAGE, 0, "the filter is longer than %zu bytes",
			     sizeof(choice->filter) - 1);
	strncpy(choice->filter, arg, sizeof(choice->filter) - 1);
}

static void parse_times(struct argp_state *state, struct top_options *options, int key,
			const char *arg)
{
	uint64_t ns, least = key == KEY_DELAY ? DELAY_MIN_NS : MODEL_SLOT_NS;
	uint64_t most = key == KEY_DELAY ? 3600 * (uint64_t)CLOCK_SECOND_NS
					 : MODEL_WINDOW_MAX_S * (uint64_t)CLOCK_SECOND_NS;

	if (!parse_duration(arg, &ns) || ns < least || ns > most)
		argp_failure(state, STATUS_USAGE, 0, "'%s' is no time from %s", arg,
			     key == KEY_DELAY ? "50ms to 1h" : "500ms to 60s");
	if (key == KEY_DELAY)
		options->delay_ns = ns;
	else
		options->choice.window_ns = ns;
}

static error_t parse_shown(int key, char *arg, struct argp_state *state)
{
	struct top_options *options = state->input;
	struct choice *choice = &options->choice;

	switch (key) {
	case KEY_DELAY:
	case KEY_WINDOW:
		parse_times(state, options, key, arg);
		return 0;
	case KEY_BY:
		choice->by = (enum by)parse_name(state, "row", by_names, BY_COUNT, arg);
		return 0;
	case KEY_SORT:
		options->has_sort = true;
		choice->sort =
			(enum column)parse_name(state, "column", column_names, COLUMN_COUNT, arg);
		return 0;
	case KEY_MODE:
		choice->mode = (enum report_mode)parse_name(state, "mode", mode_names, 3, arg);
		return 0;
	case KEY_FILTER:
		parse_filter(state, choice, arg);
		return 0;
	case 'g':
		choice->mode = REPORT_GIL;
		return 0;
	case 'i':
		choice->idle = true;
		return 0;
	case KEY_MINE:
		choice->mine = true;
		return 0;
	default:
		return sampling_parse(&options->sampling, key, arg, state);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct top_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		state->child_inputs[1] = &options->run;
		return 0;
	case KEY_BATCH:
		if (!parse_count(arg, &options->refreshes))
			argp_failure(state, STATUS_USAGE, 0, "'%s' is no number", arg);
		options->batch = true;
		return 0;
	case 'j':
		options->batch = options->json = true;
		return 0;
	case KEY_ROWS:
		if (!parse_count(arg, &options->rows))
			argp_failure(state, STATUS_USAGE, 0, "'%s' is no number", arg);
		options->has_rows = true;
		return 0;
	default:
		return parse_shown(key, arg, state);
	}
}

static const struct argp_child children[] = {
	{ &target_argp, 0, NULL, 0 },
	{ &run_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp top_argp = {
	.options = options_table,
	.parser = parse,
	.args_doc = "PID|NAME\n-p PID[,PID...]\n-- COMMAND [ARG...]",
	.doc = "Show what a running Python, or a command, does now.\v"
	       "Examples:\n"
	       "  sonde top 1234\n"
	       "  sonde top --by tree gunicorn\n"
	       "  sonde top -- python3 app.py\n"
	       "  sonde top --batch 1 --window 10s --delay 10s 1234\n"
	       "Press ? for the keys.",
	.children = children,
};

static int top_run(int argc, char **argv)
{
	struct top_options options = { .delay_ns = CLOCK_SECOND_NS };

	sampling_init(&options.sampling);
	choice_init(&options.choice);
	argc = options_split(argc, argv, &options.target.command);
	options_parse(&cmd_top, argc, argv, &options);
	sampling_settle(&options.sampling);
	if (!options.has_sort)
		choice_fit_sort(&options.choice);
	if (!options.has_rows && !options.json)
		options.rows = ROWS_DEFAULT;
	options.sampling.options.blocking = options.run.blocking;
	return top_session(&options);
}

const struct command cmd_top = {
	.name = "top",
	.summary = "Show what it does now, live",
	.argp = &top_argp,
	.run = top_run,
};
