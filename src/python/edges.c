/*
 * edges.c - the set of known calls.
 *
 * What is fooled once by a racing target may be fooled again, the more so when the target runs in a
 * circle. So a call is known only after several looks, and only while they do not fail nearly
 * always.
 */
#include "edges.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"

enum {
	EDGES_MAX = 1 << 18, /* places from which C calls back are some thousands */
	KNOWN_SUCCESSES = 3,
	KNOWN_TRIES_PER_SUCCESS = 64,
	SEARCH_DISTANCE_MAX = 16, /* sightings left out after as many misses */
	KNOWN_HELD = 8,
	KNOWN_AT_WORK_PER_HELD = 2,
};

struct edge_item {
	struct edge edge;
	uint32_t tries, successes;
	uint32_t at_work, held;   /* see doubts.c */
	uint32_t misses, skipped; /* searches for nothing, and left out since the last */
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

	if (!item)
		return false;
	return (item->successes >= KNOWN_SUCCESSES &&
		(uint64_t)item->successes * KNOWN_TRIES_PER_SUCCESS >= item->tries) ||
	       (item->held >= KNOWN_HELD &&
		(uint64_t)item->held * KNOWN_AT_WORK_PER_HELD >= item->at_work);
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

struct error *edge_set_note_look(struct edge_set *set, const struct edge *edge, bool same)
{
	struct edge_item *item;
	struct error *err = edge_set_item(set, edge, &item);

	if (err)
		return err;
	item->tries++;
	item->successes += same;
	return NULL;
}

struct error *edge_set_note_work(struct edge_set *set, const struct edge *edge, bool held)
{
	struct edge_item *item;
	struct error *err = edge_set_item(set, edge, &item);

	if (err)
		return err;
	item->at_work++;
	item->held += held;
	return NULL;
}

uint64_t edge_set_random(struct edge_set *set)
{
	uint64_t x = set->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return set->random = x;
}

bool edge_set_awaits_search(struct edge_set *set, const struct edge *edge)
{
	struct edge_item *item = edge_set_find(set, edge);

	return !item || item->skipped++ >= item->misses;
}

struct error *edge_set_note_search(struct edge_set *set, const struct edge *edge, bool found)
{
	struct edge_item *item;
	struct error *err = edge_set_item(set, edge, &item);

	if (err)
		return err;
	item->skipped = 0;
	item->misses += !found && item->misses < SEARCH_DISTANCE_MAX;
	item->tries += found;
	item->successes += found;
	return NULL;
}
