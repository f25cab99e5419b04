/*
 * numbering.h - numbers for those of many things that are used, in the order of their first use:
 * the tables of a form that hold only what one thread needs.
 */
#ifndef OUTPUT_NUMBERING_H
#define OUTPUT_NUMBERING_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"

struct numbering {
	uint32_t *number;     /* of a thing, plus 1; 0: none yet */
	ARRAY(uint32_t) used; /* things by number */
};

/* Things are 0 to count - 1. */
__attribute__((warn_unused_result)) static inline struct error *
numbering_init(struct numbering *numbering, size_t count)
{
	*numbering = (struct numbering) { .number = calloc(count + 1, sizeof(uint32_t)) };
	return numbering->number ? NULL : &error_nomem;
}

static inline void numbering_deinit(struct numbering *numbering)
{
	free(numbering->number);
	array_deinit(&numbering->used);
}

/* Has it a number? Else it gets the next one. */
__attribute__((warn_unused_result)) static inline struct error *
numbering_add(struct numbering *numbering, uint32_t thing)
{
	if (numbering->number[thing])
		return NULL;
	if (!array_push(&numbering->used, thing))
		return &error_nomem;
	numbering->number[thing] = (uint32_t)numbering->used.count;
	return NULL;
}

/* The number of what was added. */
static inline uint32_t numbering_get(const struct numbering *numbering, uint32_t thing)
{
	return numbering->number[thing] - 1;
}

/* None is used again; takes as long as they are many. */
static inline void numbering_clear(struct numbering *numbering)
{
	while (numbering->used.count)
		numbering->number[numbering->used.items[--numbering->used.count]] = 0;
}

#endif
