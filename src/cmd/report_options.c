/*
 * report_options.c - the options that choose what of a recording is shown.
 */
#include "report_options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exit_status.h"
#include "units.h"

static const struct argp_option report_table[] = {
	{ "mode", KEY_MODE, "MODE", 0,
	  "wall (default): what runs, with -i what waits, too; cpu: only what runs; gil: only "
	  "threads that hold the GIL",
	  3 },
	{ "gil", 'g', NULL, 0, "Only threads that hold the GIL (as --mode gil)", 3 },
	{ "idle", 'i', NULL, 0, "Waiting threads too", 3 },
	{ "thread", KEY_THREAD, "THREAD", 0,
	  "Only threads of that number, or with that in their name (may be repeated)", 3 },
	{ "from", KEY_FROM, "TIME", 0, "Only from then on, since the start: 1.5s, 500ms, 1m", 3 },
	{ "to", KEY_TO, "TIME", 0, "Only until then", 3 },
	{ "include", KEY_INCLUDE, "REGEX", 0,
	  "Only stacks with such a function, file or package (may be repeated: any of them)", 3 },
	{ "exclude", KEY_EXCLUDE, "REGEX", 0, "No stacks with one (may be repeated)", 3 },
	{ "hide", KEY_HIDE, "REGEX", 0,
	  "Leave such frames out of their stacks (may be repeated): their time is their caller's",
	  3 },
	{ "mine", KEY_MINE, NULL, 0,
	  "Leave out frames of the standard library and of installed packages", 3 },
	{ "threads", 't', NULL, 0, "Tell threads apart", 4 },
	{ "function", 'F', NULL, 0, "The line of a frame is where its function begins", 4 },
	{ "qualname", KEY_QUALNAME, NULL, 0, "Functions as Class.method (default)", 4 },
	{ "no-qualname", KEY_NO_QUALNAME, NULL, 0, "Functions as method alone", 4 },
	{ 0 },
};

/* Appends to one of the lists that may be repeated. */
static void add_text(struct argp_state *state, const char **list, size_t *count, const char *name,
		     const char *arg)
{
	if (*count == REPORT_PATTERNS_MAX)
		argp_failure(state, STATUS_USAGE, 0, "more than %d times --%s", REPORT_PATTERNS_MAX,
			     name);
	if (!*arg)
		argp_failure(state, STATUS_USAGE, 0, "what is behind --%s is empty", name);
	list[(*count)++] = arg;
}

static void parse_mode(struct argp_state *state, struct report_choice *choice, const char *arg)
{
	static const char *const names[] = { "wall", "cpu", "gil" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcasecmp(arg, names[i]) != 0)
			continue;
		choice->report.mode = (enum report_mode)i;
		choice->mode_given = true;
		return;
	}
	argp_failure(state, STATUS_USAGE, 0, "'%s' is no mode: there are wall, cpu, gil", arg);
}

static uint64_t parse_time(struct argp_state *state, const char *arg)
{
	uint64_t ns = 0;

	if (!parse_moment(arg, &ns))
		argp_failure(state, STATUS_USAGE, 0, "'%s' is no time (1.5s, 500ms, 1m, 0)", arg);
	return ns;
}

/* What only shows when all options are known. */
static void finish(struct argp_state *state, struct report_choice *choice)
{
	struct report_options *report = &choice->report;

	report->no_lines = choice->frame.no_lines;
	report->full_filenames = choice->frame.full_filenames;
	if (report->to_ns && report->from_ns >= report->to_ns)
		argp_failure(state, STATUS_USAGE, 0, "--from is not before --to");
}

static error_t parse_report(int key, char *arg, struct argp_state *state)
{
	struct report_choice *choice = state->input;
	struct report_options *report = &choice->report;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &choice->frame;
		return 0;
	case KEY_MODE:
		parse_mode(state, choice, arg);
		return 0;
	case 'g':
		choice->gil = choice->mode_given = true;
		report->mode = REPORT_GIL;
		return 0;
	case 'i':
		report->idle = true;
		return 0;
	case KEY_THREAD:
		add_text(state, report->threads, &report->thread_count, "thread", arg);
		return 0;
	case KEY_FROM:
		report->from_ns = parse_time(state, arg);
		return 0;
	case KEY_TO:
		report->to_ns = parse_time(state, arg);
		if (!report->to_ns)
			argp_failure(state, STATUS_USAGE, 0, "--to 0 leaves nothing");
		return 0;
	case KEY_INCLUDE:
		add_text(state, report->include, &report->include_count, "include", arg);
		return 0;
	case KEY_EXCLUDE:
		add_text(state, report->exclude, &report->exclude_count, "exclude", arg);
		return 0;
	case KEY_HIDE:
		add_text(state, report->hide, &report->hide_count, "hide", arg);
		return 0;
	case KEY_MINE:
		report->mine = true;
		return 0;
	case 't':
		report->thread_roots = choice->roots_given = true;
		return 0;
	case 'F':
		report->by_function = true;
		return 0;
	case KEY_QUALNAME:
		report->names = REPORT_NAMES_QUALIFIED;
		return 0;
	case KEY_NO_QUALNAME:
		report->names = REPORT_NAMES_PLAIN;
		return 0;
	case ARGP_KEY_END:
		finish(state, choice);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &frame_argp, 0, NULL, 0 },
	{ 0 },
};
const struct argp report_argp = {
	.options = report_table,
	.parser = parse_report,
	.children = children,
};

static const struct argp_option recorded_table[] = {
	{ "pid", 'p', "PID", 0, "Only that process, or those (1,2; may be repeated)", 3 },
	{ "subprocesses", 's', NULL, 0, "Tell processes apart", 4 },
	{ 0 },
};

/* "12" or "12,34". */
static void add_pids(struct argp_state *state, struct report_options *report, const char *arg)
{
	const char *p = arg;
	char *end;
	long pid;

	do {
		errno = 0;
		pid = strtol(p, &end, 10);
		if (errno || end == p || pid < 0 || pid > INT_MAX || (*end && *end != ','))
			argp_failure(state, STATUS_USAGE, 0, "'%s' is no PID (12, or 12,34)", arg);
		if (report->pid_count == REPORT_PATTERNS_MAX)
			argp_failure(state, STATUS_USAGE, 0, "more than %d processes",
				     REPORT_PATTERNS_MAX);
		report->pids[report->pid_count++] = (pid_t)pid;
		p = end + 1;
	} while (*end);
}

static error_t parse_recorded(int key, char *arg, struct argp_state *state)
{
	struct report_choice *choice = state->input;

	switch (key) {
	case 'p':
		add_pids(state, &choice->report, arg);
		return 0;
	case 's':
		choice->report.process_roots = choice->roots_given = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp recorded_argp = { .options = recorded_table, .parser = parse_recorded };
