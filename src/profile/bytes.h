/*
 * bytes.h - numbers as bytes, for recordings: written to an array that grows, read within bounds.
 *
 * A number is a varint: seven bits a byte, the low ones first, the top bit set but in the last. A
 * signed number is folded first: 0, -1, 1, -2, ... are 0, 1, 2, 3, ...
 */
#ifndef PROFILE_BYTES_H
#define PROFILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"

enum { VARINT_MAX_BYTES = 10 };

struct bytes {
	uint8_t *items;
	size_t count, capacity;
	bool failed; /* memory ran out: what was put since is missing */
};

/* Room for so many bytes behind the last; NULL, and remembered, when out of memory. */
static inline uint8_t *bytes_reserve(struct bytes *bytes, size_t more)
{
	if (!array_reserve(bytes, more ? more : 1)) { /* nothing has an address, too */
		bytes->failed = true;
		return NULL;
	}
	return bytes->items + bytes->count;
}

static inline void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
	uint8_t *end = bytes_reserve(bytes, size);

	if (end && size) {
		memcpy(end, data, size);
		bytes->count += size;
	}
}

static inline void bytes_put_byte(struct bytes *bytes, uint8_t byte)
{
	bytes_put(bytes, &byte, 1);
}

static inline void bytes_put_number(struct bytes *bytes, uint64_t value)
{
	uint8_t *end = bytes_reserve(bytes, VARINT_MAX_BYTES);
	size_t size = 0;

	if (!end)
		return;
	for (; value >= 0x80; value >>= 7)
		end[size++] = (uint8_t)(value | 0x80);
	end[size++] = (uint8_t)value;
	bytes->count += size;
}

static inline void bytes_put_signed(struct bytes *bytes, int64_t value)
{
	bytes_put_number(bytes, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

/* What is left to be read. Reading past its end gives zeroes, and is remembered. */
struct cursor {
	const uint8_t *next, *end;
	bool failed; /* it ended too early, or a number was too long */
};

static inline struct cursor cursor_of(const void *data, size_t size)
{
	const uint8_t *bytes = data ? data : (const uint8_t *)"";

	return (struct cursor) { bytes, bytes + size, false };
}

static inline size_t cursor_left(const struct cursor *cursor)
{
	return (size_t)(cursor->end - cursor->next);
}

/* The next bytes; NULL when there are not as many. */
static inline const void *cursor_take(struct cursor *cursor, uint64_t size)
{
	const uint8_t *data = cursor->next;

	if (size > cursor_left(cursor)) {
		cursor->failed = true;
		cursor->next = cursor->end;
		return NULL;
	}
	cursor->next += size;
	return data;
}

static inline uint8_t cursor_byte(struct cursor *cursor)
{
	const uint8_t *byte = cursor_take(cursor, 1);

	return byte ? *byte : 0;
}

static inline uint64_t cursor_number(struct cursor *cursor)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_byte(cursor);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	cursor->failed = true;
	return 0;
}

static inline int64_t cursor_signed(struct cursor *cursor)
{
	uint64_t value = cursor_number(cursor);

	return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

#endif
