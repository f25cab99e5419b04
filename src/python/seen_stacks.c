/*
 * seen_stacks.c - a table of few places for each key, one for each leaf, in which the newest stay.
 */
#include "seen_stacks.h"

#include <stdlib.h>

#include "base/clock.h"
#include "python/code.h"

enum {
	SETS = 64,
	WAYS = 8,                               /* functions and generators at one place */
	DEPTH_MAX = 256,                        /* frames */
	SEEN_NS = 1000 * (uint64_t)CLOCK_MS_NS, /* what is older says nothing of now */
};

struct seen_stacks {
	struct seen_stack sets[SETS][WAYS];
};

struct error *seen_stacks_create(struct seen_stacks **ret)
{
	struct seen_stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return &error_nomem;
	*ret = stacks;
	return NULL;
}

void seen_stacks_destroy(struct seen_stacks *stacks)
{
	if (!stacks)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t k = 0; k < WAYS; k++)
			array_deinit(&stacks->sets[i][k].frames);
	free(stacks);
}

static size_t set_of(const struct seen_key *key)
{
	uint64_t mixed = key->tstate ^ key->depth << 8 ^ key->top;

	return (size_t)(mixed * 0x9e3779b97f4a7c15u >> 32) % SETS;
}

static bool is_alike(const struct seen_stack *stack, const struct seen_key *key)
{
	return stack->time_ns && stack->key.tstate == key->tstate &&
	       stack->key.depth == key->depth && stack->key.top == key->top;
}

static bool has_leaf(const struct seen_stack *stack, const struct seen_key *key, uint64_t code_id)
{
	return is_alike(stack, key) && stack->key.frame == key->frame &&
	       (!code_id || stack->frames.items[0].code_id == code_id);
}

/* The place of the stack with the same leaf, or else the one that was not seen for longest. */
static struct seen_stack *find_place(struct seen_stacks *stacks, const struct seen_key *key,
				     uint64_t code_id)
{
	struct seen_stack *set = stacks->sets[set_of(key)], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (has_leaf(&set[i], key, code_id))
			return &set[i];
		if (set[i].time_ns < oldest->time_ns)
			oldest = &set[i];
	}
	return oldest;
}

struct error *seen_stacks_put(struct seen_stacks *stacks, const struct seen_key *key,
			      uint64_t now_ns, const struct py_frame *frames, size_t count)
{
	struct seen_stack *stack;

	if (count > DEPTH_MAX)
		return NULL;
	stack = find_place(stacks, key, frames[0].code->id);
	stack->time_ns = 0;
	stack->frame_code = 0;
	stack->frames.count = 0;
	if (!array_reserve(&stack->frames, count))
		return &error_nomem;
	for (size_t i = 0; i < count; i++) {
		stack->frames.items[stack->frames.count++] = (struct seen_frame) {
			.addr = frames[i].addr,
			.code_addr = frames[i].code->addr,
			.code_id = frames[i].code->id,
			.offset = frames[i].offset,
		};
		if (frames[i].addr == key->frame)
			stack->frame_code = frames[i].code->id;
	}
	stack->key = *key;
	stack->time_ns = now_ns;
	stack->leaf_size = frames[0].code->framesize;
	return NULL;
}

const struct seen_stack *seen_stacks_find(const struct seen_stacks *stacks,
					  const struct seen_key *key, uint64_t now_ns,
					  uint64_t code_id)
{
	const struct seen_stack *set = stacks->sets[set_of(key)], *newest = NULL;

	for (size_t i = 0; i < WAYS; i++)
		if (has_leaf(&set[i], key, code_id) && now_ns - set[i].time_ns <= SEEN_NS &&
		    (!newest || set[i].time_ns > newest->time_ns))
			newest = &set[i];
	return newest;
}

/* The newest of those that differ by the frame and have so many frames (0: any), by one leaf. */
static const struct seen_stack *find_unanimous(const struct seen_stacks *stacks,
					       const struct seen_key *key, uint64_t now_ns,
					       size_t count)
{
	const struct seen_stack *set = stacks->sets[set_of(key)], *newest = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (!is_alike(&set[i], key) || now_ns - set[i].time_ns > SEEN_NS ||
		    (count && set[i].frames.count != count))
			continue;
		if (newest && newest->frames.items[0].code_id != set[i].frames.items[0].code_id)
			return NULL;
		if (!newest || set[i].time_ns > newest->time_ns)
			newest = &set[i];
	}
	return newest;
}

const struct seen_stack *seen_stacks_find_alike(const struct seen_stacks *stacks,
						const struct seen_key *key, uint64_t now_ns,
						uint64_t frame_code)
{
	const struct seen_stack *set = stacks->sets[set_of(key)], *newest = NULL;

	if (!frame_code)
		return find_unanimous(stacks, key, now_ns, 0);
	for (size_t i = 0; i < WAYS; i++)
		if (is_alike(&set[i], key) && now_ns - set[i].time_ns <= SEEN_NS &&
		    set[i].frame_code == frame_code &&
		    (!newest || set[i].time_ns > newest->time_ns))
			newest = &set[i];
	return newest;
}

const struct seen_stack *seen_stacks_find_deep(const struct seen_stacks *stacks,
					       const struct seen_key *key, uint64_t now_ns)
{
	return key->depth ? find_unanimous(stacks, key, now_ns, key->depth) : NULL;
}

const struct seen_stack *seen_stacks_next(const struct seen_stacks *stacks, uint64_t tstate,
					  uint64_t now_ns, size_t *cursor)
{
	while (*cursor < SETS * WAYS) {
		const struct seen_stack *stack = &stacks->sets[*cursor / WAYS][*cursor % WAYS];

		++*cursor;
		if (stack->time_ns && stack->key.tstate == tstate &&
		    now_ns - stack->time_ns <= SEEN_NS)
			return stack;
	}
	return NULL;
}
