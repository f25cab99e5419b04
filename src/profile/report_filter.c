/*
 * report_filter.c - threads, processes, time, mode, and the patterns for frames.
 *
 * Each function is looked at once, each node takes over what its parent knows: what is left to do
 * for a run is to look up.
 */
#include "report_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/package.h"

static void patterns_deinit(struct report_patterns *patterns)
{
	while (patterns->count)
		regfree(&patterns->compiled[--patterns->count]);
}

static struct error *patterns_init(struct report_patterns *patterns, const char *const *texts,
				   size_t count)
{
	char why[128];
	int code;

	for (size_t i = 0; i < count; i++) {
		code = regcomp(&patterns->compiled[i], texts[i], REG_EXTENDED | REG_NOSUB);
		if (code) {
			regerror(code, &patterns->compiled[i], why, sizeof(why));
			return error_create(ERROR_USAGE, "'%.200s' is no regular expression: %s",
					    texts[i], why);
		}
		patterns->count++;
	}
	return NULL;
}

static bool patterns_match(const struct report_patterns *patterns, const char *const *texts)
{
	for (size_t i = 0; i < patterns->count; i++)
		for (const char *const *text = texts; *text; text++)
			if (!regexec(&patterns->compiled[i], *text, 0, NULL, 0))
				return true;
	return false;
}

static struct error *mark_funcs(struct report_filter *filter)
{
	const struct report_options *options = filter->options;
	const struct profile *raw = filter->raw;

	filter->funcs = calloc(raw->func_count + 1, sizeof(*filter->funcs));
	if (!filter->funcs)
		return &error_nomem;
	for (size_t i = 0; i < raw->func_count; i++) {
		const struct func *func = &raw->funcs[i];
		struct package package = package_of(func);
		const char *const texts[] = { func->name, func->file, func->path, package.name,
					      NULL };
		uint8_t *marks = &filter->funcs[i];

		if (patterns_match(&filter->include, texts))
			*marks |= MARK_INCLUDED;
		if (patterns_match(&filter->exclude, texts))
			*marks |= MARK_EXCLUDED;
		if (package.origin == PACKAGE_MINE)
			*marks |= MARK_MINE;
		if (patterns_match(&filter->hide, texts) ||
		    (options->mine &&
		     (package.origin == PACKAGE_INSTALLED || package.origin == PACKAGE_STDLIB)))
			*marks |= MARK_HIDDEN;
	}
	return NULL;
}

static struct error *mark_nodes(struct report_filter *filter)
{
	const struct profile *raw = filter->raw;

	filter->nodes = calloc(raw->node_count, sizeof(*filter->nodes));
	if (!filter->nodes)
		return &error_nomem;
	for (size_t n = 1; n < raw->node_count; n++)
		filter->nodes[n] = filter->nodes[raw->nodes[n].parent] |
				   filter->funcs[profile_frame_of(raw, (uint32_t)n)->func];
	return NULL;
}

/* "1234", "0x7f12": the kernel's or the interpreter's number of a thread. */
static bool parse_number(const char *text, uint64_t *ret)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, !strncasecmp(text, "0x", 2) ? 16 : 10);
	return !errno && !*end;
}

static bool has_number(const struct thread_info *thread, uint64_t number)
{
	return (thread->tid > 0 && (uint64_t)thread->tid == number) ||
	       (thread->ident && thread->ident == number);
}

/* A number that no thread has may still be a part of a name. */
static bool is_number_of_any(const struct profile *raw, uint64_t number)
{
	for (size_t i = 0; i < raw->thread_count; i++)
		if (has_number(&raw->threads[i], number))
			return true;
	return false;
}

/* All threads that one pattern means. */
static void want_threads(struct report_filter *filter, const char *text)
{
	const struct profile *raw = filter->raw;
	uint64_t number = 0;
	bool numbered = parse_number(text, &number) && is_number_of_any(raw, number);

	for (size_t i = 0; i < raw->thread_count; i++) {
		const struct thread_info *thread = &raw->threads[i];

		if (numbered ? has_number(thread, number) : strstr(thread->name, text) != NULL)
			filter->threads[i] = true;
	}
}

static bool wants_process(const struct report_options *options, pid_t pid)
{
	for (size_t i = 0; i < options->pid_count; i++)
		if (options->pids[i] == pid)
			return true;
	return !options->pid_count;
}

static struct error *mark_threads(struct report_filter *filter)
{
	const struct report_options *options = filter->options;
	const struct profile *raw = filter->raw;

	filter->threads = calloc(raw->thread_count + 1, sizeof(*filter->threads));
	if (!filter->threads)
		return &error_nomem;
	for (size_t i = 0; i < options->thread_count; i++)
		want_threads(filter, options->threads[i]);
	for (size_t i = 0; i < raw->thread_count; i++) {
		pid_t pid = raw->processes[raw->threads[i].process].pid;

		filter->threads[i] = (filter->threads[i] || !options->thread_count) &&
				     wants_process(options, pid);
	}
	return NULL;
}

struct error *report_filter_init(struct report_filter *filter, const struct profile *raw,
				 const struct report_options *options)
{
	struct error *err;

	*filter = (struct report_filter) { .raw = raw, .options = options };
	err = patterns_init(&filter->include, options->include, options->include_count);
	if (!err)
		err = patterns_init(&filter->exclude, options->exclude, options->exclude_count);
	if (!err)
		err = patterns_init(&filter->hide, options->hide, options->hide_count);
	if (!err)
		err = mark_threads(filter);
	if (!err)
		err = mark_funcs(filter);
	return err ? err : mark_nodes(filter);
}

void report_filter_deinit(struct report_filter *filter)
{
	patterns_deinit(&filter->include);
	patterns_deinit(&filter->exclude);
	patterns_deinit(&filter->hide);
	free(filter->funcs);
	free(filter->nodes);
	free(filter->threads);
}

/* How many of the run's looks came until that long after its start. */
static uint32_t samples_until(const struct run *run, uint64_t after_ns)
{
	return (uint32_t)((unsigned __int128)run->samples * after_ns / run->time_ns);
}

/*
 * What lies between from and to. A sample stands for the time before its look, and is where its
 * look is: two ranges that touch share no sample and lose none. False where nothing is left.
 */
static bool cut(struct run *run, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t end_ns = run->start_ns + run->time_ns;
	uint64_t first_ns = run->start_ns > from_ns ? run->start_ns : from_ns;
	uint64_t last_ns = to_ns && to_ns < end_ns ? to_ns : end_ns;

	if (first_ns == run->start_ns && last_ns == end_ns)
		return true;
	if (first_ns >= last_ns || !run->time_ns)
		return false;
	run->samples = samples_until(run, last_ns - run->start_ns) -
		       samples_until(run, first_ns - run->start_ns);
	run->time_ns = last_ns - first_ns;
	run->start_ns = first_ns;
	return run->samples > 0;
}

/* Left out by the mode; counted where it is for waiting. */
static bool is_hidden(const struct report_options *options, const struct run *run,
		      struct profile *report)
{
	switch (options->mode) {
	case REPORT_GIL:
		return !(run->flags & SAMPLE_HOLDS_GIL);
	case REPORT_CPU:
		return run->state != SAMPLE_RUNNING;
	default:
		break;
	}
	if (run->state == SAMPLE_RUNNING || options->idle)
		return false;
	report->hidden_waiting += run->samples;
	if (run->state == SAMPLE_GIL_WAIT)
		report->hidden_gil += run->samples;
	return true;
}

bool report_filter_passes(const struct report_filter *filter, struct run *run,
			  struct profile *report)
{
	const struct report_options *options = filter->options;
	uint8_t marks = filter->nodes[run->node];

	if (!filter->threads[run->thread] || !cut(run, options->from_ns, options->to_ns))
		return false;
	if ((options->include_count && !(marks & MARK_INCLUDED)) || (marks & MARK_EXCLUDED) ||
	    is_hidden(options, run, report))
		return false;
	if (options->mine && !(marks & MARK_MINE)) {
		report->hidden_foreign += run->samples;
		return false;
	}
	return true;
}
