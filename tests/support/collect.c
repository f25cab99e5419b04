/*
 * collect.c - a sink that keeps everything in memory: runs in the dictionary itself.
 */
#include "support/collect.h"

#include <stdlib.h>

static struct error *collect_add(struct sink *sink, const struct tick *tick)
{
	struct collector *collector = (struct collector *)sink;
	uint64_t start_ns = tick->time_ns - tick->weight_ns;
	struct profile *profile = collector->profile;

	while (collector->last.count < profile->thread_count)
		if (!array_push(&collector->last, SIZE_MAX))
			return &error_nomem;
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		size_t *last = &collector->last.items[sample->thread];
		struct run *run = *last < profile->run_count ? &profile->runs[*last] : NULL;
		struct error *err;

		if (run && run->node == sample->node && run->state == sample->state &&
		    run->flags == sample->flags && run->start_ns + run->time_ns == start_ns) {
			run->time_ns += tick->weight_ns;
			run->samples++;
			continue;
		}
		*last = profile->run_count;
		err = profile_run(profile,
				  &(struct run) { start_ns, tick->weight_ns, sample->thread,
						  sample->node, 1, sample->state, sample->flags });
		if (err)
			return err;
	}
	return NULL;
}

void collector_init(struct collector *collector, struct profile *profile)
{
	*collector = (struct collector) { .sink.add = collect_add, .profile = profile };
}

void collector_settle(struct collector *collector)
{
	profile_sort_runs(collector->profile);
	collector->last.count = 0; /* the last runs are elsewhere now */
}

void collector_deinit(struct collector *collector)
{
	array_deinit(&collector->last);
}
