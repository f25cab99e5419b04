/*
 * destinations.c - choose, open and write the files and forms of a profile.
 */
#include "destinations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "exit_status.h"
#include "terminal.h"

static const struct argp_option table[] = {
	{ "output", 'o', "FILE", 0,
	  "Write to FILE (- is standard output; may be repeated); %p %n %t %h in it are PID, name, "
	  "time, host",
	  2 },
	{ "format", 'f', "FORMAT", 0,
	  "The format of all outputs; else the ending of each decides: ", 2 },
	{ 0 },
};

void destination_wishes_add(struct argp_state *state, struct destination_wishes *wishes,
			    const char *path)
{
	if (wishes->count == DESTINATIONS_MAX)
		argp_failure(state, STATUS_USAGE, 0, "more than %d outputs", DESTINATIONS_MAX);
	if (!*path)
		argp_failure(state, STATUS_USAGE, 0, "the name of the output is empty");
	wishes->patterns[wishes->count++] = path;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct destination_wishes *wishes = state->input;

	switch (key) {
	case 'o':
		destination_wishes_add(state, wishes, arg);
		return 0;
	case 'f':
		wishes->format = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

char *destinations_help(const char *text, const char *names)
{
	char *longer = NULL;

	return asprintf(&longer, "%s%s", text, names) < 0 ? (char *)text : longer;
}

/* The formats stand in one table, and are named from there. */
static char *add_formats(int key, const char *text, void *input)
{
	(void)input;
	return key == 'f' ? destinations_help(text, output_names()) : (char *)text;
}

const struct argp destinations_argp = {
	.options = table,
	.parser = parse,
	.help_filter = add_formats,
};

/* Name of the file that is kept when no -o was given. */
static const char *kept_pattern(const struct output *form)
{
	static char pattern[64];

	snprintf(pattern, sizeof(pattern), "%%n-%%p-%%t%s", form->suffixes[0]);
	return pattern;
}

static struct error *choose(const struct destination_wishes *wishes, const char *path,
			    const struct output **ret)
{
	const struct output *form;

	if (wishes->format) {
		form = output_by_name(wishes->format);
		if (!form)
			return error_create(ERROR_USAGE, "no format is called '%s': there are %s",
					    wishes->format, output_names());
	} else if (!path || !strcmp(path, "-")) {
		form = &output_folded;
	} else {
		form = output_by_suffix(path);
		if (!form)
			return error_create(ERROR_USAGE,
					    "the ending of '%s' is that of no format: -f takes %s",
					    path, output_names());
	}
	if (!form->write)
		return error_create(ERROR_USAGE,
				    "'%s': only `sonde record` makes recordings, and one a run",
				    path ? path : form->name);
	*ret = form;
	return NULL;
}

const char *destination_wishes_take_recording(struct destination_wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++) {
		const char *path = wishes->patterns[i];
		const struct output *form =
			wishes->format ? output_by_name(wishes->format) : output_by_suffix(path);

		if (form != &output_recording)
			continue;
		for (wishes->count--; i < wishes->count; i++)
			wishes->patterns[i] = wishes->patterns[i + 1];
		return path;
	}
	return NULL;
}

struct error *destinations_init(struct destinations *outputs,
				const struct destination_wishes *wishes)
{
	struct destination *item;
	struct error *err;
	size_t i;

	*outputs = (struct destinations) { 0 };
	for (i = 0; i < wishes->count; i++) {
		item = &outputs->items[outputs->count++];
		item->pattern = wishes->patterns[i];
		err = choose(wishes, item->pattern, &item->form);
		if (err)
			return err;
	}
	if (wishes->count)
		return NULL;
	if (!wishes->keep && wishes->format) { /* as with -o - */
		outputs->items[0].pattern = "-";
		outputs->count = 1;
		return choose(wishes, "-", &outputs->items[0].form);
	}
	outputs->table = true;
	if (!wishes->keep)
		return NULL;
	item = &outputs->items[0];
	err = choose(wishes, NULL, &item->form);
	if (err || item->form == &output_table)
		return err;
	item->pattern = kept_pattern(item->form);
	outputs->kept = true;
	outputs->count = 1;
	return NULL;
}

void destinations_deinit(struct destinations *outputs)
{
	size_t i;

	for (i = 0; i < outputs->count; i++)
		output_file_destroy(outputs->items[i].file);
	outputs->count = 0;
}

/* Before the command runs that names its PID: proves the name with ours. */
static struct error *open_one(struct destination *item, const struct output_name_facts *facts)
{
	bool proof = !facts->pid && strstr(item->pattern, "%p");
	struct output_name_facts own = *facts;
	struct output_file *file = NULL;
	struct error *err;

	if (proof)
		own.pid = getpid();
	CLEANUP(freep)
	char *path = output_file_name(item->pattern, &own);

	if (!path)
		return &error_nomem;
	err = output_file_open(path, item->form, &file);
	if (err)
		return err;
	if (proof)
		output_file_destroy(file);
	else
		item->file = file;
	return NULL;
}

struct error *destinations_open(struct destinations *outputs, const struct output_name_facts *facts)
{
	struct destination *item;
	struct error *err;
	size_t i;

	for (i = 0; i < outputs->count; i++) {
		item = &outputs->items[i];
		if (item->file)
			continue;
		err = open_one(item, facts);
		if (err && outputs->kept) { /* nobody asked for it: the table is enough */
			(void)exit_report(error_prefix(err, "the recording is not kept"));
			outputs->count = 0;
		} else if (err) {
			return err;
		}
	}
	return NULL;
}

void destinations_narrow(const struct destinations *outputs, struct report_options *options)
{
	bool shown = outputs->table;

	for (size_t i = 0; i < outputs->count; i++)
		shown = shown || !outputs->items[i].form->no_roots;
	if (!shown)
		options->thread_roots = options->process_roots = false;
}

void destinations_release(const struct destinations *outputs, struct profile *report)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (!outputs->items[i].form->only_counts)
			return;
	profile_drop_runs(report);
}

enum { MANY_SAMPLES = 1000 * 1000 /* writing fewer takes no time that anybody sees */ };

static struct error *write_file(const struct destination *item, const struct profile *profile,
				const struct output_facts *facts, bool quiet)
{
	const char *path = output_file_path(item->file);
	bool standard = !strcmp(path, "-");
	bool said = !quiet && !standard && profile->total >= MANY_SAMPLES && isatty(STDERR_FILENO);
	struct output_facts own = *facts;
	struct error *err;

	if (standard) {
		own.width = terminal_width(STDOUT_FILENO);
		own.colour = terminal_wants_colour(STDOUT_FILENO);
	}
	if (said)
		fprintf(stderr, "sonde: writing %s ...", path);
	err = output_file_write(item->file, profile, &own);
	if (said)
		fputs("\r\033[K", stderr);
	if (err && err->errnum == EPIPE) { /* whoever reads has enough */
		error_destroy(err);
		return NULL;
	}
	if (!err && !standard && !quiet)
		fprintf(stderr, "sonde: wrote %s\n", path);
	return err;
}

static struct error *write_table(const struct destinations *outputs, const struct profile *profile,
				 const struct output_facts *facts)
{
	FILE *file = outputs->table_to_error ? stderr : stdout;
	struct output_facts own = *facts;
	struct error *err;

	own.width = terminal_width(fileno(file));
	own.colour = terminal_wants_colour(fileno(file));
	err = output_table.write(profile, &own, file);
	if (!err && fflush(file) && errno != EPIPE)
		err = error_os(errno, "cannot write to standard output");
	return err;
}

struct error *destinations_write(struct destinations *outputs, const struct profile *profile,
				 const struct output_facts *facts, bool snapshot, bool quiet)
{
	struct error *first = NULL, *err;
	size_t i;

	for (i = 0; i < outputs->count; i++) {
		if (!outputs->items[i].file || (outputs->kept && !profile->total))
			continue;
		if (snapshot && !strcmp(output_file_path(outputs->items[i].file), "-"))
			continue;
		err = write_file(&outputs->items[i], profile, facts, quiet);
		if (first && err)
			(void)exit_report(err);
		else if (err)
			first = err;
	}
	if (outputs->table && !snapshot) {
		err = write_table(outputs, profile, facts);
		if (first && err)
			(void)exit_report(err);
		else if (err)
			first = err;
	}
	return first;
}
