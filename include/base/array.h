/*
 * array.h - a typed array that grows.
 *
 *	ARRAY(struct thing) things = { 0 };
 *	if (!array_reserve(&things, 1))
 *		return &error_nomem;
 *	things.items[things.count++] = thing;
 *	array_deinit(&things);
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY(type)                                                                                \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count, capacity;                                                            \
	}

/* Room for `more` items behind the last: false when out of memory (the array is unchanged). */
#define array_reserve(array, more)                                                                 \
	array_reserve_((void **)&(array)->items, &(array)->capacity, (array)->count, (more),       \
		       sizeof(*(array)->items))

/* Appends one item: false when out of memory. */
#define array_push(array, item)                                                                    \
	(array_reserve((array), 1) ? ((array)->items[(array)->count++] = (item), true) : false)

/* Removes the items from `from` to before `to`, both at most count. */
#define array_cut(array, from, to)                                                                 \
	do {                                                                                       \
		if ((from) != (to))                                                                \
			memmove((array)->items + (from), (array)->items + (to),                    \
				((array)->count - (to)) * sizeof(*(array)->items));                \
		(array)->count -= (to) - (from);                                                   \
	} while (0)

#define array_deinit(array)                                                                        \
	do {                                                                                       \
		free((array)->items);                                                              \
		(array)->items = NULL;                                                             \
		(array)->count = (array)->capacity = 0;                                            \
	} while (0)

static inline bool array_reserve_(void **items, size_t *capacity, size_t count, size_t more,
				  size_t size)
{
	size_t wanted, grown;
	void *moved;

	if (*capacity - count >= more)
		return true;
	if (__builtin_add_overflow(count, more, &wanted))
		return false;
	grown = *capacity ? *capacity * 2 : 16;
	if (grown < wanted)
		grown = wanted;
	moved = reallocarray(*items, grown, size);
	if (!moved)
		return false;
	*items = moved;
	*capacity = grown;
	return true;
}

#endif
