/*
 * reach.c - a search in breadth from objects to one that they hold.
 *
 * Bounded in steps, in objects and in bytes of each: what the target says is a type may be none.
 */
#include "reach.h"

#include <string.h>

#include "python/object.h"

enum {
	STEPS = 3,        /* arguments of a call, a Task's wake-up among them, the Task */
	STEP_MAX = 32,    /* objects that are looked at in one */
	OBJECT_MAX = 256, /* bytes of an object, and of a type, that are looked at */
	TYPE_MAX = 256,
};

struct held {
	unsigned char bytes[OBJECT_MAX];
	struct reach_type type; /* addr 0: none */
};

struct search {
	const struct py_view *view;
	struct reach_types *types;
	uint64_t wanted;
	uint64_t met[(STEPS + 1) * STEP_MAX]; /* objects, in the order in which they were met */
	size_t count;
	size_t room; /* so many of them at the end of this step */
	struct held step[STEP_MAX];
};

static uint64_t word_at(const unsigned char *bytes, int32_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static bool may_be_object(uint64_t addr)
{
	return addr >> 16 && !(addr >> 47) && addr % sizeof(uint64_t) == 0;
}

/* Is it the one? If not it is looked at in the next step. */
static bool meet(struct search *search, uint64_t addr)
{
	if (addr == search->wanted)
		return true;
	for (size_t i = 0; i < search->count; i++)
		if (search->met[i] == addr)
			return false;
	if (may_be_object(addr) && search->count < search->room)
		search->met[search->count++] = addr;
	return false;
}

/* The objects from `first` on. */
static struct error *read_objects(struct search *search, size_t first)
{
	const struct py_layout *l = search->view->layout;
	struct mem_range ranges[STEP_MAX];
	size_t count = search->count - first;
	struct error *err;

	for (size_t i = 0; i < count; i++)
		ranges[i] = (struct mem_range) { search->met[first + i], OBJECT_MAX,
						 search->step[i].bytes, false };
	err = mem_readv(search->view->mem, ranges, count);
	for (size_t i = 0; !err && i < count; i++) {
		struct held *held = &search->step[i];
		uint64_t type = ranges[i].ok ? word_at(held->bytes, l->object_type) : 0;

		held->type = (struct reach_type) { .addr = may_be_object(type) ? type : 0 };
	}
	return err;
}

static struct reach_type *slot_of(struct reach_types *types, uint64_t addr)
{
	const size_t count = sizeof(types->slots) / sizeof(types->slots[0]);

	return &types->slots[(addr >> 4) % count];
}

/* Those of their types that are not known yet. */
static struct error *read_types(struct search *search, size_t count)
{
	const struct py_layout *l = search->view->layout;
	unsigned char bytes[STEP_MAX][TYPE_MAX];
	struct mem_range ranges[STEP_MAX];
	size_t unknown = 0;
	struct error *err;

	for (size_t i = 0; i < count; i++) {
		uint64_t addr = search->step[i].type.addr;

		if (addr && slot_of(search->types, addr)->addr != addr) {
			ranges[unknown] =
				(struct mem_range) { addr, TYPE_MAX, bytes[unknown], false };
			unknown++;
		}
	}
	err = unknown ? mem_readv(search->view->mem, ranges, unknown) : NULL;
	for (size_t i = 0; !err && i < unknown; i++)
		if (ranges[i].ok)
			*slot_of(search->types, ranges[i].addr) = (struct reach_type) {
				.addr = ranges[i].addr,
				.flags = word_at(bytes[i], l->type_flags),
				.basicsize = word_at(bytes[i], l->type_basicsize),
				.itemsize = word_at(bytes[i], l->type_itemsize),
			};
	for (size_t i = 0; !err && i < count; i++) {
		struct reach_type *type = &search->step[i].type;
		const struct reach_type *known = slot_of(search->types, type->addr);

		if (type->addr && known->addr == type->addr)
			*type = *known;
		else
			type->addr = 0;
	}
	return err;
}

/* Generators, coroutines and asynchronous generators are of one size (Objects/genobject.c, 3.11).
 */
static bool is_followed(const struct py_layout *l, const struct reach_type *type)
{
	const uint64_t closed =
		TYPE_LONG | TYPE_LIST | TYPE_BYTES | TYPE_UNICODE | TYPE_DICT | TYPE_TYPE;

	return type->addr && !(type->flags & closed) &&
	       type->basicsize != (uint64_t)l->gen_iframe + (uint64_t)l->frame_localsplus;
}

/* Bytes of it that may hold others, its head included. */
static size_t size_of(const struct py_layout *l, const struct held *held)
{
	const uint64_t basicsize = held->type.basicsize;
	uint64_t items = 0;

	if (held->type.itemsize == sizeof(uint64_t))
		items = word_at(held->bytes, l->var_size);
	if (basicsize >= OBJECT_MAX || items > (OBJECT_MAX - basicsize) / sizeof(uint64_t))
		return OBJECT_MAX;
	return (size_t)(basicsize + items * sizeof(uint64_t));
}

/* One step: what do the objects from `first` on hold? */
static bool look_into(struct search *search, size_t first)
{
	const struct py_layout *l = search->view->layout;
	const size_t count = search->count - first;

	if (error_catch_any(read_objects(search, first)) ||
	    error_catch_any(read_types(search, count)))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct held *held = &search->step[i];
		const size_t size = is_followed(l, &held->type) ? size_of(l, held) : 0;

		for (size_t at = (size_t)l->object_size; at + sizeof(uint64_t) <= size;
		     at += sizeof(uint64_t))
			if (meet(search, word_at(held->bytes, (int32_t)at)))
				return true;
	}
	return false;
}

static bool is_inside(int32_t offset, int32_t size)
{
	return offset >= 0 && offset + (int32_t)sizeof(uint64_t) <= size;
}

/* Is all of it known that is looked at? */
static bool is_known(const struct py_layout *l)
{
	return l->object_size > 0 && l->gen_iframe > 0 && is_inside(l->object_type, OBJECT_MAX) &&
	       is_inside(l->var_size, OBJECT_MAX) && is_inside(l->type_flags, TYPE_MAX) &&
	       is_inside(l->type_basicsize, TYPE_MAX) && is_inside(l->type_itemsize, TYPE_MAX);
}

bool reach(const struct py_view *view, struct reach_types *types, const uint64_t *from,
	   size_t count, uint64_t wanted)
{
	struct search search = { .view = view, .types = types, .wanted = wanted, .room = STEP_MAX };
	size_t first = 0;

	for (size_t i = 0; i < count; i++)
		if (meet(&search, from[i]))
			return true;
	for (int step = 0; is_known(view->layout) && step < STEPS && first < search.count; step++) {
		size_t end = search.count;

		search.room = end + STEP_MAX;
		if (look_into(&search, first))
			return true;
		first = end;
	}
	return false;
}
