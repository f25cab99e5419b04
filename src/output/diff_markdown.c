/*
 * diff_markdown.c - a difference for a ticket or a merge request: one table.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "diff_forms.h"

enum { STACK_BYTES_MAX = 300 /* of a cell; the end, where the time goes, is kept */ };

/* As code inside a cell: nothing of it is taken for markup. */
static void add_code(struct text *cell, const char *chars)
{
	text_add_char(cell, '`');
	for (; *chars; chars++) {
		if (*chars == '|')
			text_add(cell, "\\|");
		else
			text_add_char(cell, *chars == '`' ? '\'' : *chars);
	}
	text_add_char(cell, '`');
}

static void write_side(const struct diff *diff, const struct diff_facts *facts, enum diff_side side,
		       FILE *file)
{
	CLEANUP(text_deinit)
	struct text title = { 0 };
	CLEANUP(text_deinit)
	struct text text = { 0 };

	text_add_clean(&title, facts->titles[side]);
	add_code(&text, text_chars(&title));
	text_add(&text, ": ");
	diff_side_text(diff, side, &text);
	fprintf(file, "- **%s** %s\n", side == DIFF_OLD ? "old" : "new", text_chars(&text));
}

static void write_change(const struct diff_change *change, FILE *file)
{
	for (int side = 0; side < DIFF_SIDES; side++) {
		if (change->share[side] > 0)
			fprintf(file, " %.1f %% |", 100 * change->share[side]);
		else
			fputs(" - |", file);
	}
	if (!diff_change_shows(change))
		fputs(" 0.0 |", file);
	else if (diff_change_may_be_chance(change))
		fprintf(file, " (%+.1f) |", 100 * change->delta);
	else
		fprintf(file, " **%+.1f** |", 100 * change->delta);
}

static const char *last_bytes(const char *chars)
{
	size_t length = strlen(chars);

	if (length <= STACK_BYTES_MAX)
		return chars;
	chars += length - STACK_BYTES_MAX;
	while (((unsigned char)*chars & 0xC0) == 0x80)
		chars++;
	return chars;
}

static struct error *write_row(const struct diff *diff, const struct diff_row *row, FILE *file)
{
	CLEANUP(text_deinit)
	struct text label = { 0 };
	CLEANUP(text_deinit)
	struct text cell = { 0 };
	const char *shown;

	diff_row_text(diff, row, &label);
	shown = row->func ? text_chars(&label) : last_bytes(text_chars(&label));
	add_code(&cell, shown);
	if (label.failed || cell.failed)
		return &error_nomem;
	fputc('|', file);
	write_change(&row->self, file);
	if (row->func)
		write_change(&row->total, file);
	fprintf(file, " %s%s |\n", shown == text_chars(&label) ? "" : "\u2026", text_chars(&cell));
	return NULL;
}

static void write_rest(const struct diff_choice *choice, const struct diff_facts *facts, FILE *file)
{
	const char *chance = facts->significant ? " that chance does not explain" : "";

	if (!choice->rows.count) {
		fprintf(file, "No difference%s.\n", chance);
		return;
	}
	fputs("\nPoints are of the share of the time; in brackets: may be chance, too few samples "
	      "to tell.\n",
	      file);
	if (choice->left_out)
		fprintf(file, "Left out: %zu smaller differences.\n", choice->left_out);
}

static struct error *markdown_write(const struct diff *diff, const struct diff_facts *facts,
				    FILE *file)
{
	CLEANUP(diff_choice_deinit)
	struct diff_choice choice = { 0 };
	struct error *err = diff_choose(diff, facts, &choice);

	if (err)
		return err;
	write_side(diff, facts, DIFF_OLD, file);
	write_side(diff, facts, DIFF_NEW, file);
	fputc('\n', file);
	if (choice.rows.count && facts->by == DIFF_BY_STACK)
		fputs("| old | new | points | stack |\n|--:|--:|--:|:--|\n", file);
	else if (choice.rows.count)
		fputs("| own old | new | points | total old | new | points | function |\n"
		      "|--:|--:|--:|--:|--:|--:|:--|\n",
		      file);
	for (size_t i = 0; !err && i < choice.rows.count; i++)
		if (i < choice.slower || i >= choice.faster)
			err = write_row(diff, &choice.rows.items[i], file);
	write_rest(&choice, facts, file);
	return err;
}

static const char *const suffixes[] = { ".md", ".markdown", NULL };

const struct diff_output diff_output_markdown = {
	.name = "markdown",
	.suffixes = suffixes,
	.write = markdown_write,
};
