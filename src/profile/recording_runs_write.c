/*
 * recording_runs_write.c - what changed from one look to the next.
 */
#include "recording_runs.h"

/* A run counts its looks in 32 bits: it is over before they are used up. */
static const uint64_t RUN_LOOKS_MAX = UINT64_C(1) << 31;

void run_encoder_init(struct run_encoder *encoder, uint32_t unit_ns, uint32_t slot_units)
{
	*encoder = (struct run_encoder) { .unit_ns = unit_ns, .slot_units = slot_units };
}

void run_encoder_deinit(struct run_encoder *encoder)
{
	for (size_t i = 0; i < RUN_COLUMNS; i++)
		array_deinit(&encoder->columns[i]);
	array_deinit(&encoder->threads);
	array_deinit(&encoder->present);
}

/* The looks since the last moment, until the last one. gap: units of which nothing is known. */
static void put_moment(struct run_encoder *encoder, uint64_t looks, uint64_t changes, bool has_gap,
		       uint64_t gap)
{
	struct bytes *moments = &encoder->columns[RUNS_MOMENTS];
	uint64_t now = encoder->time_ns / encoder->unit_ns;
	uint32_t slot = encoder->slot_units;

	bytes_put_number(moments, looks);
	bytes_put_number(moments, changes << 1 | has_gap);
	if (looks) {
		bytes_put_signed(moments, (int64_t)(now / slot - encoder->moment / slot - looks));
		bytes_put_number(&encoder->columns[RUNS_PHASES], now % slot);
		encoder->moment = now;
	}
	if (has_gap)
		bytes_put_number(moments, gap);
	encoder->moment += gap;
	encoder->moment_look += looks;
}

static void put_change(struct run_encoder *encoder, uint32_t thread, const struct sample *sample)
{
	bytes_put_number(&encoder->columns[RUNS_THREADS], thread);
	if (!sample) {
		bytes_put_byte(&encoder->columns[RUNS_LOOKS], LOOK_GONE);
		return;
	}
	bytes_put_byte(&encoder->columns[RUNS_LOOKS],
		       (uint8_t)(sample->state | sample->flags << LOOK_FLAGS_SHIFT));
	bytes_put_number(&encoder->columns[RUNS_NODES], sample->node);
}

static bool is_same(const struct thread_seen *seen, uint64_t last_look, const struct sample *sample)
{
	return last_look && seen->look == last_look && last_look - seen->first < RUN_LOOKS_MAX &&
	       seen->node == sample->node && seen->state == sample->state &&
	       seen->flags == sample->flags;
}

/* Threads that the last look saw and this one did not; then those of this one are the present. */
static bool put_gone(struct run_encoder *encoder, const struct tick *tick, uint64_t *changes)
{
	for (size_t i = 0; i < encoder->present.count; i++) {
		uint32_t thread = encoder->present.items[i];

		if (encoder->threads.items[thread].look != encoder->look) {
			put_change(encoder, thread, NULL);
			(*changes)++;
		}
	}
	encoder->present.count = 0;
	for (size_t i = 0; i < tick->count; i++)
		if (!array_push(&encoder->present, tick->samples[i].thread))
			return false;
	return true;
}

/* Every thread has its place; new ones were never seen. */
static bool know_threads(struct run_encoder *encoder, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++)
		while (encoder->threads.count <= tick->samples[i].thread)
			if (!array_push(&encoder->threads, (struct thread_seen) { 0 }))
				return false;
	return true;
}

struct error *run_encoder_add(struct run_encoder *encoder, const struct tick *tick)
{
	uint64_t looks = encoder->look - encoder->moment_look, changes = 0, gap = 0;
	uint64_t start_ns = tick->time_ns - tick->weight_ns;
	bool has_gap = tick->weight_ns < tick->time_ns && start_ns > encoder->time_ns;

	if (!know_threads(encoder, tick))
		return &error_nomem;
	encoder->look++;
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct thread_seen *seen = &encoder->threads.items[sample->thread];

		/* what goes on beyond a gap begins anew */
		if (has_gap || !is_same(seen, encoder->look - 1, sample)) {
			put_change(encoder, sample->thread, sample);
			changes++;
			*seen = (struct thread_seen) { .first = encoder->look,
						       .node = sample->node,
						       .state = sample->state,
						       .flags = sample->flags };
		}
		seen->look = encoder->look;
	}
	if (!put_gone(encoder, tick, &changes))
		return &error_nomem;
	if (has_gap)
		gap = start_ns / encoder->unit_ns - encoder->time_ns / encoder->unit_ns;
	if (changes || has_gap)
		put_moment(encoder, looks, changes, has_gap, gap);
	encoder->time_ns = tick->time_ns;
	return NULL;
}

void run_encoder_settle(struct run_encoder *encoder)
{
	if (encoder->look > encoder->moment_look)
		put_moment(encoder, encoder->look - encoder->moment_look, 0, false, 0);
}
