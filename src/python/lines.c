/*
 * lines.c - from a code object's line table and an instruction to a line: pure bytes, no reader.
 *
 * Knows the four encodings by enum lines_shape. What they mean is said in CPython's
 * Objects/lnotab_notes.txt (2.7 to 3.10) and Objects/locations.md (3.11: InternalDocs/
 * code_objects.md since 3.14); Objects/codeobject.c reads them.
 */
#include "python/lines.h"

#include <stdlib.h>

#include "base/array.h"

/* A table while it is read: rows found so far, and the range that comes next. */
struct decoder {
	ARRAY(struct line_row) rows;
	const uint8_t *next, *end;
	uint64_t start; /* byte offset in the code of the next range */
	int64_t line;   /* as computed so far; a range without a line leaves it alone */
};

/* A line that is no line of a file: negative ones come from damage or from code made by hand. */
static int32_t known_line(int64_t line)
{
	return line > 0 && line <= INT32_MAX ? (int32_t)line : 0;
}

/* From the decoder's start on the line is `line`; false when memory ran out. */
static bool add_row(struct decoder *decoder, int32_t line)
{
	size_t count = decoder->rows.count;

	if (count && decoder->rows.items[count - 1].line == line)
		return true;
	return array_push(&decoder->rows,
			  ((struct line_row) { .start = (uint32_t)decoder->start, .line = line }));
}

/* Steps over `bytes` of code: false where no code reaches, the table is damaged. */
static bool advance(struct decoder *decoder, unsigned int bytes)
{
	decoder->start += bytes;
	return decoder->start <= INT32_MAX;
}

/*
 * co_lnotab: pairs (code step, line step); the steps of a pair take effect together, so that
 * several pairs with a code step of 0 add up to one long line step.
 */
static bool decode_lnotab(struct decoder *decoder, bool is_signed)
{
	for (; decoder->end - decoder->next >= 2; decoder->next += 2) {
		unsigned int step = decoder->next[0];

		if (step && !add_row(decoder, known_line(decoder->line)))
			return false;
		if (!advance(decoder, step))
			return true;
		decoder->line += is_signed ? (int8_t)decoder->next[1] : decoder->next[1];
	}
	return add_row(decoder, known_line(decoder->line));
}

/* co_linetable of 3.10: pairs (bytes of code, line step), -128 for a range without a line. */
static bool decode_linetable(struct decoder *decoder)
{
	enum { NO_LINE = -128 };

	for (; decoder->end - decoder->next >= 2; decoder->next += 2) {
		unsigned int bytes = decoder->next[0];
		int step = (int8_t)decoder->next[1];

		if (step != NO_LINE)
			decoder->line += step;
		if (bytes && !add_row(decoder, step == NO_LINE ? 0 : known_line(decoder->line)))
			return false;
		if (!advance(decoder, bytes))
			break;
	}
	return true;
}

/* A number in groups of 6 bits, lowest first, bit 6 says that more follow; false when damaged. */
static bool read_varint(struct decoder *decoder, uint32_t *ret)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 32; shift += 6) {
		if (decoder->next == decoder->end || *decoder->next & 0x80)
			return false;
		value |= (uint64_t)(*decoder->next & 0x3F) << shift;
		if (!(*decoder->next++ & 0x40)) {
			*ret = (uint32_t)value;
			return value <= UINT32_MAX;
		}
	}
	return false;
}

/* The line step of an entry whose first byte has been read; false when damaged. */
static bool read_line_step(struct decoder *decoder, unsigned int code, int64_t *ret)
{
	enum { ONE_LINE0 = 10, ONE_LINE2 = 12, NO_COLUMNS = 13, LONG = 14 };
	uint32_t folded;

	if (code == NO_COLUMNS || code == LONG) {
		if (!read_varint(decoder, &folded))
			return false;
		*ret = folded & 1 ? -(int64_t)(folded >> 1) : (int64_t)(folded >> 1);
	} else {
		*ret = code >= ONE_LINE0 && code <= ONE_LINE2 ? code - ONE_LINE0 : 0;
	}
	return true;
}

/*
 * The location table since 3.11: entries begin with a byte 1ccccnnn (c the form, n + 1 code units
 * of 2 bytes), no other byte has its highest bit set.
 */
static bool decode_locations(struct decoder *decoder)
{
	enum { NO_LOCATION = 15, UNIT_BYTES = 2 };

	while (decoder->next < decoder->end) {
		unsigned int first = *decoder->next++, code = first >> 3 & 15;
		int64_t step;

		if (!(first & 0x80) || !read_line_step(decoder, code, &step))
			break;
		decoder->line += step;
		if (!add_row(decoder, code == NO_LOCATION ? 0 : known_line(decoder->line)))
			return false;
		if (!advance(decoder, ((first & 7) + 1) * UNIT_BYTES))
			break;
		while (decoder->next < decoder->end && !(*decoder->next & 0x80))
			decoder->next++;
	}
	return true;
}

struct error *lines_decode(enum lines_shape shape, const uint8_t *table, size_t size,
			   int32_t firstlineno, struct line_rows *ret)
{
	struct decoder decoder = {
		.next = table,
		.end = size ? table + size : table,
		.line = firstlineno,
	};
	bool ok = false;

	switch (shape) {
	case LINES_LNOTAB_UNSIGNED:
		ok = decode_lnotab(&decoder, false);
		break;
	case LINES_LNOTAB:
		ok = decode_lnotab(&decoder, true);
		break;
	case LINES_LINETABLE:
		ok = decode_linetable(&decoder);
		break;
	case LINES_LOCATIONS:
		ok = decode_locations(&decoder);
		break;
	}
	if (!ok) {
		array_deinit(&decoder.rows);
		return &error_nomem;
	}
	ret->items = decoder.rows.items;
	ret->count = decoder.rows.count;
	return NULL;
}

void line_rows_deinit(struct line_rows *rows)
{
	free(rows->items);
	*rows = (struct line_rows) { 0 };
}

int32_t lines_find(const struct line_rows *rows, uint32_t offset)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->items[middle].start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? rows->items[low - 1].line : 0;
}
