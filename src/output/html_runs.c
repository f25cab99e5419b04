/*
 * html_runs.c - runs of a long recording, merged slice of time by slice of time.
 *
 * Runs are counted for longer and longer slices, until few enough would be left or a slice is the
 * whole recording; then they are merged once. What two slices have apart is at least half of it in
 * the one that is both: so many times as there are too many, a slice has to be longer at least.
 */
#include "html_runs.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"

enum {
	SLICES = 4096,     /* more than a time line has pixels */
	NS_OF_STEP = 1000, /* a slice is a whole number of microseconds, which pages count in */
};

/* A run of the slice, and the one before it of the same stack. */
struct merged {
	struct run run;
	uint32_t before; /* place in items plus 1; 0: none */
};

/* What one thread did in one slice. */
struct slice {
	ARRAY(struct merged) items; /* in the order in which they were first seen */
	uint32_t *last;             /* by node: place of its last one in items plus 1 */
	uint64_t number;
	uint32_t thread;
	struct run *to; /* where they go; NULL: they are only counted */
	size_t count;   /* that came so far */
};

static void slice_deinit(struct slice *slice)
{
	array_deinit(&slice->items);
	free(slice->last);
}

static void put(struct slice *slice, const struct run *run)
{
	if (slice->to)
		slice->to[slice->count] = *run;
	slice->count++;
}

static void slice_flush(struct slice *slice)
{
	uint64_t now_ns = slice->items.count ? slice->items.items[0].run.start_ns : 0;

	for (size_t i = 0; i < slice->items.count; i++) {
		struct run *run = &slice->items.items[i].run;

		slice->last[run->node] = 0;
		run->start_ns = now_ns;
		now_ns += run->time_ns;
		put(slice, run);
	}
	slice->items.count = 0;
}

static struct error *slice_add(struct slice *slice, const struct run *run)
{
	struct merged merged = { *run, slice->last[run->node] };

	for (uint32_t i = slice->items.items ? merged.before : 0; i;
	     i = slice->items.items[i - 1].before) {
		struct run *same = &slice->items.items[i - 1].run;

		if (same->state == run->state && same->flags == run->flags) {
			same->time_ns += run->time_ns;
			same->samples += run->samples;
			return NULL;
		}
	}
	if (!array_push(&slice->items, merged))
		return &error_nomem;
	slice->last[run->node] = (uint32_t)slice->items.count;
	return NULL;
}

/* to NULL: only counts. */
static struct error *merge(const struct profile *profile, uint64_t slice_ns, struct run *to,
			   size_t *count)
{
	CLEANUP(slice_deinit)
	struct slice slice = { .last = calloc(profile->node_count, sizeof(*slice.last)), .to = to };
	struct error *err = NULL;

	if (!slice.last)
		return &error_nomem;
	for (size_t i = 0; !err && i < profile->run_count; i++) {
		const struct run *run = &profile->runs[i];
		const uint64_t number = run->start_ns / slice_ns;
		const uint64_t last_ns = run->start_ns + (run->time_ns ? run->time_ns - 1 : 0);
		const bool is_across = last_ns / slice_ns != number;

		if (number != slice.number || run->thread != slice.thread || is_across)
			slice_flush(&slice);
		slice.number = number;
		slice.thread = run->thread;
		if (is_across)
			put(&slice, run);
		else
			err = slice_add(&slice, run);
	}
	slice_flush(&slice);
	*count = slice.count;
	return err;
}

static uint64_t end_of(const struct profile *profile)
{
	uint64_t end_ns = 0;

	for (size_t i = 0; i < profile->run_count; i++)
		if (profile->runs[i].start_ns + profile->runs[i].time_ns > end_ns)
			end_ns = profile->runs[i].start_ns + profile->runs[i].time_ns;
	return end_ns;
}

/* The length of a slice that leaves few enough, and how many. */
static struct error *choose_slice(const struct profile *profile, size_t limit, uint64_t *slice_ns,
				  size_t *count)
{
	const uint64_t end_ns = end_of(profile);
	struct error *err;

	*slice_ns = (end_ns / SLICES / NS_OF_STEP + 1) * NS_OF_STEP;
	err = merge(profile, *slice_ns, NULL, count);
	while (!err && *count > limit && *slice_ns < end_ns) {
		for (size_t many = *count; many > limit && *slice_ns < end_ns; many /= 2)
			*slice_ns *= 2;
		err = merge(profile, *slice_ns, NULL, count);
	}
	return err;
}

struct error *html_runs_init(struct html_runs *runs, const struct profile *profile, size_t limit)
{
	struct error *err;

	*runs = (struct html_runs) { .items = profile->runs, .count = profile->run_count };
	if (runs->count <= limit)
		return NULL;
	err = choose_slice(profile, limit, &runs->slice_ns, &runs->count);
	if (err)
		return err;
	runs->items = runs->own = calloc(runs->count + 1, sizeof(*runs->own));
	return runs->own ? merge(profile, runs->slice_ns, runs->own, &runs->count) : &error_nomem;
}

void html_runs_deinit(struct html_runs *runs)
{
	free(runs->own);
	*runs = (struct html_runs) { 0 };
}
