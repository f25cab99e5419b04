/*
 * sums.c - from samples to the nodes of the tree, and up to the root.
 */
#include "ui/sums.h"

#include <string.h>

void sums_deinit(struct sums *sums)
{
	array_deinit(&sums->nodes);
	array_deinit(&sums->threads);
}

void sum_add(struct sum *sum, const struct sum *more)
{
	sum->own += more->own;
	sum->total += more->total;
	sum->own_time += more->own_time;
	sum->total_time += more->total_time;
	for (size_t i = 0; i < SAMPLE_STATES; i++)
		sum->states[i] += more->states[i];
	sum->gil += more->gil;
	sum->gc += more->gc;
}

static void add_kind(struct sum *sum, const struct sample_key *sample, uint64_t ns)
{
	if (sample->state < SAMPLE_STATES)
		sum->states[sample->state] += ns;
	if (sample->flags & SAMPLE_HOLDS_GIL)
		sum->gil += ns;
	if (sample->flags & SAMPLE_IN_GC)
		sum->gc += ns;
}

/* A sample that is shown, of the window or of all that was since the start. */
static void add_time(struct sum *sum, uint64_t ns, bool window)
{
	if (window)
		sum->own += ns;
	else
		sum->own_time += ns;
}

static bool is_wanted(const struct choice *choice, const struct model *model, uint32_t thread)
{
	return (choice->thread == CHOICE_ANY || choice->thread == thread) &&
	       (choice->process == CHOICE_ANY ||
		choice->process == model->dictionary->threads[thread].process);
}

static void add_part(struct sums *sums, const struct model *model, const struct choice *choice,
		     const struct tree *tree, bool window)
{
	const struct counts *samples =
		window ? &model->window_shown.samples : &model->total_shown.samples;

	for (size_t i = 0; i < samples->capacity; i++) {
		uint64_t ns = samples->slots[i].value;
		struct sample_key sample;
		uint32_t node;

		if (!ns)
			continue;
		sample = sample_key_unpack(samples->slots[i].key);
		if (window)
			add_kind(&sums->threads.items[sample.thread], &sample, ns);
		node = tree->of_stack.items[sample.node];
		if (node == TREE_NONE || !choice_passes(choice, sample.state, sample.flags))
			continue;
		add_time(&sums->threads.items[sample.thread], ns, window);
		if (!is_wanted(choice, model, sample.thread))
			continue;
		add_time(&sums->nodes.items[node], ns, window);
		if (window)
			add_kind(&sums->nodes.items[node], &sample, ns);
	}
}

/* Children stand behind their parents. */
static void add_up(struct sums *sums, const struct tree *tree)
{
	for (size_t n = sums->nodes.count; n-- > 0;) {
		struct sum *sum = &sums->nodes.items[n], child;

		sum->total += sum->own;
		sum->total_time += sum->own_time;
		if (!n)
			return;
		child = *sum;
		child.own = child.own_time = 0;
		sum_add(&sums->nodes.items[tree->nodes.items[n].parent], &child);
	}
}

struct error *sums_make(struct sums *sums, const struct model *model, const struct choice *choice,
			const struct tree *tree)
{
	size_t threads = model->dictionary->thread_count;

	sums->nodes.count = sums->threads.count = 0;
	if (!array_reserve(&sums->nodes, tree->nodes.count) ||
	    !array_reserve(&sums->threads, threads))
		return &error_nomem;
	sums->nodes.count = tree->nodes.count;
	sums->threads.count = threads;
	if (tree->nodes.count)
		memset(sums->nodes.items, 0, tree->nodes.count * sizeof(*sums->nodes.items));
	if (threads)
		memset(sums->threads.items, 0, threads * sizeof(*sums->threads.items));
	add_part(sums, model, choice, tree, true);
	add_part(sums, model, choice, tree, false);
	add_up(sums, tree);
	for (size_t i = 0; i < threads; i++) {
		sums->threads.items[i].total = sums->threads.items[i].own;
		sums->threads.items[i].total_time = sums->threads.items[i].own_time;
	}
	return NULL;
}
