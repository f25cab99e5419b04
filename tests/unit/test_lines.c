/*
 * Line tables: rows that the interpreters' own dis.findlinestarts() and co_lines() gave for code of
 * the standard library, and tables that no compiler makes.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "python/lines.h"

#define TABLE(chars) (const uint8_t *)(chars), sizeof(chars) - 1

static const struct line_case {
	enum lines_shape shape;
	int32_t firstlineno;
	const uint8_t *table;
	size_t size;
	const char *rows; /* start:line, 0 where a range has no line */
} cases[] = {
	{ LINES_LNOTAB_UNSIGNED, 5, TABLE("\x1c\x02\x19\x03\x16\xff\x00\x48\x16\x0a\x16\x25"),
	  "0:5 28:7 53:10 75:337 97:347 119:384" },
	{ LINES_LNOTAB, 265, TABLE("\x00\x01\x06\x01\x00\x00\x00\x00\x00\xff\x02\x02\x02\xfe"),
	  "0:266 8:268 10:266" },
	{ LINES_LINETABLE, 75,
	  TABLE("\x08\x01\x00\x7f\x00\x7f\x08\x36\x1a\x01\x0e\x01\x1c\xff\x02\x80\x1c\x00\x02\x80"
		"\x04\xff"),
	  "0:76 8:384 16:385 42:386 56:385 84:0 86:385 114:0 116:384" },
	{ LINES_LINETABLE, 420,
	  TABLE("\x08\x01\x02\x01\x42\x01\x06\x01\x0a\xff\xfe\x02\x28\x00\x06\x01\x0e\x01\x06\x01"
		"\x02\xff\x10\x02\x10\x01"),
	  "0:421 8:422 10:423 76:424 82:423 92:425 386:426 392:427 406:428 412:427 414:429 "
	  "430:430" },
	{ LINES_LOCATIONS, 368,
	  TABLE("\xf8\xe8\x00\xf8\x80\x00\xe0\x0f\x14\x90\x72\x8a\x7a\xd9\x16\x1f\x93\x6b\xd7\x10"
		"\x21\xd1\x10\x21\xf0\x03\x00\x10\x1a\xd8\x10\x21\xfa"),
	  "0:0 2:368 4:0 6:368 8:370 18:371 50:370 52:371 54:0" },
	{ LINES_LOCATIONS, 441, TABLE("\x84\x00\xf1\x02\x21\x05\x08\xf3\x46\x01\x14\x05\x14"),
	  "0:441 10:442 14:477" },
	{ LINES_LOCATIONS, 135,
	  TABLE("\xf9\xe2\x23\x35\xe9\x05\x81\x00\xe1\x23\x35\x91\x4b\x90\x44\xf4\x03\x00\x11\x1b"
		"\x98\x34\xd7\x10\x27\xd1\x10\x27\xdb\x23\x35\xf9"),
	  "0:0 4:137 10:135 18:137 28:136 60:137 68:0" },
	{ LINES_LOCATIONS, 361, TABLE("\xe9\x00\x81\x00\xf4\x7a\x01\x00\x0f\x22\xd0\x08\x21\xf9"),
	  "0:361 8:422 20:0" },
	/* a line step of 300 in two pairs, a code step of 300 in two pairs */
	{ LINES_LNOTAB_UNSIGNED, 1, TABLE("\x06\xff\x00\x2d\xff\x00\x2d\x01"),
	  "0:1 6:301 306:302" },
	{ LINES_LNOTAB, 1, TABLE("\x06\x7f\x00\x7f\x00\x2e\xff\x00\x2d\x80"), "0:1 6:301 306:173" },
	/* nothing at all: the first line, where the table only says what differs from it */
	{ LINES_LNOTAB_UNSIGNED, 7, TABLE(""), "0:7" },
	{ LINES_LNOTAB, 7, TABLE(""), "0:7" },
	{ LINES_LINETABLE, 7, TABLE(""), "" },
	{ LINES_LOCATIONS, 7, TABLE(""), "" },
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static char *rows_text(const struct line_rows *rows)
{
	struct text text;

	text_init(&text);
	for (size_t i = 0; i < rows->count; i++)
		text_addf(&text, "%s%u:%d", i ? " " : "", rows->items[i].start,
			  rows->items[i].line);
	return text_take(&text);
}

Test(lines, what_the_interpreters_say)
{
	for (size_t i = 0; i < CASE_COUNT; i++) {
		CLEANUP(line_rows_deinit)
		struct line_rows rows;
		CLEANUP(freep)
		char *text = NULL;

		cr_assert_null(lines_decode(cases[i].shape, cases[i].table, cases[i].size,
					    cases[i].firstlineno, &rows));
		text = rows_text(&rows);
		cr_expect_str_eq(text, cases[i].rows, "case %zu", i);
	}
}

Test(lines, every_offset_has_the_line_of_its_row)
{
	for (size_t i = 0; i < CASE_COUNT; i++) {
		CLEANUP(line_rows_deinit)
		struct line_rows rows;
		uint32_t end = 0;

		cr_assert_null(lines_decode(cases[i].shape, cases[i].table, cases[i].size,
					    cases[i].firstlineno, &rows));
		for (size_t j = 0; j < rows.count; j++) {
			end = j + 1 < rows.count ? rows.items[j + 1].start
						 : rows.items[j].start + 100;
			for (uint32_t at = rows.items[j].start; at < end; at++)
				cr_assert_eq(lines_find(&rows, at), rows.items[j].line);
		}
		cr_assert_eq(lines_find(&rows, UINT32_MAX),
			     rows.count ? rows.items[rows.count - 1].line : 0);
	}
}

Test(lines, a_cut_table_gives_the_rows_before_the_cut)
{
	for (size_t i = 0; i < CASE_COUNT; i++) {
		CLEANUP(line_rows_deinit)
		struct line_rows whole;

		cr_assert_null(lines_decode(cases[i].shape, cases[i].table, cases[i].size,
					    cases[i].firstlineno, &whole));
		for (size_t size = 0; size < cases[i].size; size++) {
			CLEANUP(freep)
			uint8_t *table = malloc(size ? size : 1); /* an over-read is seen */
			CLEANUP(line_rows_deinit)
			struct line_rows rows;

			memcpy(table, cases[i].table, size);
			cr_assert_null(lines_decode(cases[i].shape, table, size,
						    cases[i].firstlineno, &rows));
			cr_assert_leq(rows.count, whole.count + 1);
			/* the last one may be cut short itself */
			for (size_t j = 0; j + 2 < rows.count; j++)
				cr_assert_eq(rows.items[j].line, whole.items[j].line);
		}
	}
}

Test(lines, any_bytes_give_ascending_rows)
{
	uint64_t state = 1;

	for (int round = 0; round < 20000; round++) {
		uint8_t table[64];
		CLEANUP(line_rows_deinit)
		struct line_rows rows;

		for (size_t i = 0; i < sizeof(table); i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			table[i] = (uint8_t)(state >> 56);
		}
		cr_assert_null(lines_decode((enum lines_shape)(round % 4), table,
					    (size_t)round % sizeof(table), (int32_t)state, &rows));
		for (size_t i = 0; i < rows.count; i++) {
			cr_assert_geq(rows.items[i].line, 0);
			if (i)
				cr_assert(rows.items[i].start > rows.items[i - 1].start &&
					  rows.items[i].line != rows.items[i - 1].line);
		}
	}
}

Test(lines, numbers_that_overflow_end_the_table)
{
	/* a line step of 7 groups of 6 bits; one of 2^32 - 1, four times */
	static const uint8_t too_long[] = { 0xE8, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x01 };
	static const uint8_t far[] = { 0x80, 0, 0xE8, 0x7E, 0x7F, 0x7F, 0x7F, 0x7F, 0x03, 0x80, 0 };
	CLEANUP(line_rows_deinit)
	struct line_rows rows;

	cr_assert_null(lines_decode(LINES_LOCATIONS, too_long, sizeof(too_long), 5, &rows));
	cr_assert_eq(rows.count, 0);
	cr_assert_null(lines_decode(LINES_LOCATIONS, far, sizeof(far), INT32_MAX, &rows));
	cr_assert_eq(rows.count, 2);
	cr_assert_eq(rows.items[0].line, INT32_MAX);
	cr_assert_eq(rows.items[1].line, 0, "past any line of a file");
}

Test(lines, code_of_four_gigabytes_is_damage)
{
	enum { SIZE = 80 << 20 };
	CLEANUP(freep)
	uint8_t *table = malloc(SIZE);
	CLEANUP(line_rows_deinit)
	struct line_rows rows;

	memset(table, 0xFF, SIZE); /* 40 million times 255 bytes */
	for (size_t i = 1; i < SIZE; i += 2)
		table[i] = 0;
	cr_assert_null(lines_decode(LINES_LINETABLE, table, SIZE, 1, &rows));
	cr_assert_eq(rows.count, 1);
	cr_assert_eq(lines_find(&rows, INT32_MAX), 1);
}
