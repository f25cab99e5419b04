/*
 * recording_runs_read.c - columns of changes back to runs.
 *
 * A recording is told look by look; runs are wanted thread by thread. Counting first and placing
 * then takes the time to unpack twice, which is little, and no memory but that of the result.
 */
#include "recording_runs.h"

enum { TIME_MAX_SHIFT = 62 /* log2 of the longest time, ns: 146 years */ };

void run_decoder_init(struct run_decoder *decoder, uint32_t unit_ns, uint32_t slot_units)
{
	*decoder = (struct run_decoder) { .unit_ns = unit_ns, .slot_units = slot_units };
}

void run_decoder_deinit(struct run_decoder *decoder)
{
	array_deinit(&decoder->threads);
}

/* The thread's run ends at the moment. False when it has more looks than a run can say. */
static bool close_run(struct run_decoder *decoder, uint32_t number, struct thread_run *thread)
{
	uint64_t samples = decoder->looks - thread->first_look;

	thread->open = false;
	if (!samples || samples > UINT32_MAX)
		return !samples;
	if (decoder->runs && thread->runs >= thread->end)
		return false; /* the file is another one than when it was counted */
	if (decoder->runs)
		decoder->runs[thread->runs] = (struct run) {
			.start_ns = thread->start * decoder->unit_ns,
			.time_ns = (decoder->moment - thread->start) * decoder->unit_ns,
			.thread = number,
			.node = thread->node,
			.samples = (uint32_t)samples,
			.state = thread->look & LOOK_STATE_MASK,
			.flags = thread->look >> LOOK_FLAGS_SHIFT,
		};
	else
		decoder->run_count++;
	thread->runs++;
	return true;
}

static bool is_look(uint8_t look)
{
	return (look & LOOK_STATE_MASK) < SAMPLE_STATES &&
	       !((look >> LOOK_FLAGS_SHIFT) & ~(unsigned int)SAMPLE_FLAGS_ALL);
}

/* Whether the moment made sense. *gap: what follows it, units. */
static bool read_moment(struct run_decoder *decoder, struct cursor cursors[], uint64_t *changes,
			uint64_t *gap)
{
	struct cursor *moments = &cursors[RUNS_MOMENTS];
	const uint64_t most = (UINT64_C(1) << TIME_MAX_SHIFT) / decoder->unit_ns;
	uint64_t looks = cursor_number(moments), slots, phase, now;

	*changes = cursor_number(moments);
	*gap = 0;
	if (looks) {
		slots = looks + (uint64_t)cursor_signed(moments);
		phase = cursor_number(&cursors[RUNS_PHASES]);
		if (looks > most || slots > most || phase >= decoder->slot_units)
			return false;
		slots += decoder->moment / decoder->slot_units;
		if (slots > most / decoder->slot_units)
			return false;
		now = slots * decoder->slot_units + phase;
		if (now < decoder->moment)
			return false;
		decoder->moment = now;
		decoder->looks += looks;
	}
	if (*changes & 1)
		*gap = cursor_number(moments);
	*changes >>= 1;
	return decoder->looks <= most && *gap <= most - decoder->moment && !moments->failed &&
	       !cursors[RUNS_PHASES].failed;
}

static bool read_change(struct run_decoder *decoder, const struct profile *dictionary,
			struct cursor cursors[], uint64_t gap)
{
	uint64_t number = cursor_number(&cursors[RUNS_THREADS]), node = 0;
	uint8_t look = cursor_byte(&cursors[RUNS_LOOKS]);
	struct thread_run *thread;

	if (number >= decoder->threads.count)
		return false;
	thread = &decoder->threads.items[number];
	if (thread->open && !close_run(decoder, (uint32_t)number, thread))
		return false;
	if (look == LOOK_GONE)
		return !cursors[RUNS_THREADS].failed;
	node = cursor_number(&cursors[RUNS_NODES]);
	if (!is_look(look) || node >= dictionary->node_count || cursors[RUNS_THREADS].failed ||
	    cursors[RUNS_LOOKS].failed || cursors[RUNS_NODES].failed)
		return false;
	thread->open = true;
	thread->look = look;
	thread->node = (uint32_t)node;
	thread->first_look = decoder->looks;
	thread->start = decoder->moment + gap;
	return true;
}

struct error *run_decoder_add(struct run_decoder *decoder, const struct profile *dictionary,
			      const struct bytes *columns, bool *sense)
{
	struct cursor cursors[RUN_COLUMNS];

	while (decoder->threads.count < dictionary->thread_count)
		if (!array_push(&decoder->threads, (struct thread_run) { 0 }))
			return &error_nomem;
	for (size_t i = 0; i < RUN_COLUMNS; i++)
		cursors[i] = cursor_of(columns[i].items, columns[i].count);
	*sense = true;
	while (*sense && cursor_left(&cursors[RUNS_MOMENTS])) {
		uint64_t changes, gap;

		*sense = read_moment(decoder, cursors, &changes, &gap);
		for (; *sense && changes; changes--)
			*sense = read_change(decoder, dictionary, cursors, gap);
		decoder->moment += *sense ? gap : 0;
	}
	for (size_t i = 0; i < RUN_COLUMNS; i++)
		*sense = *sense && !cursor_left(&cursors[i]);
	return NULL;
}

bool run_decoder_end(struct run_decoder *decoder)
{
	bool sense = true;

	for (size_t i = 0; i < decoder->threads.count; i++)
		if (decoder->threads.items[i].open)
			sense = close_run(decoder, (uint32_t)i, &decoder->threads.items[i]) &&
				sense;
	return sense;
}

void run_decoder_place(struct run_decoder *decoder, struct run *runs)
{
	uint64_t before = 0;

	for (size_t i = 0; i < decoder->threads.count; i++) {
		uint64_t own = decoder->threads.items[i].runs;

		decoder->threads.items[i] =
			(struct thread_run) { .runs = before, .end = before + own };
		before += own;
	}
	decoder->runs = runs;
	decoder->looks = decoder->moment = 0;
}

bool run_decoder_is_placed(const struct run_decoder *decoder)
{
	for (size_t i = 0; i < decoder->threads.count; i++)
		if (decoder->threads.items[i].runs != decoder->threads.items[i].end)
			return false;
	return true;
}
