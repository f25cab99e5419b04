/*
 * doubts.c - looks again at calls that are not known yet.
 *
 * Two things show that a call is real. Nothing of it changes over several looks, at irregular
 * distances: so it is for calls that last. Or a generator, which is linked to who runs it only
 * while it is run, is at work both before and behind what was read of its caller in one look: then
 * it was at work in between, but for one that was given up and taken up again meanwhile. In a
 * circle that runs as fast as that, it is at work before and behind another one's caller in at most
 * one look of three, as the distances differ from look to look; so it is to be in half of them.
 */
#include "doubts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum {
	DOUBTS_PER_READ = 16,
	FRAME_BYTES_MAX = 512,
	LOOKS = 3,
	LOOK_DISTANCE_NS = 1000, /* at most; the read itself takes about that long */
	PADS = 3,                /* words at most that are read to change a distance, less one */
	RANGES_PER_DOUBT = 4 + PADS,
};

struct doubt_copy {
	char callee[FRAME_BYTES_MAX], shim[FRAME_BYTES_MAX], caller[FRAME_BYTES_MAX];
	char callee_behind[FRAME_BYTES_MAX];
};

/* What is read in one look. */
struct look {
	uint64_t before, behind; /* the thread's current frame */
	uint64_t pad;
	struct doubt_copy copies[DOUBTS_PER_READ];
	struct mem_range ranges[2 + RANGES_PER_DOUBT * DOUBTS_PER_READ];
};

/* What is read, one after the other. */
struct doubts_reader {
	struct edge_set *set;
	struct mem *mem;
	const struct py_layout *layout;
	uint64_t frame_word, frame; /* where the current frame's address stands; what it was */
	const struct doubt *doubts;
	size_t count;
	struct look *look;
	bool same[DOUBTS_PER_READ]; /* as they were when they were found */
};

static struct mem_range frame_range(const struct doubts_reader *reader, uint64_t addr, char *buf)
{
	return (struct mem_range) { addr, raw_frame_size(reader->layout), buf, false };
}

static size_t plan(const struct doubts_reader *reader)
{
	struct look *look = reader->look;
	struct mem_range *range = look->ranges;
	const struct mem_range pad = { reader->frame_word, sizeof(look->pad), &look->pad, false };

	*range++ = (struct mem_range) { reader->frame_word, sizeof(look->before), &look->before,
					false };
	for (size_t k = 0; k < reader->count; k++) {
		const struct doubt *doubt = &reader->doubts[k];
		struct doubt_copy *copy = &look->copies[k];

		*range++ = frame_range(reader, doubt->callee_addr, copy->callee);
		if (doubt->shim_addr)
			*range++ = frame_range(reader, doubt->shim_addr, copy->shim);
		if (doubt->caller_addr)
			*range++ = frame_range(reader, doubt->caller_addr, copy->caller);
		if (!doubt->is_generators)
			continue;
		for (uint64_t n = edge_set_random(reader->set) % PADS; n; n--)
			*range++ = pad;
		*range++ = frame_range(reader, doubt->callee_addr, copy->callee_behind);
	}
	*range++ = (struct mem_range) { reader->frame_word, sizeof(look->behind), &look->behind,
					false };
	return (size_t)(range - look->ranges);
}

static bool is_callee(const struct doubts_reader *reader, const struct doubt *doubt,
		      const char *bytes)
{
	struct raw_frame callee = raw_frame_decode(reader->layout, doubt->callee_addr, bytes);

	return callee.code == doubt->callee_raw.code &&
	       callee.previous == doubt->callee_raw.previous;
}

static bool is_caller(const struct doubts_reader *reader, const struct doubt *doubt,
		      const char *bytes)
{
	struct raw_frame caller = raw_frame_decode(reader->layout, doubt->caller_addr, bytes);

	return caller.code == doubt->caller_raw.code && caller.instr == doubt->caller_raw.instr &&
	       caller.previous == doubt->caller_raw.previous;
}

/* Does the frame that is linked to this doubt's callee lead to its caller? */
static bool is_linked(const struct doubts_reader *reader, const struct doubt *doubt,
		      const struct doubt_copy *copy)
{
	struct raw_frame shim;

	if (!doubt->shim_addr)
		return doubt->callee_raw.previous == doubt->caller_addr;
	shim = raw_frame_decode(reader->layout, doubt->shim_addr, copy->shim);
	return doubt->callee_raw.previous == doubt->shim_addr &&
	       raw_frame_is_shim(reader->layout, &shim) && shim.previous == doubt->caller_addr;
}

/* The generator is at work: is it behind the rest, too, and that what it was found to be? */
static struct error *note_work(const struct doubts_reader *reader, const struct doubt *doubt,
			       const struct doubt_copy *copy)
{
	if (!doubt->is_generators || !is_callee(reader, doubt, copy->callee))
		return NULL;
	return edge_set_note_work(reader->set, &doubt->edge,
				  is_callee(reader, doubt, copy->callee_behind) &&
					  is_linked(reader, doubt, copy) &&
					  is_caller(reader, doubt, copy->caller));
}

static void wait_a_moment(struct edge_set *set)
{
	uint64_t until = clock_now_ns() + edge_set_random(set) % LOOK_DISTANCE_NS;

	while (clock_now_ns() < until)
		;
}

/* Looks once; *any: some calls are as they were yet. */
static struct error *look_once(struct doubts_reader *reader, bool *any)
{
	struct look *look = reader->look;
	size_t ranges = plan(reader);
	struct error *err = mem_readv(reader->mem, look->ranges, ranges);
	bool all_read = true, is_current;

	*any = false;
	for (size_t i = 0; !err && i < ranges; i++)
		all_read &= look->ranges[i].ok;
	is_current = all_read && look->before == reader->frame && look->behind == reader->frame;
	for (size_t k = 0; !err && k < reader->count; k++) {
		const struct doubt *doubt = &reader->doubts[k];
		const struct doubt_copy *copy = &look->copies[k];

		reader->same[k] &= all_read && (is_current || !doubt->is_leaf) &&
				   is_callee(reader, doubt, copy->callee) &&
				   (!doubt->caller_addr || is_caller(reader, doubt, copy->caller));
		*any |= reader->same[k];
		if (all_read)
			err = note_work(reader, doubt, copy);
	}
	return err;
}

/* Notes how the looks at these calls ended; &error_torn when they failed for one. */
static struct error *take_note(struct doubts_reader *reader)
{
	bool all = true;

	for (size_t k = 0; k < reader->count; k++) {
		const struct edge *edge = &reader->doubts[k].edge;
		struct error *err = edge_set_note_look(reader->set, edge, reader->same[k]);

		if (err)
			return err;
		all &= reader->same[k] ||
		       (reader->doubts[k].is_generators && edge_set_has(reader->set, edge));
	}
	return all ? NULL : &error_torn;
}

static struct error *look_at_part(struct doubts_reader *reader)
{
	struct error *err = NULL;
	bool any = true;

	memset(reader->same, true, sizeof(reader->same));
	for (int n = 0; !err && any && n < LOOKS; n++) {
		if (n)
			wait_a_moment(reader->set);
		err = look_once(reader, &any);
	}
	return err ? err : take_note(reader);
}

struct error *doubts_look_again(struct edge_set *set, struct mem *mem,
				const struct py_layout *layout, uint64_t frame_word, uint64_t frame,
				const struct doubt *doubts, size_t count)
{
	CLEANUP(freep) struct look *look = malloc(sizeof(*look));
	struct doubts_reader reader = { set, mem, layout, frame_word, frame, .look = look };
	struct error *err = look ? NULL : &error_nomem;

	for (size_t i = 0; !err && i < count; i += DOUBTS_PER_READ) {
		reader.doubts = doubts + i;
		reader.count = count - i < DOUBTS_PER_READ ? count - i : DOUBTS_PER_READ;
		err = look_at_part(&reader);
	}
	return err;
}
