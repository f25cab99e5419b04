/*
 * diff_forms.c - the table of the forms of a difference; which rows are shown, and what they say.
 */
#include "diff_forms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "frame_text.h"

const struct diff_output *const diff_outputs[] = {
	&diff_output_table, &diff_output_markdown, &diff_output_folded,
	&diff_output_html,  &diff_output_svg,      NULL,
};

const struct diff_output *diff_output_by_name(const char *name)
{
	for (size_t i = 0; diff_outputs[i]; i++)
		if (!strcasecmp(diff_outputs[i]->name, name))
			return diff_outputs[i];
	return NULL;
}

const struct diff_output *diff_output_by_suffix(const char *path)
{
	size_t length = strlen(path), ending;

	for (size_t i = 0; diff_outputs[i]; i++)
		for (const char *const *suffix = diff_outputs[i]->suffixes; *suffix; suffix++) {
			ending = strlen(*suffix);
			if (length > ending && !strcasecmp(path + length - ending, *suffix))
				return diff_outputs[i];
		}
	return NULL;
}

const char *diff_output_names(void)
{
	static char names[128];

	names[0] = '\0';
	for (size_t i = 0; diff_outputs[i]; i++) {
		strncat(names, i ? ", " : "", sizeof(names) - strlen(names) - 1);
		strncat(names, diff_outputs[i]->name, sizeof(names) - strlen(names) - 1);
	}
	return names;
}

static bool is_shown(const struct diff_facts *facts, const struct diff_row *row)
{
	const struct diff_change *const changes[] = { &row->self, &row->total };

	for (int i = 0; i < 2; i++)
		if (diff_change_shows(changes[i]) &&
		    !(facts->significant && diff_change_may_be_chance(changes[i])))
			return true;
	return false;
}

/* Whether it got slower: in itself, or where that shows nothing in what it called. */
static bool is_slower(const struct diff_row *row)
{
	return diff_change_shows(&row->self) ? row->self.delta > 0 : row->total.delta > 0;
}

struct error *diff_choose(const struct diff *diff, const struct diff_facts *facts,
			  struct diff_choice *ret)
{
	struct error *err;
	size_t kept = 0, slower = 0, faster;

	*ret = (struct diff_choice) { 0 };
	err = diff_rank(diff, facts->by, &ret->rows);
	if (err)
		return err;
	for (size_t i = 0; i < ret->rows.count; i++)
		if (is_shown(facts, &ret->rows.items[i]))
			ret->rows.items[kept++] = ret->rows.items[i];
	ret->unchanged = ret->rows.count - kept;
	ret->rows.count = kept;
	while (slower < kept && is_slower(&ret->rows.items[slower]))
		slower++;
	faster = kept - slower;
	ret->slower = facts->limit && slower > facts->limit ? facts->limit : slower;
	ret->faster = kept - (facts->limit && faster > facts->limit ? facts->limit : faster);
	ret->left_out = ret->faster - ret->slower;
	return NULL;
}

void diff_choice_deinit(struct diff_choice *choice)
{
	diff_rows_deinit(&choice->rows);
}

void diff_side_text(const struct diff *diff, enum diff_side side, struct text *text)
{
	const struct diff_weight *all = &diff->all[side];
	double elapsed = (double)diff->elapsed_ns[side];

	text_addf(text, "%" PRIu64 " sample%s", all->samples, all->samples == 1 ? "" : "s");
	if (!diff->elapsed_ns[side])
		return;
	text_addf(text, " in %.1f s, %.2f threads at a time", elapsed / 1e9,
		  (double)all->time_ns / elapsed);
}

void diff_title_text(const char *const titles[DIFF_SIDES], struct text *text)
{
	text_addf(text, "%s \u2192 %s", titles[DIFF_OLD], titles[DIFF_NEW]);
}

/* The frames of a stack, root first; no semicolons but those between. */
static void add_stack(const struct diff *diff, uint32_t node, struct text *text)
{
	ARRAY(uint32_t) path = { 0 };

	for (; node; node = diff->tree.nodes[node].parent)
		if (!array_push(&path, node))
			text->failed = true;
	if (!path.count)
		text_add(text, FRAME_TEXT_EMPTY);
	while (path.count) {
		size_t start = text->length;

		frame_text_add(text, profile_func_of(&diff->tree, path.items[--path.count]), 0);
		for (size_t i = start; i < text->length; i++)
			if (text->chars[i] == ';')
				text->chars[i] = ':';
		if (path.count)
			text_add_char(text, ';');
	}
	array_deinit(&path);
}

void diff_row_text(const struct diff *diff, const struct diff_row *row, struct text *text)
{
	text_clear(text);
	if (row->func)
		frame_text_add(text, row->func, 0);
	else
		add_stack(diff, row->node, text);
}
