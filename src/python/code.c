/*
 * code.c - the cache of code objects.
 *
 * Identity of a cached entry: the bytes from co_firstlineno to co_linetable, which never change in
 * a living code object and from 3.12 hold co_version, a number given once (Objects/codeobject.c,
 * init_code). Before 3.12 all of the pointers in it can come back after a free, so the headers of
 * the name and the file name (length, hash, first characters) belong to it too.
 */
#include "python/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "code_read.h"
#include "fresh.h"

struct entry {
	struct code code;
	uint64_t round;    /* in which it was last found unchanged */
	uint64_t since_ns; /* when it was first read */
	struct code_words words;
	unsigned char name_identity[STRING_IDENTITY_MAX];
	unsigned char filename_identity[STRING_IDENTITY_MAX];
	struct entry *next_stale;
	UT_hash_handle hh;
};

enum {
	NEAR_BITS = 10,              /* the functions of a deep stack, and some */
	REJECTED_MAX = 8,            /* of a round */
	CODE_NS = 256 * CLOCK_MS_NS, /* a code object is believed for so long at most */
};

struct code_cache {
	const struct py_view *view;
	struct entry *entries;
	struct entry *near[1 << NEAR_BITS]; /* some of them, by address: found without a search */
	struct entry *stale; /* replaced in this round; frames may still point at them */
	uint64_t round, now_ns, period_ns;
	uint64_t trusted_since; /* entries checked in this round or later need no check */
	uint64_t next_id;
	struct code_plan plan;
	uint64_t rejected[REJECTED_MAX]; /* addresses at which there was no code in this round */
	size_t rejected_count;
};

struct error *code_cache_create(const struct py_view *view, struct code_cache **ret)
{
	struct code_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return &error_nomem;
	cache->view = view;
	cache->round = 1;
	cache->trusted_since = 1;
	cache->next_id = 1;
	code_plan_init(&cache->plan, view->layout);
	*ret = cache;
	return NULL;
}

static void entry_destroy(struct entry *entry)
{
	if (!entry)
		return;
	code_deinit(&entry->code);
	free(entry);
}

static void entry_destroyp(struct entry **entry)
{
	entry_destroy(*entry);
}

static void free_stale(struct code_cache *cache)
{
	while (cache->stale) {
		struct entry *entry = cache->stale;

		cache->stale = entry->next_stale;
		entry_destroy(entry);
	}
}

/* Where an entry for that address is kept at hand; objects are 16 bytes apart, code more. */
static struct entry **near_place(struct code_cache *cache, uint64_t addr)
{
	return &cache->near[(addr >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - NEAR_BITS)];
}

static struct entry *entry_find(struct code_cache *cache, uint64_t addr)
{
	struct entry **near = near_place(cache, addr);
	struct entry *entry = *near;

	if (entry && entry->code.addr == addr)
		return entry;
	HASH_FIND(hh, cache->entries, &addr, sizeof(addr), entry);
	if (entry)
		*near = entry;
	return entry;
}

static void retire(struct code_cache *cache, struct entry *entry)
{
	struct entry **near = near_place(cache, entry->code.addr);

	if (*near == entry)
		*near = NULL;
	HASH_DEL(cache->entries, entry);
	entry->code.is_stale = true;
	entry->next_stale = cache->stale;
	cache->stale = entry;
}

static void retire_all(struct code_cache *cache)
{
	struct entry *entry, *next;

	HASH_ITER (hh, cache->entries, entry, next) {
		retire(cache, entry);
	}
}

void code_cache_destroy(struct code_cache *cache)
{
	if (!cache)
		return;
	retire_all(cache);
	free_stale(cache);
	free(cache);
}

void code_cache_reread(struct code_cache *cache, bool trusted)
{
	cache->round++;
	cache->rejected_count = 0;
	if (!trusted)
		cache->trusted_since = cache->round;
}

void code_cache_begin(struct code_cache *cache, bool trusted, uint64_t now_ns)
{
	free_stale(cache);
	if (HASH_COUNT(cache->entries) > CODE_CACHE_MAX)
		retire_all(cache);
	cache->period_ns = now_ns - cache->now_ns;
	cache->now_ns = now_ns;
	code_cache_reread(cache, trusted);
}

bool code_cache_trusts(const struct code_cache *cache, const struct code *code)
{
	return cache->now_ns < code->fresh_until_ns && !code->is_stale;
}

/* It need not be checked in this round, or was. */
static bool is_believed(const struct code_cache *cache, const struct entry *entry)
{
	return entry->round >= cache->trusted_since || code_cache_trusts(cache, &entry->code);
}

/* What tells that it is the same one is not asked for again soon. */
static void entry_done_with(const struct code_cache *cache, struct snapshot *snapshot,
			    const struct entry *entry)
{
	const struct code_plan *plan = &cache->plan;
	const uint64_t header = (uint64_t)cache->view->layout->object_size;

	snapshot_done_with(snapshot, entry->code.addr + (uint64_t)plan->identity_start,
			   plan->identity_size);
	if (!plan->string_identity_size)
		return;
	snapshot_done_with(snapshot, entry->words.name + header, plan->string_identity_size);
	snapshot_done_with(snapshot, entry->words.filename + header, plan->string_identity_size);
}

/* It was found unchanged. Where dead code objects are counted, no guess is needed. */
static void entry_confirm(const struct code_cache *cache, struct snapshot *snapshot,
			  struct entry *entry)
{
	entry->round = cache->round;
	if (cache->view->layout->interp_code_object_generation >= 0)
		return;
	entry->code.fresh_until_ns = fresh_until_ns(entry->since_ns, cache->now_ns,
						    cache->period_ns, entry->code.addr, CODE_NS);
	if (code_cache_trusts(cache, &entry->code))
		entry_done_with(cache, snapshot, entry);
}

bool code_cache_has_stale(const struct code_cache *cache)
{
	return cache->stale != NULL;
}

/* True when the str at addr still begins with those bytes; copies them when `fill`. */
static bool string_matches(const struct code_cache *cache, struct snapshot *snapshot, uint64_t addr,
			   unsigned char *identity, bool fill)
{
	const void *bytes;

	if (!cache->plan.string_identity_size)
		return true;
	if (error_catch_any(snapshot_get(snapshot,
					 addr + (uint64_t)cache->view->layout->object_size,
					 cache->plan.string_identity_size, &bytes)))
		return fill;
	if (fill)
		memcpy(identity, bytes, cache->plan.string_identity_size);
	return !memcmp(identity, bytes, cache->plan.string_identity_size);
}

/* True when what is at the entry's address in this round is still the same code object. */
static bool entry_matches(struct code_cache *cache, struct snapshot *snapshot, struct entry *entry)
{
	const void *bytes;

	if (error_catch_any(snapshot_get(snapshot,
					 entry->code.addr + (uint64_t)cache->plan.identity_start,
					 cache->plan.identity_size, &bytes)))
		return false;
	return !memcmp(bytes, entry->words.identity, cache->plan.identity_size) &&
	       string_matches(cache, snapshot, entry->words.name, entry->name_identity, false) &&
	       string_matches(cache, snapshot, entry->words.filename, entry->filename_identity,
			      false);
}

/*
 * A word that is taken for a frame's code is often something else, as the frame has ended and its
 * place been used again, and is met more than once in a round.
 */
static bool is_rejected(const struct code_cache *cache, uint64_t addr)
{
	if (!addr || addr % sizeof(uint64_t))
		return true;
	for (size_t i = 0; i < cache->rejected_count; i++)
		if (cache->rejected[i] == addr)
			return true;
	return false;
}

static void reject(struct code_cache *cache, uint64_t addr)
{
	if (cache->rejected_count < REJECTED_MAX)
		cache->rejected[cache->rejected_count++] = addr;
}

static struct error *entry_add(struct code_cache *cache, struct snapshot *snapshot, uint64_t addr,
			       struct entry **ret)
{
	CLEANUP(entry_destroyp)
	struct entry *entry = calloc(1, sizeof(*entry));
	struct error *err;

	if (!entry)
		return &error_nomem;
	err = code_read(cache->view, &cache->plan, addr, &entry->code, &entry->words);
	if (err) {
		reject(cache, addr);
		return err;
	}
	(void)string_matches(cache, snapshot, entry->words.name, entry->name_identity, true);
	(void)string_matches(cache, snapshot, entry->words.filename, entry->filename_identity,
			     true);
	/* what was read is only this round's when the identity in the round's copy agrees */
	if (!entry_matches(cache, snapshot, entry))
		return &error_torn;
	err = code_check_alive(cache->view, &cache->plan, addr, &entry->words, &entry->code);
	if (err)
		return err;
	entry->since_ns = cache->now_ns;
	entry_confirm(cache, snapshot, entry);
	entry->code.id = cache->next_id++;
	HASH_ADD(hh, cache->entries, code.addr, sizeof(entry->code.addr), entry);
	if (!entry->hh.tbl)
		return &error_nomem;
	*ret = take_ptr(entry);
	return NULL;
}

struct error *code_cache_get(struct code_cache *cache, struct snapshot *snapshot, uint64_t addr,
			     const struct code **ret)
{
	struct entry *entry = entry_find(cache, addr);
	struct error *err;

	if (entry && !is_believed(cache, entry)) {
		if (entry_matches(cache, snapshot, entry)) {
			entry_confirm(cache, snapshot, entry);
		} else {
			retire(cache, entry);
			entry = NULL;
		}
	}
	if (!entry) {
		if (is_rejected(cache, addr))
			return &error_torn;
		err = entry_add(cache, snapshot, addr, &entry);
		if (err)
			return err;
	}
	*ret = &entry->code;
	return NULL;
}

bool code_cache_recall(struct code_cache *cache, uint64_t addr, const struct code **ret)
{
	const struct entry *entry = entry_find(cache, addr);

	if (!entry || !is_believed(cache, entry))
		return false;
	*ret = &entry->code;
	return true;
}

const struct code *code_cache_peek(struct code_cache *cache, uint64_t addr)
{
	const struct entry *entry = entry_find(cache, addr);

	return entry ? &entry->code : NULL;
}

size_t code_cache_wants(struct code_cache *cache, struct snapshot *snapshot, uint64_t addr,
			struct mem_range ret[CODE_WANTS_MAX])
{
	const struct entry *entry = entry_find(cache, addr);
	const struct code_plan *plan = &cache->plan;
	const uint64_t header = (uint64_t)cache->view->layout->object_size;

	if (!entry || is_believed(cache, entry) ||
	    snapshot_glance(snapshot, addr + (uint64_t)plan->identity_start, plan->identity_size))
		return 0;
	ret[0] = (struct mem_range) { .addr = addr + (uint64_t)plan->identity_start,
				      .len = plan->identity_size };
	if (!plan->string_identity_size)
		return 1;
	ret[1] = (struct mem_range) { .addr = entry->words.name + header,
				      .len = plan->string_identity_size };
	ret[2] = (struct mem_range) { .addr = entry->words.filename + header,
				      .len = plan->string_identity_size };
	return 3;
}

bool code_leaves_at(const struct code *code, int32_t offset)
{
	uint32_t unit = (uint32_t)offset / 2;

	return code->leaves && offset >= 0 && (code->leaves[unit / 8] >> unit % 8 & 1);
}

int32_t code_line(const struct code *code, int32_t offset)
{
	return offset < 0 ? code->firstlineno : lines_find(&code->lines, (uint32_t)offset);
}
