/*
 * diff_table.c - a difference as a table for the terminal: shares old and new, and the points
 * between them.
 */
#include <langinfo.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "diff_forms.h"
#include "fit_text.h"

struct table {
	const struct diff *diff;
	const struct diff_facts *facts;
	FILE *file;
	bool utf8;
	bool doubts; /* a row was marked as maybe being chance */
};

/* Where the name begins, and how it is called. */
static int label_column(const struct table *table)
{
	return table->facts->by == DIFF_BY_STACK ? 26 : 51;
}

static void write_side(const struct table *table, enum diff_side side, struct text *text)
{
	text_clear(text);
	text_add_clean(text, table->facts->titles[side]);
	text_add(text, ": ");
	diff_side_text(table->diff, side, text);
	fprintf(table->file, "%s %s\n", side == DIFF_OLD ? "old:" : "new:", text_chars(text));
}

static void write_header(const struct table *table)
{
	bool by_stack = table->facts->by == DIFF_BY_STACK;

	fprintf(table->file, "%s%s%s%s\n", table->facts->colour ? "\033[1m" : "",
		by_stack ? "   old     new   points   " : "   own old     new   points   ",
		by_stack ? "stack" : "total old     new   points  function (file)",
		table->facts->colour ? "\033[0m" : "");
}

static void write_share(const struct table *table, const struct diff_change *change, int width,
			enum diff_side side)
{
	if (change->share[side] > 0)
		fprintf(table->file, "%*.1f%%", width - 1, 100 * change->share[side]);
	else
		fprintf(table->file, "%*s", width, "-");
}

/* "+4.9", "+0.3~" where chance may have made it; red is slower, green faster. */
static void write_points(struct table *table, const struct diff_change *change)
{
	bool doubt = diff_change_shows(change) && diff_change_may_be_chance(change);
	const char *colour = "", *end = "";

	if (table->facts->colour && diff_change_shows(change)) {
		colour = doubt ? "\033[2m" : change->delta > 0 ? "\033[31m" : "\033[32m";
		end = "\033[0m";
	}
	table->doubts |= doubt;
	if (diff_change_shows(change))
		fprintf(table->file, " %s%+7.1f%s%c", colour, 100 * change->delta, end,
			doubt ? '~' : ' ');
	else
		fprintf(table->file, " %7s ", "0.0");
}

static struct error *write_row(struct table *table, const struct diff_row *row, struct text *label,
			       struct text *line)
{
	bool by_stack = table->facts->by == DIFF_BY_STACK;
	int column = label_column(table);
	int width = table->facts->width > column + 10 ? table->facts->width - column : 0;

	diff_row_text(table->diff, row, label);
	text_clear(line);
	if (by_stack)
		fit_text_end(line, label, width, table->utf8);
	else
		fit_text(line, label, width, table->utf8);
	if (label->failed || line->failed)
		return &error_nomem;
	write_share(table, &row->self, by_stack ? 7 : 10, DIFF_OLD);
	write_share(table, &row->self, 8, DIFF_NEW);
	write_points(table, &row->self);
	if (!by_stack) {
		write_share(table, &row->total, 11, DIFF_OLD);
		write_share(table, &row->total, 8, DIFF_NEW);
		write_points(table, &row->total);
	}
	fprintf(table->file, "  %s\n", text_chars(line));
	return NULL;
}

static void write_rest(const struct table *table, const struct diff_choice *choice)
{
	const char *what = table->facts->by == DIFF_BY_STACK ? "stack" : "function";

	if (!choice->rows.count)
		fprintf(table->file, "no difference%s\n",
			table->facts->significant ? " that chance does not explain" : "");
	else if (choice->unchanged)
		fprintf(table->file, "%zu more %s%s without %sdifference\n", choice->unchanged,
			what, choice->unchanged == 1 ? "" : "s",
			table->facts->significant ? "such a " : "");
	if (table->doubts)
		fputs("~ may be chance: too few samples to tell\n", table->file);
}

static struct error *write_rows(struct table *table, const struct diff_choice *choice)
{
	CLEANUP(text_deinit)
	struct text label = { 0 };
	CLEANUP(text_deinit)
	struct text line = { 0 };
	struct error *err = NULL;

	write_side(table, DIFF_OLD, &label);
	write_side(table, DIFF_NEW, &label);
	if (choice->rows.count)
		write_header(table);
	for (size_t i = 0; !err && i < choice->rows.count; i++) {
		if (i == choice->slower && choice->left_out) {
			fprintf(table->file, "%*s%s %zu more\n", label_column(table), "",
				table->utf8 ? "\u2026" : "...", choice->left_out);
			i = choice->faster;
			if (i == choice->rows.count)
				break;
		}
		err = write_row(table, &choice->rows.items[i], &label, &line);
	}
	write_rest(table, choice);
	return err;
}

static struct error *table_write(const struct diff *diff, const struct diff_facts *facts,
				 FILE *file)
{
	struct table table = { diff, facts, file, !strcmp(nl_langinfo(CODESET), "UTF-8"), false };
	CLEANUP(diff_choice_deinit)
	struct diff_choice choice = { 0 };
	struct error *err = diff_choose(diff, facts, &choice);

	return err ? err : write_rows(&table, &choice);
}

static const char *const suffixes[] = { ".table", NULL };

const struct diff_output diff_output_table = {
	.name = "table",
	.suffixes = suffixes,
	.write = table_write,
};
