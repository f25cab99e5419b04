/*
 * str.h - the code points of a str (2.7: unicode), one after another: for those who show them as
 * they are and those who escape them.
 */
#ifndef PYTHON_STR_H
#define PYTHON_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/view.h"

enum {
	STR_CHUNK_BYTES = 1024, /* read at a time: most names and values in one call */
};

struct str_points {
	const struct py_view *view;
	uint64_t length; /* in units: code points, except where pairs */
	uint64_t next;   /* address of the next unit that is not in chunk */
	uint64_t left;   /* units from there on */
	uint64_t type;   /* of the object, 0 once it has been checked */
	unsigned int unit_size;
	bool is_ascii;
	bool has_pairs;   /* units of 2 bytes, code points past U+FFFF are surrogate pairs */
	size_t count, at; /* units in chunk, the next of them */
	uint8_t chunk[STR_CHUNK_BYTES];
};

/*
 * Reads the header. &error_torn where it is none of a str; that the object's type is a str is
 * checked with the first characters. For a 2.7 str (bytes) use bytes_read().
 */
__attribute__((warn_unused_result)) struct error *
str_points_init(const struct py_view *view, uint64_t object, struct str_points *ret);

/* The next code point (lone surrogates as they are), or *end. */
__attribute__((warn_unused_result)) struct error *str_points_next(struct str_points *points,
								  uint32_t *ret, bool *end);

#endif
