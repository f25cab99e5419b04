/*
 * edges.c - the set of known calls, and how a call becomes known.
 *
 * A look that is fooled once by a racing target may be fooled again, the more so when the target
 * runs in a circle. So the looks are at irregular distances, a call is known only after several of
 * them, and only while they do not fail nearly always.
 */
#include "edges.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"

enum {
	EDGES_MAX = 1 << 18, /* places from which C calls back are some thousands */
	DOUBTS_PER_READ = 32,
	FRAME_BYTES_MAX = 512,
	LOOKS = 3,
	LOOK_DISTANCE_NS = 1000, /* at most; the read itself takes about that long */
	KNOWN_SUCCESSES = 3,
	KNOWN_TRIES_PER_SUCCESS = 64,
};

struct edge_item {
	struct edge edge;
	uint32_t tries, successes;
	uint64_t value; /* of those that stand for something: edge_set_call(), edge_set_sized() */
	UT_hash_handle hh;
};

struct edge_set {
	struct edge_item *items;
	uint64_t random; /* state */
};

struct error *edge_set_create(struct edge_set **ret)
{
	struct edge_set *set = calloc(1, sizeof(*set));

	if (!set)
		return &error_nomem;
	set->random = clock_now_ns() | 1;
	*ret = set;
	return NULL;
}

static void edge_set_clear(struct edge_set *set)
{
	struct edge_item *item, *next;

	HASH_ITER (hh, set->items, item, next) {
		HASH_DEL(set->items, item);
		free(item);
	}
}

void edge_set_destroy(struct edge_set *set)
{
	if (!set)
		return;
	edge_set_clear(set);
	free(set);
}

static struct edge_item *edge_set_find(const struct edge_set *set, const struct edge *edge)
{
	struct edge_item *item;

	HASH_FIND(hh, set->items, edge, sizeof(*edge), item);
	return item;
}

bool edge_set_has(const struct edge_set *set, const struct edge *edge)
{
	const struct edge_item *item = edge_set_find(set, edge);

	return item && item->successes >= KNOWN_SUCCESSES &&
	       (uint64_t)item->successes * KNOWN_TRIES_PER_SUCCESS >= item->tries;
}

static struct error *edge_set_item(struct edge_set *set, const struct edge *edge,
				   struct edge_item **ret)
{
	struct edge_item *item = edge_set_find(set, edge);

	*ret = item;
	if (item)
		return NULL;
	if (HASH_COUNT(set->items) >= EDGES_MAX)
		edge_set_clear(set);
	item = calloc(1, sizeof(*item));
	if (!item)
		return &error_nomem;
	item->edge = *edge;
	HASH_ADD(hh, set->items, edge, sizeof(item->edge), item);
	if (!item->hh.tbl) {
		free(item);
		return &error_nomem;
	}
	*ret = item;
	return NULL;
}

/* No offsets of instructions. */
static const int64_t ANYWHERE = INT64_MAX, BY_SIZE = INT64_MAX - 1, SIGHTED = INT64_MAX - 2;

static struct error *edge_set_put(struct edge_set *set, const struct edge *edge, uint64_t value)
{
	struct edge_item *item;
	struct error *err = edge_set_item(set, edge, &item);

	if (!err)
		item->value = value;
	return err;
}

bool edge_set_call(const struct edge_set *set, uint64_t caller, uint64_t callee, int32_t *offset)
{
	const struct edge edge = { caller, callee, ANYWHERE };
	const struct edge_item *item = edge_set_find(set, &edge);

	if (!item)
		return false;
	*offset = (int32_t)item->value;
	return true;
}

struct error *edge_set_add_call(struct edge_set *set, uint64_t caller, uint64_t callee,
				int32_t offset)
{
	const struct edge edge = { caller, callee, ANYWHERE };

	return edge_set_put(set, &edge, (uint64_t)offset);
}

struct error *edge_set_sight_call(struct edge_set *set, uint64_t caller, uint64_t callee,
				  bool *believed)
{
	const struct edge edge = { caller, callee, SIGHTED };
	struct edge_item *item;
	struct error *err = edge_set_item(set, &edge, &item);

	if (err)
		return err;
	item->successes += item->successes < KNOWN_SUCCESSES;
	*believed = item->successes >= KNOWN_SUCCESSES;
	return NULL;
}

uint64_t edge_set_sized(const struct edge_set *set, uint64_t caller, uint64_t size)
{
	const struct edge edge = { caller, size, BY_SIZE };
	const struct edge_item *item = edge_set_find(set, &edge);

	return item ? item->value : 0;
}

struct error *edge_set_add_sized(struct edge_set *set, uint64_t caller, uint64_t size,
				 uint64_t code)
{
	const struct edge edge = { caller, size, BY_SIZE };

	return edge_set_put(set, &edge, code);
}

struct error *edge_set_add(struct edge_set *set, const struct edge *edge)
{
	struct edge_item *item;
	struct error *err = edge_set_item(set, edge, &item);

	if (err)
		return err;
	item->tries = item->successes = KNOWN_SUCCESSES;
	return NULL;
}

/* What is read in one look. */
struct look {
	uint64_t before, behind; /* the thread's current frame */
	struct {
		char caller[FRAME_BYTES_MAX], callee[FRAME_BYTES_MAX];
	} frames[DOUBTS_PER_READ];
	struct mem_range ranges[2 + 2 * DOUBTS_PER_READ];
};

static size_t plan(struct look *look, size_t frame_size, uint64_t frame_word,
		   const struct edge_doubt *doubts, size_t count)
{
	struct mem_range *range = look->ranges;

	*range++ = (struct mem_range) { frame_word, sizeof(look->before), &look->before, false };
	for (size_t k = 0; k < count; k++) {
		if (doubts[k].caller_addr)
			*range++ = (struct mem_range) { doubts[k].caller_addr, frame_size,
							look->frames[k].caller, false };
		*range++ = (struct mem_range) { doubts[k].callee_addr, frame_size,
						look->frames[k].callee, false };
	}
	*range++ = (struct mem_range) { frame_word, sizeof(look->behind), &look->behind, false };
	return (size_t)(range - look->ranges);
}

static bool is_unchanged(const struct py_layout *layout, const struct look *look, size_t k,
			 const struct edge_doubt *doubt)
{
	struct raw_frame callee =
		raw_frame_decode(layout, doubt->callee_addr, look->frames[k].callee);
	struct raw_frame caller;

	if (callee.code != doubt->callee_raw.code || callee.previous != doubt->callee_raw.previous)
		return false;
	if (!doubt->caller_addr)
		return true;
	caller = raw_frame_decode(layout, doubt->caller_addr, look->frames[k].caller);
	return caller.code == doubt->caller_raw.code && caller.instr == doubt->caller_raw.instr &&
	       caller.previous == doubt->caller_raw.previous;
}

static void wait_a_moment(struct edge_set *set)
{
	uint64_t x = set->random, until;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	set->random = x;
	until = clock_now_ns() + x % LOOK_DISTANCE_NS;
	while (clock_now_ns() < until)
		;
}

/* Looks once; sets `same` to false for the calls that are not as they were. */
static struct error *look_once(struct mem *mem, const struct py_layout *layout, uint64_t frame_word,
			       uint64_t frame, const struct edge_doubt *doubts, size_t count,
			       struct look *look, bool *same)
{
	size_t ranges = plan(look, raw_frame_size(layout), frame_word, doubts, count);
	struct error *err = mem_readv(mem, look->ranges, ranges);
	bool all_read = true, is_current;

	if (err)
		return err;
	for (size_t i = 0; i < ranges; i++)
		all_read &= look->ranges[i].ok;
	is_current = all_read && look->before == frame && look->behind == frame;
	for (size_t k = 0; k < count; k++)
		same[k] = same[k] && all_read && (is_current || !doubts[k].is_leaf) &&
			  is_unchanged(layout, look, k, &doubts[k]);
	return NULL;
}

/* Notes how the looks at these calls ended; &error_torn when they failed for one. */
static struct error *take_note(struct edge_set *set, const struct edge_doubt *doubts, size_t count,
			       const bool *same)
{
	bool all = true;

	for (size_t k = 0; k < count; k++) {
		struct edge_item *item;
		struct error *err = edge_set_item(set, &doubts[k].edge, &item);

		if (err)
			return err;
		item->tries++;
		item->successes += same[k];
		all &= same[k];
	}
	return all ? NULL : &error_torn;
}

static struct error *confirm_batch(struct edge_set *set, struct mem *mem,
				   const struct py_layout *layout, uint64_t frame_word,
				   uint64_t frame, const struct edge_doubt *doubts, size_t count,
				   struct look *look)
{
	bool same[DOUBTS_PER_READ];
	struct error *err = NULL;

	memset(same, true, sizeof(same));
	for (int n = 0; !err && n < LOOKS; n++) {
		if (n)
			wait_a_moment(set);
		err = look_once(mem, layout, frame_word, frame, doubts, count, look, same);
	}
	return err ? err : take_note(set, doubts, count, same);
}

struct error *edge_set_confirm(struct edge_set *set, struct mem *mem,
			       const struct py_layout *layout, uint64_t frame_word, uint64_t frame,
			       const struct edge_doubt *doubts, size_t count)
{
	CLEANUP(freep) struct look *look = malloc(sizeof(*look));
	struct error *err = look ? NULL : &error_nomem;

	for (size_t i = 0; !err && i < count; i += DOUBTS_PER_READ) {
		size_t part = count - i < DOUBTS_PER_READ ? count - i : DOUBTS_PER_READ;

		err = confirm_batch(set, mem, layout, frame_word, frame, doubts + i, part, look);
	}
	return err;
}
