/*
 * gecko_tables.h - the stacks, frames and functions of one thread, as Firefox's profiler wants
 * them.
 *
 * There, colours belong to frames. So that one sees what a thread waited for, the last frame of a
 * stack may have another category than that of its code: it is a frame of its own, of the same
 * function.
 */
#ifndef OUTPUT_GECKO_TABLES_H
#define OUTPUT_GECKO_TABLES_H

#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "numbering.h"
#include "profile/profile.h"
#include "strings.h"

enum gecko_category {
	GECKO_OTHER, /* the first must be the grey one */
	GECKO_PROGRAM,
	GECKO_INSTALLED,
	GECKO_STDLIB,
	GECKO_IDLE, /* nothing was seen */
	GECKO_GC,
	GECKO_GIL,
	GECKO_LOCK,
	GECKO_IO,
	GECKO_SLEEP,
	GECKO_WAIT,
	GECKO_CATEGORIES
};

struct gecko_tables {
	const struct profile *profile;
	struct strings *strings;
	uint8_t *origins; /* by function: its category */
	struct numbering stacks, frames, funcs;
	ARRAY(uint32_t) chain; /* of one stack, leaf first */
};

/* Both are borrowed. */
__attribute__((warn_unused_result)) struct error *gecko_tables_init(struct gecko_tables *tables,
								    const struct profile *profile,
								    struct strings *strings);
void gecko_tables_deinit(struct gecko_tables *tables);

/* Another thread: none is in them. */
void gecko_tables_clear(struct gecko_tables *tables);

/* The stack that a run saw; or, run NULL, the one for times of which nothing is known. */
uint32_t gecko_tables_thing(const struct gecko_tables *tables, const struct run *run);

/* Adds it with its callers. &error_nomem. */
__attribute__((warn_unused_result)) struct error *gecko_tables_add(struct gecko_tables *tables,
								   uint32_t thing);

/* Its number in the file. */
static inline uint32_t gecko_tables_stack(const struct gecko_tables *tables, uint32_t thing)
{
	return numbering_get(&tables->stacks, thing);
}

/* The members of a thread that hold them. &error_nomem. */
__attribute__((warn_unused_result)) struct error *gecko_tables_put(struct gecko_tables *tables,
								   struct json *json);

#endif
