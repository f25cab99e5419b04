/*
 * table.c - the hottest functions: which share of the samples was in them, and below them.
 *
 * Lines of a function count together. A function counts once for each stack that it is in, however
 * often it calls itself.
 */
#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "call_graph.h"
#include "fit_text.h"
#include "frame_text.h"
#include "output/output.h"

enum { ROWS_MAX = 20 /* a screen, with room for what else a run says */ };

static const char header[] = "   own   total  samples  function (file)";
enum { LABEL_COLUMN = 25 /* where "function" stands in it */ };

struct table {
	struct call_graph graph; /* its functions are sorted */
	uint64_t total;
	bool utf8; /* what the terminal takes */
};

static void table_deinit(struct table *table)
{
	call_graph_deinit(&table->graph);
}

/* The frames at the root that say which thread or process are no functions. */
static bool table_naming(const struct func *func, struct text *name, struct text *file,
			 int32_t *line)
{
	(void)line;
	text_add(name, func->name);
	text_add(file, func->file);
	return func->kind == FRAME_PYTHON || func->kind == FRAME_MARKER;
}

static int compare_rows(const void *left, const void *right)
{
	const struct graph_function *a = left, *b = right;
	int order;

	if (a->own.samples != b->own.samples)
		return a->own.samples < b->own.samples ? 1 : -1;
	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	order = strcmp(a->func->name, b->func->name);
	return order ? order : strcmp(a->func->file, b->func->file);
}

/* "name (file)"; where that is too wide, the file without its directories. */
static void label_of(struct text *label, const struct func *function, int width, bool utf8)
{
	const char *slash = strrchr(function->file, '/');
	struct func shorter = *function;

	text_clear(label);
	frame_text_add(label, function, 0);
	if (!width || !slash || fit_text_width(label, utf8) <= width)
		return;
	shorter.file = slash + 1;
	text_clear(label);
	frame_text_add(label, &shorter, 0);
}

static struct error *write_rows(const struct table *table, const struct output_facts *facts,
				FILE *file)
{
	CLEANUP(text_deinit)
	struct text label = { 0 }, line = { 0 };
	int width = facts->width > LABEL_COLUMN + 10 ? facts->width - LABEL_COLUMN : 0;
	double total = (double)table->total;
	size_t i, shown = 0, all = 0;
	const struct graph_function *row;

	fprintf(file, "%s%s%s\n", facts->colour ? "\033[1m" : "", header,
		facts->colour ? "\033[0m" : "");
	for (i = 0; i < table->graph.function_count; i++) {
		row = &table->graph.functions[i];
		if (!row->total.samples)
			continue;
		if (all++ >= ROWS_MAX)
			continue;
		shown++;
		text_clear(&line);
		label_of(&label, row->func, width, table->utf8);
		fit_text(&line, &label, width, table->utf8);
		if (label.failed || line.failed)
			return &error_nomem;
		fprintf(file, "%5.1f%%  %5.1f%%  %7" PRIu64 "  %s\n",
			100.0 * (double)row->own.samples / total,
			100.0 * (double)row->total.samples / total, row->own.samples,
			text_chars(&line));
	}
	if (all > shown)
		fprintf(file, "%*s%s %zu more\n", LABEL_COLUMN, "", table->utf8 ? "\u2026" : "...",
			all - shown);
	return NULL;
}

/* "COMMAND: N samples" */
static struct error *write_title(const struct table *table, const struct output_facts *facts,
				 FILE *file)
{
	CLEANUP(text_deinit)
	struct text title = { 0 }, line = { 0 };
	char count[48];
	int width;

	snprintf(count, sizeof(count), "%" PRIu64 " sample%s", table->total,
		 table->total == 1 ? "" : "s");
	width = facts->width > (int)strlen(count) + 20 ? facts->width - (int)strlen(count) - 2 : 0;
	if (facts->title) {
		text_add_clean(&title, facts->title);
		fit_text(&line, &title, width, table->utf8);
		text_add(&line, ": ");
	}
	if (title.failed || line.failed)
		return &error_nomem;
	fprintf(file, "%s%s\n", text_chars(&line), count);
	return NULL;
}

static struct error *table_write(const struct profile *profile, const struct output_facts *facts,
				 FILE *file)
{
	CLEANUP(table_deinit)
	struct table table = { .total = profile->total };
	struct graph_function *functions;
	struct error *err;

	table.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	err = write_title(&table, facts, file);
	if (err || !profile->total)
		return err;
	err = call_graph_init(&table.graph, profile, GRAPH_NO_CALLS, table_naming);
	if (err)
		return err;
	functions = table.graph.functions;
	functions[0].total = functions[0].own; /* of stacks without a frame */
	qsort(functions, table.graph.function_count, sizeof(*functions), compare_rows);
	return write_rows(&table, facts, file);
}

static const char *const aliases[] = { "text", NULL };
static const char *const suffixes[] = { ".table", NULL };

const struct output output_table = {
	.name = "table",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "the hottest functions, for people",
	.only_counts = true,
	.write = table_write,
};
