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

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "children.h"
#include "fit_text.h"
#include "frame_text.h"
#include "output/output.h"

enum { ROWS_MAX = 20 /* a screen, with room for what else a run says */ };

static const char header[] = "   own   total  samples  function (file)";
enum { LABEL_COLUMN = 25 /* where "function" stands in it */ };

struct row {
	const struct func *function;
	uint64_t own, total;
	uint32_t on_path; /* how often it is in the stack that is being walked */
};

struct table {
	struct profile functions; /* by name and file; the tree is not used */
	uint32_t *function;       /* by function of the profile */
	struct row *rows;         /* by function, until they are sorted */
	size_t count;
	uint64_t total;
	bool utf8; /* what the terminal takes */
};

static void table_deinit(struct table *table)
{
	profile_deinit(&table->functions);
	free(table->function);
	free(table->rows);
}

/* The frames at the root that say which thread or process are no functions. */
static bool is_function(const struct func *func)
{
	return func->kind == FRAME_PYTHON || func->kind == FRAME_MARKER;
}

static struct error *table_functions(struct table *table, const struct profile *profile)
{
	const struct func empty = { FRAME_MARKER, FRAME_TEXT_EMPTY, "", "", 0, 0 };
	struct error *err;
	uint32_t none;
	size_t i;

	/* function 0 stands for stacks without any */
	err = profile_func(&table->functions, &empty, &none);
	if (err)
		return err;
	table->function = calloc(profile->func_count + 1, sizeof(*table->function));
	if (!table->function)
		return &error_nomem;
	for (i = 0; i < profile->func_count; i++) {
		const struct func *func = &profile->funcs[i];
		const struct func shown = { func->kind, func->name, "", func->file, 0, 0 };

		if (!is_function(func))
			continue;
		err = profile_func(&table->functions, &shown, &table->function[i]);
		if (err)
			return err;
	}
	table->count = table->functions.func_count;
	table->rows = calloc(table->count, sizeof(*table->rows));
	if (!table->rows)
		return &error_nomem;
	for (i = 0; i < table->count; i++)
		table->rows[i].function = &table->functions.funcs[i];
	return NULL;
}

/* Samples at each node and below it. *ret is malloc'ed. */
static struct error *subtree_counts(const struct profile *profile, uint64_t **ret)
{
	uint64_t *counts = calloc(profile->node_count, sizeof(*counts));
	size_t n;

	if (!counts)
		return &error_nomem;
	for (n = profile->node_count; n-- > 0;) {
		counts[n] += profile->nodes[n].count;
		if (n)
			counts[profile->nodes[n].parent] += counts[n];
	}
	*ret = counts;
	return NULL;
}

static struct row *row_of(struct table *table, const struct profile *profile, uint32_t node)
{
	return &table->rows[node ? table->function[profile_frame_of(profile, node)->func] : 0];
}

/* Walks the tree; a node is on the stack as itself, and as ~itself where it is left. */
static struct error *table_count(struct table *table, const struct profile *profile,
				 const struct children *children, const uint64_t *counts)
{
	ARRAY(int64_t) todo = { 0 };
	struct error *err = NULL;
	int64_t at;
	uint32_t i;

	if (!array_push(&todo, 0))
		return &error_nomem;
	while (!err && todo.count) {
		at = todo.items[--todo.count];
		uint32_t node = (uint32_t)(at < 0 ? ~at : at);
		struct row *row = row_of(table, profile, node);

		if (at < 0) {
			row->on_path--;
			continue;
		}
		row->own += profile->nodes[node].count;
		if (row == table->rows)
			row->total += profile->nodes[node].count;
		else if (!row->on_path)
			row->total += counts[node];
		row->on_path++;
		if (!array_push(&todo, ~at))
			err = &error_nomem;
		for (i = children->first[node]; !err && i < children->first[node + 1]; i++)
			if (!array_push(&todo, (int64_t)children->nodes[i]))
				err = &error_nomem;
	}
	array_deinit(&todo);
	return err;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order;

	if (a->own != b->own)
		return a->own < b->own ? 1 : -1;
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	order = strcmp(a->function->name, b->function->name);
	return order ? order : strcmp(a->function->file, b->function->file);
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
	const struct row *row;

	fprintf(file, "%s%s%s\n", facts->colour ? "\033[1m" : "", header,
		facts->colour ? "\033[0m" : "");
	for (i = 0; i < table->count; i++) {
		row = &table->rows[i];
		if (!row->total)
			continue;
		if (all++ >= ROWS_MAX)
			continue;
		shown++;
		text_clear(&line);
		label_of(&label, row->function, width, table->utf8);
		fit_text(&line, &label, width, table->utf8);
		if (label.failed || line.failed)
			return &error_nomem;
		fprintf(file, "%5.1f%%  %5.1f%%  %7" PRIu64 "  %s\n",
			100.0 * (double)row->own / total, 100.0 * (double)row->total / total,
			row->own, text_chars(&line));
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
	CLEANUP(children_deinit)
	struct children children = { 0 };
	CLEANUP(freep)
	uint64_t *counts = NULL;
	struct error *err;

	table.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	err = write_title(&table, facts, file);
	if (err || !profile->total)
		return err;
	err = profile_init(&table.functions);
	if (!err)
		err = table_functions(&table, profile);
	if (!err)
		err = children_init(&children, profile);
	if (!err)
		err = subtree_counts(profile, &counts);
	if (!err)
		err = table_count(&table, profile, &children, counts);
	if (err)
		return err;
	qsort(table.rows, table.count, sizeof(*table.rows), compare_rows);
	return write_rows(&table, facts, file);
}

static const char *const aliases[] = { "text", NULL };
static const char *const suffixes[] = { ".table", NULL };

const struct output output_table = {
	.name = "table",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "the hottest functions, for people",
	.write = table_write,
};
