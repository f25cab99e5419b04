/*
 * model.c - samples in, parts out.
 *
 * A thread that does the same as at the last look is not counted look by look: only its time grows,
 * until it does something else or a piece of time is over.
 */
#include "ui/model.h"

#include <stdlib.h>
#include <string.h>

enum { MEASURE_MIN_NS = 10 * CLOCK_MS_NS };

static void part_deinit(struct part *part)
{
	counts_deinit(&part->samples);
}

static void part_clear(struct part *part)
{
	counts_clear(&part->samples);
	part->looked_ns = part->gil_ns = part->gc_ns = 0;
}

static bool part_add(struct part *part, const struct part *more)
{
	part->looked_ns += more->looked_ns;
	part->gil_ns += more->gil_ns;
	part->gc_ns += more->gc_ns;
	return counts_add_all(&part->samples, &more->samples);
}

static bool part_copy(struct part *part, const struct part *from)
{
	part->looked_ns = from->looked_ns;
	part->gil_ns = from->gil_ns;
	part->gc_ns = from->gc_ns;
	return counts_copy(&part->samples, &from->samples);
}

static struct part *slot_at(struct model *model, uint64_t number)
{
	return &model->slots[number % MODEL_SLOTS];
}

static bool count_thread(struct model *model, struct thread_now *thread)
{
	uint64_t ns = thread->uncounted_ns;

	thread->uncounted_ns = 0;
	return counts_add(&slot_at(model, model->slot)->samples, thread->key, ns) &&
	       counts_add(&model->total.samples, thread->key, ns);
}

static bool count_threads(struct model *model)
{
	for (size_t i = 0; i < model->threads.count; i++)
		if (!count_thread(model, &model->threads.items[i]))
			return false;
	return true;
}

/* The oldest pieces go: they are too old, or there is too much in all of them. */
static void drop_slots(struct model *model)
{
	size_t entries = 0;

	for (uint64_t i = model->slot; i > model->first_slot; i--) {
		entries += slot_at(model, i - 1)->samples.count;
		if (model->slot - (i - 1) >= MODEL_SLOTS || entries > MODEL_SLOT_ENTRIES_MAX) {
			model->first_slot = i;
			break;
		}
	}
}

/* The piece of time in which a look lies becomes the one that is filled. */
static bool turn_slot(struct model *model, uint64_t time_ns)
{
	uint64_t slot = time_ns / MODEL_SLOT_NS;

	if (slot <= model->slot)
		return true;
	if (!count_threads(model))
		return false;
	if (slot - model->slot >= MODEL_SLOTS) { /* long ago: nothing of it is in any window */
		for (size_t i = 0; i < MODEL_SLOTS; i++)
			part_clear(&model->slots[i]);
		model->slot = model->first_slot = slot;
		return true;
	}
	while (model->slot < slot)
		part_clear(slot_at(model, ++model->slot));
	if (model->slot >= MODEL_SLOTS && model->first_slot <= model->slot - MODEL_SLOTS)
		model->first_slot = model->slot - MODEL_SLOTS + 1;
	drop_slots(model);
	return true;
}

static bool add_sample(struct model *model, const struct tick *tick, const struct sample *sample)
{
	const struct thread_now unseen = { 0 };
	struct thread_now *thread;
	uint64_t key;

	if (sample->thread >= MODEL_THREADS_MAX)
		return true;
	while (model->threads.count <= sample->thread)
		if (!array_push(&model->threads, unseen))
			return false;
	thread = &model->threads.items[sample->thread];
	key = sample_key_pack(sample);
	if (thread->key != key && !count_thread(model, thread))
		return false;
	thread->key = key;
	thread->uncounted_ns += tick->weight_ns;
	thread->seen_ns = tick->time_ns;
	return true;
}

static struct error *model_add(struct sink *sink, const struct tick *tick)
{
	struct model *model = (struct model *)sink;
	struct part *slot;
	uint8_t flags = 0;

	if (!turn_slot(model, tick->time_ns))
		return &error_nomem;
	model->time_ns = tick->time_ns;
	model->times_ns[model->looks++ % MODEL_RECENT] = tick->time_ns;
	for (size_t i = 0; i < tick->count; i++) {
		flags |= tick->samples[i].flags;
		if (!add_sample(model, tick, &tick->samples[i]))
			return &error_nomem;
	}
	slot = slot_at(model, model->slot);
	slot->looked_ns += tick->weight_ns;
	model->total.looked_ns += tick->weight_ns;
	model->looked_ns += tick->weight_ns;
	if (flags & SAMPLE_HOLDS_GIL) {
		slot->gil_ns += tick->weight_ns;
		model->total.gil_ns += tick->weight_ns;
		model->gil_ns += tick->weight_ns;
	}
	if (flags & SAMPLE_IN_GC) {
		slot->gc_ns += tick->weight_ns;
		model->total.gc_ns += tick->weight_ns;
	}
	return NULL;
}

void model_init(struct model *model, const struct profile *dictionary)
{
	*model = (struct model) { .sink.add = model_add, .dictionary = dictionary };
}

void model_deinit(struct model *model)
{
	for (size_t i = 0; i < MODEL_SLOTS; i++)
		part_deinit(&model->slots[i]);
	part_deinit(&model->total);
	part_deinit(&model->window_shown);
	part_deinit(&model->total_shown);
	array_deinit(&model->threads);
}

/* How it went since the last measure; a moment too short to tell changes nothing. */
static void measure_looking(struct model *model, const struct stats *stats)
{
	uint64_t elapsed_ns = stats->elapsed_ns - model->stats.elapsed_ns;

	if (elapsed_ns < MEASURE_MIN_NS)
		return;
	model->rate_hz = (double)(stats->ticks - model->stats.ticks) * 1e9 / (double)elapsed_ns;
	model->own_cpu = (double)(stats->own_cpu_ns - model->stats.own_cpu_ns) / (double)elapsed_ns;
	model->stats = *stats;
}

void model_measure(struct model *model, const struct load *load, const struct stats *stats)
{
	uint64_t looked_ns = model->looked_ns - model->measured_looked_ns;
	uint64_t gil_ns = model->gil_ns - model->measured_gil_ns;
	struct load_point *point = &model->points[model->point_count++ % MODEL_POINTS];

	model->measured_looked_ns = model->looked_ns;
	model->measured_gil_ns = model->gil_ns;
	model->load = *load;
	measure_looking(model, stats);
	*point = (struct load_point) {
		.cpu = load->cpu,
		.gil = looked_ns ? (double)gil_ns / (double)looked_ns : 0,
		.rss_bytes = load->rss_bytes,
	};
}

struct error *model_refresh(struct model *model, uint64_t window_ns)
{
	uint64_t slots = window_ns / MODEL_SLOT_NS, first = model->first_slot;

	if (!count_threads(model))
		return &error_nomem;
	if (model->slot >= slots && model->slot - slots > first)
		first = model->slot - slots;
	part_clear(&model->window_shown);
	for (uint64_t i = first; i <= model->slot; i++)
		if (!part_add(&model->window_shown, slot_at(model, i)))
			return &error_nomem;
	if (!part_copy(&model->total_shown, &model->total))
		return &error_nomem;
	model->shown_ns = model->time_ns;
	return NULL;
}

void model_reset(struct model *model)
{
	for (size_t i = 0; i < model->threads.count; i++)
		model->threads.items[i].uncounted_ns = 0;
	for (size_t i = 0; i < MODEL_SLOTS; i++)
		part_clear(&model->slots[i]);
	part_clear(&model->total);
	model->reset_ns = model->time_ns;
}

const struct load_point *model_point(const struct model *model, size_t back)
{
	if (back >= model->point_count || back >= MODEL_POINTS)
		return NULL;
	return &model->points[(model->point_count - 1 - back) % MODEL_POINTS];
}
