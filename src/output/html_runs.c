/*
 * html_runs.c - runs of a long recording, merged slice of time by slice of time.
 *
 * A slice is as long as it has to be: it is doubled until few enough are left. In the end a slice
 * is the whole recording, and there is one run for each thread, stack and state.
 */
#include "html_runs.h"

#include <stdlib.h>

enum { SLICES = 4096 /* more than a time line has pixels */ };

/* A run and where it stood among those of its slice. */
struct placed {
	struct run run;
	size_t place;
};

struct slice {
	ARRAY(struct placed) items; /* of one thread */
	uint64_t number;
};

static int compare_kinds(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->run.node != b->run.node)
		return a->run.node < b->run.node ? -1 : 1;
	if (a->run.state != b->run.state)
		return a->run.state < b->run.state ? -1 : 1;
	if (a->run.flags != b->run.flags)
		return a->run.flags < b->run.flags ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

static int compare_places(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	return (a->place > b->place) - (a->place < b->place);
}

static bool is_same_kind(const struct run *a, const struct run *b)
{
	return a->node == b->node && a->state == b->state && a->flags == b->flags;
}

/* Merges what is in the slice, and writes it from *count on. */
static void slice_flush(struct slice *slice, struct run *to, size_t *count)
{
	struct placed *items = slice->items.items;
	size_t kept = 0;
	uint64_t now_ns;

	if (!slice->items.count)
		return;
	now_ns = items[0].run.start_ns;
	qsort(items, slice->items.count, sizeof(*items), compare_kinds);
	for (size_t i = 1; i < slice->items.count; i++) {
		if (!is_same_kind(&items[kept].run, &items[i].run)) {
			items[++kept] = items[i];
			continue;
		}
		items[kept].run.time_ns += items[i].run.time_ns;
		items[kept].run.samples += items[i].run.samples;
	}
	qsort(items, kept + 1, sizeof(*items), compare_places);
	for (size_t i = 0; i <= kept; i++) {
		items[i].run.start_ns = now_ns;
		now_ns += items[i].run.time_ns;
		to[(*count)++] = items[i].run;
	}
	slice->items.count = 0;
}

/* from may be what to is: no more is written than was read. */
static struct error *merge(const struct run *from, size_t from_count, uint64_t slice_ns,
			   struct run *to, size_t *count)
{
	struct slice slice = { 0 };
	uint32_t thread = 0;

	*count = 0;
	for (size_t i = 0; i < from_count; i++) {
		const struct run run = from[i];
		const uint64_t number = run.start_ns / slice_ns;
		const uint64_t last_ns = run.start_ns + (run.time_ns ? run.time_ns - 1 : 0);
		struct placed placed;

		if (number != slice.number || run.thread != thread || last_ns / slice_ns != number)
			slice_flush(&slice, to, count);
		slice.number = number;
		thread = run.thread;
		if (last_ns / slice_ns != number) { /* lies across an edge: stays as it is */
			to[(*count)++] = run;
			continue;
		}
		placed = (struct placed) { run, slice.items.count };
		if (!array_push(&slice.items, placed)) {
			array_deinit(&slice.items);
			return &error_nomem;
		}
	}
	slice_flush(&slice, to, count);
	array_deinit(&slice.items);
	return NULL;
}

static uint64_t end_of(const struct profile *profile)
{
	uint64_t end_ns = 0;

	for (size_t i = 0; i < profile->run_count; i++)
		if (profile->runs[i].start_ns + profile->runs[i].time_ns > end_ns)
			end_ns = profile->runs[i].start_ns + profile->runs[i].time_ns;
	return end_ns;
}

struct error *html_runs_init(struct html_runs *runs, const struct profile *profile, size_t limit)
{
	const uint64_t end_ns = end_of(profile);
	struct error *err;

	*runs = (struct html_runs) { .items = profile->runs, .count = profile->run_count };
	if (runs->count <= limit)
		return NULL;
	if (!array_reserve(&runs->own, runs->count))
		return &error_nomem;
	runs->items = runs->own.items;
	runs->slice_ns = end_ns / SLICES + 1;
	err = merge(profile->runs, profile->run_count, runs->slice_ns, runs->own.items,
		    &runs->count);
	while (!err && runs->count > limit && runs->slice_ns <= end_ns) {
		runs->slice_ns *= 2;
		err = merge(runs->items, runs->count, runs->slice_ns, runs->own.items,
			    &runs->count);
	}
	return err;
}

void html_runs_deinit(struct html_runs *runs)
{
	array_deinit(&runs->own);
}
