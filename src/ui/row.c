/*
 * row.c - one row: what it is called, what it is about, what comes before what.
 */
#include <string.h>

#include "base/utf8.h"
#include "ui/rows.h"

const char *const state_names[SAMPLE_STATES + 1] = {
	"run", "gil", "lock", "io", "sleep", "wait", ""
};

uint8_t sum_state(const struct sum *sum)
{
	size_t most = SAMPLE_STATES;

	for (size_t i = 0; i < SAMPLE_STATES; i++)
		if (sum->states[i] && (most == SAMPLE_STATES || sum->states[i] > sum->states[most]))
			most = i;
	return (uint8_t)most;
}

const struct func *row_func(const struct row *row, const struct tree *tree)
{
	const struct profile *dictionary = tree->dictionary;

	switch (row->by) {
	case BY_FUNCTION:
	case BY_FILE:
		return &dictionary->funcs[row->index];
	case BY_LINE:
		return &dictionary->funcs[dictionary->frames[row->index].func];
	case BY_TREE:
		return &dictionary->funcs[tree_func_of(tree, row->index)];
	default:
		return NULL;
	}
}

static void label_thread(const struct row *row, const struct model *model, struct text *name,
			 struct text *place)
{
	const struct profile *dictionary = model->dictionary;
	const struct thread_info *thread = &dictionary->threads[row->index];
	struct sample_key now;

	if (*thread->name)
		text_add_clean(name, thread->name);
	else
		text_add(name, "thread");
	if (dictionary->process_count > 1)
		text_addf(name, " %d/%d", (int)dictionary->processes[thread->process].pid,
			  (int)thread->tid);
	else if (thread->tid)
		text_addf(name, " %d", (int)thread->tid);
	if (row->index >= model->threads.count || !model->threads.items[row->index].seen_ns)
		return;
	now = sample_key_unpack(model->threads.items[row->index].key);
	if (!model_is_seen(model, row->index)) {
		text_add(place, "ended");
	} else if (now.node) {
		text_add(place, "in ");
		text_add_clean(place, profile_func_of(dictionary, now.node)->name);
	}
}

/* The command line without the directory of the program. */
static const char *command_of(const struct process_info *process)
{
	const char *command = process->command, *end = strchrnul(command, ' ');

	for (const char *p = command; p < end; p++)
		if (*p == '/' && p + 1 < end)
			command = p + 1;
	return command;
}

void row_label(const struct row *row, const struct model *model, const struct tree *tree,
	       struct text *name, struct text *place)
{
	const struct func *func = row_func(row, tree);
	int32_t line = 0;

	if (row->by == BY_THREAD) {
		label_thread(row, model, name, place);
		return;
	}
	if (row->by == BY_PROCESS) {
		const struct process_info *process = &model->dictionary->processes[row->index];

		text_addf(name, "%d ", (int)process->pid);
		text_add_clean(name, command_of(process));
		text_add_clean(place, process->python);
		return;
	}
	if (row->by == BY_FILE && *func->file) {
		text_add_clean(name, func->file);
		return;
	}
	text_add_clean(name, func->name);
	text_add_clean(place, func->file);
	if (row->by == BY_LINE)
		line = model->dictionary->frames[row->index].line;
	else
		line = func->first_line;
	if (line > 0 && *func->file)
		text_addf(place, ":%d", (int)line);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b); /* large ones first */
}

static int compare_names(const struct row *a, const struct row *b, const struct model *model,
			 const struct tree *tree)
{
	const struct func *left = row_func(a, tree), *right = row_func(b, tree);
	int order;

	if (a->by == BY_THREAD)
		return strcmp(model->dictionary->threads[a->index].name,
			      model->dictionary->threads[b->index].name);
	if (!left || !right)
		return strcmp(model->dictionary->processes[a->index].command,
			      model->dictionary->processes[b->index].command);
	if (a->by == BY_FILE)
		return strcmp(left->file, right->file);
	order = strcmp(left->name, right->name);
	return order ? order : strcmp(left->path, right->path);
}

static int compare_column(const struct row *a, const struct row *b, const struct choice *choice,
			  const struct model *model, const struct tree *tree)
{
	switch (choice->sort) {
	case COLUMN_OWN:
		return compare_numbers(a->sum.own, b->sum.own);
	case COLUMN_TOTAL:
		return compare_numbers(a->sum.total, b->sum.total);
	case COLUMN_OWN_TIME:
		return compare_numbers(a->sum.own_time, b->sum.own_time);
	case COLUMN_TOTAL_TIME:
		return compare_numbers(a->sum.total_time, b->sum.total_time);
	case COLUMN_STATE:
		return sum_state(&a->sum) - sum_state(&b->sum);
	default:
		return compare_names(a, b, model, tree);
	}
}

int row_compare(const struct row *a, const struct row *b, const struct choice *choice,
		const struct model *model, const struct tree *tree)
{
	int order = compare_column(a, b, choice, model, tree);

	if (order)
		return choice->reverse ? -order : order;
	order = compare_numbers(a->sum.own, b->sum.own);
	if (!order)
		order = compare_numbers(a->sum.total, b->sum.total);
	if (!order)
		order = compare_numbers(a->sum.own_time, b->sum.own_time);
	if (!order)
		order = compare_numbers(a->sum.total_time, b->sum.total_time);
	if (!order)
		order = compare_names(a, b, model, tree);
	return order ? order : (a->index > b->index) - (a->index < b->index);
}
