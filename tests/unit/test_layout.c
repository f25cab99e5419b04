/*
 * test_layout.c - offsets of CPython's structures: from the tables, from _Py_DebugOffsets, from
 * debug information; and every lie that a target can tell about them.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "python/layout.h"

#include "../../src/python/layout_members.h"
#include "../../src/python/layout_rows.h"

static struct py_version version_of(int minor, int micro)
{
	return (struct py_version) { minor == 7 && micro == 18 ? 2 : 3, minor, micro, 0xF, 0 };
}

/* A layout of that version that is as it should be. */
static struct py_layout layout_of(int minor, int micro, unsigned int flavour)
{
	struct py_version version = version_of(minor, micro);
	struct py_layout layout;

	cr_assert_null(layout_from_tables(&version, flavour, &layout));
	return layout;
}

static void assert_error(struct error *err, enum error_kind kind, const char *part)
{
	cr_assert_not_null(err);
	cr_expect_eq(err->kind, kind, "%s", error_message(err));
	cr_expect(strstr(error_message(err), part), "\"%s\" is not in: %s", part,
		  error_message(err));
	error_destroy(err);
}

static void assert_refused(struct error *err, const char *part)
{
	assert_error(err, ERROR_UNSUPPORTED, part);
}

/* Tables */

Test(layout, rows_ascend_and_all_pass_the_check)
{
	for (size_t i = 0; i < layout_row_count; i++) {
		const struct layout_row *row = &layout_rows[i];
		struct py_layout layout;
		struct error *err = layout_from_tables(&row->version, row->flavour, &layout);

		cr_expect_null(err, "%s: %s", row->name, err ? error_message(err) : "");
		cr_expect_str_eq(layout.origin, row->name);
		if (i)
			cr_expect_leq(py_version_compare(&row[-1].version, &row->version), 0);
	}
}

Test(layout, every_version_has_release_and_debug_rows)
{
	static const struct {
		int major, minor;
	} known[] = { { 2, 7 },  { 3, 6 },  { 3, 7 },  { 3, 8 },  { 3, 9 }, { 3, 10 },
		      { 3, 11 }, { 3, 12 }, { 3, 13 }, { 3, 14 }, { 3, 15 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct py_version version = { known[i].major, known[i].minor, 99, 0xF, 0 };

		cr_expect_not_null(layout_row_find(&version, 0), "%d", known[i].minor);
		cr_expect_not_null(layout_row_find(&version, PY_DEBUG), "%d", known[i].minor);
		if (known[i].minor >= 13) {
			cr_expect_not_null(layout_row_find(&version, PY_FREE_THREADED));
			cr_expect_not_null(layout_row_find(&version, PY_FREE_THREADED | PY_DEBUG));
		}
	}
}

Test(layout, the_row_is_the_highest_micro_not_above)
{
	cr_expect_str_eq(layout_of(7, 0, 0).origin, "3.7.0");
	cr_expect_str_eq(layout_of(7, 3, 0).origin, "3.7.0");
	cr_expect_str_eq(layout_of(7, 4, 0).origin, "3.7.4");
	cr_expect_str_eq(layout_of(7, 17, PY_DEBUG).origin, "3.7.4d");
	/* below the lowest: the lowest */
	cr_expect_str_eq(layout_of(8, 0, 0).origin, "3.8.18");
}

Test(layout, the_gil_word_moved_in_3_7_4)
{
	/* Behind the locks of ceval.gil, whose size is the C library's. */
#ifdef __aarch64__
	cr_expect_eq(layout_of(7, 3, 0).runtime_tstate_current, 1408);
	cr_expect_eq(layout_of(7, 4, 0).runtime_tstate_current, 1496);
#else
	cr_expect_eq(layout_of(7, 3, 0).runtime_tstate_current, 1392);
	cr_expect_eq(layout_of(7, 4, 0).runtime_tstate_current, 1480);
#endif
}

Test(layout, debug_builds_before_3_8_have_two_more_words_in_each_object)
{
	cr_expect_eq(layout_of(7, 4, 0).object_type, 8);
	cr_expect_eq(layout_of(7, 4, PY_DEBUG).object_type, 24);
	cr_expect_eq(layout_of(8, 18, PY_DEBUG).object_type, 8);
}

Test(layout, unknown_versions_are_refused_with_those_that_are_known)
{
	struct py_version version = { 3, 5, 1, 0xF, 0 };
	struct py_layout layout = { .tstate_next = 77 };

	assert_refused(layout_from_tables(&version, 0, &layout), "3.5.1; there are those of 2.7,");
	cr_expect_eq(layout.tstate_next, 77, "written on failure");
	version.minor = 12;
	assert_refused(layout_from_tables(&version, PY_FREE_THREADED, &layout), "3.12.1t");
}

/* Shapes */

Test(layout, shapes_by_version)
{
	struct py_version python2 = { 2, 7, 18, 0xF, 0 };
	struct py_layout layout;

	cr_assert_null(layout_from_tables(&python2, PY_UCS4, &layout));
	cr_expect_eq(layout.unicode_unit_size, 4);
	cr_expect_eq(layout.str_shape, STR_PY2);
	cr_expect_eq(layout.lines_shape, LINES_LNOTAB_UNSIGNED);
	cr_assert_null(layout_from_tables(&python2, 0, &layout));
	cr_expect_eq(layout.unicode_unit_size, 2);

	cr_expect_eq(layout_of(9, 2, 0).instr_shape, INSTR_BYTES);
	cr_expect_eq(layout_of(10, 13, 0).instr_shape, INSTR_UNITS);
	cr_expect_eq(layout_of(10, 13, 0).lines_shape, LINES_LINETABLE);
	cr_expect_eq(layout_of(10, 13, 0).frame_shape, FRAME_OBJECT);
	cr_expect_eq(layout_of(11, 7, 0).frame_shape, FRAME_CFRAME);
	cr_expect_eq(layout_of(11, 7, 0).shim_owner, INT_MAX);
	cr_expect_eq(layout_of(11, 7, 0).attr_shape, ATTR_VALUES);
	cr_expect_eq(layout_of(12, 1, 0).attr_shape, ATTR_DICT_OR_VALUES);
	cr_expect_eq(layout_of(12, 1, 0).shim_owner, 3);
	cr_expect_eq(layout_of(13, 0, 0).frame_shape, FRAME_DIRECT);
	cr_expect_eq(layout_of(13, 0, 0).holds_gil_bit, 5);
}

Test(layout, shapes_of_free_threaded_builds)
{
	cr_expect_eq(layout_of(13, 0, PY_FREE_THREADED).stackref_mask, 0);
	cr_expect_eq(layout_of(13, 0, PY_FREE_THREADED).unicode_kind_shift, 2);
	cr_expect_eq(layout_of(14, 7, 0).stackref_mask, 3);
	cr_expect_eq(layout_of(14, 7, PY_FREE_THREADED).stackref_mask, 1);
	cr_expect_eq(layout_of(14, 7, PY_FREE_THREADED).unicode_kind_shift, 8);
	cr_expect_eq(layout_of(15, 2, PY_FREE_THREADED).stackref_mask, 3);
	cr_expect_eq(layout_of(15, 2, PY_FREE_THREADED).object_type, 24);
}

/* Version numbers */

Test(layout, versions_from_hex_and_as_text)
{
	char text[PY_VERSION_TEXT_SIZE];
	struct py_version final = py_version_from_hex(0x030c01f0);
	struct py_version candidate = py_version_from_hex(0x030f00c2);

	cr_expect_str_eq(layout_version_text(&final, 0, text), "3.12.1");
	cr_expect_str_eq(layout_version_text(&final, PY_DEBUG, text), "3.12.1d");
	cr_expect_str_eq(layout_version_text(&candidate, PY_FREE_THREADED, text), "3.15.0rc2t");
	cr_expect_str_eq(layout_version_text(&candidate, PY_FREE_THREADED | PY_DEBUG, text),
			 "3.15.0rc2td");
	final = py_version_from_hex(0xffffffff);
	cr_expect_lt(strlen(layout_version_text(&final, ~0u, text)), PY_VERSION_TEXT_SIZE);
}

Test(layout, versions_compare_part_by_part)
{
	struct py_version a = py_version_from_hex(0x030f00c2);
	struct py_version b = py_version_from_hex(0x030f00f0);
	struct py_version c = py_version_from_hex(0x02071200);

	cr_expect_eq(py_version_compare(&a, &b), -1);
	cr_expect_eq(py_version_compare(&b, &a), 1);
	cr_expect_eq(py_version_compare(&c, &a), -1);
	cr_expect_eq(py_version_compare(&a, &a), 0);
}

/* The check */

Test(layout, the_check_names_the_field_and_its_value)
{
	struct py_layout layout = layout_of(12, 1, 0);

	layout.tstate_next = 9;
	assert_refused(layout_check(&layout), "3.12.1 (3.12.1): tstate_next is 9: not aligned");
	layout.tstate_next = -5;
	assert_refused(layout_check(&layout), "tstate_next is -5: negative");
	layout.tstate_next = layout.tstate_size;
	assert_refused(layout_check(&layout), "outside its structure");
	layout.tstate_next = layout.tstate_interp;
	assert_refused(layout_check(&layout), "the place of another member");
	layout.tstate_next = -1;
	assert_refused(layout_check(&layout), "tstate_next is -1: missing");
}

Test(layout, the_check_bounds_sizes)
{
	struct py_layout layout = layout_of(12, 1, 0);

	layout.frame_size = 1 << 20;
	assert_refused(layout_check(&layout), "frame_size is 1048576: too large");
	layout.frame_size = 0;
	assert_refused(layout_check(&layout), "frame_size is 0: too small");
	layout = layout_of(12, 1, 0);
	layout.float_value = INT32_MAX - 7;
	assert_refused(layout_check(&layout), "float_value");
}

Test(layout, each_shape_has_what_it_needs)
{
	struct py_layout layout = layout_of(10, 13, 0);

	layout.tstate_frame = -1;
	assert_refused(layout_check(&layout), "tstate_frame");
	layout = layout_of(10, 13, 0);
	layout.dictkeys_size = -1;
	assert_refused(layout_check(&layout), "dictkeys_size");
	layout = layout_of(12, 1, 0);
	layout.cframe_current_frame = -1;
	assert_refused(layout_check(&layout), "cframe_current_frame");
	layout = layout_of(12, 1, 0);
	layout.long_tag = -1;
	assert_refused(layout_check(&layout), "long_tag");
	layout = layout_of(13, 0, 0);
	layout.tstate_current_frame = -1;
	assert_refused(layout_check(&layout), "tstate_current_frame");
}

/* _Py_DebugOffsets */

enum { TABLE_SIZE = 1024 };

struct table {
	unsigned char bytes[TABLE_SIZE];
	size_t size;
	const struct debug_offsets_row *debug;
	const struct layout_row *row;
};

static void put(struct table *table, int32_t where, uint64_t value)
{
	cr_assert(where >= 0 && where + 8 <= TABLE_SIZE);
	memcpy(table->bytes + where, &value, sizeof(value));
}

#define PUT(table, name, value) put((table), (table)->debug->name, (value))

/* What an interpreter of that version has at the start of _PyRuntime. */
static void make_table(struct table *table, int minor, int micro, unsigned int flavour)
{
	struct py_version version = version_of(minor, micro);

	memset(table, 0, sizeof(*table));
	table->debug = debug_offsets_row_find(&version);
	table->row = layout_row_find(&version, flavour);
	if (!table->row)
		table->row = layout_row_newest(flavour);
	table->size = (size_t)table->debug->size;
	memcpy(table->bytes, "xdebugpy", 8);
	PUT(table, hexversion, 3u << 24 | (uint32_t)minor << 16 | (uint32_t)micro << 8 | 0xF0);
	PUT(table, free_threaded, (flavour & PY_FREE_THREADED) != 0);
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		int32_t where = layout_value(table->debug, layout_fields[i].in_debug);
		int32_t value = layout_value(table->row, layout_fields[i].in_row);

		if (where >= 0) /* what a build does not have is 0 in it */
			put(table, where, value < 0 ? 0 : (uint64_t)value);
	}
}

static struct error *read_table(const struct table *table, struct py_layout *layout)
{
	return layout_from_debug_offsets(table->bytes, table->size, 0, layout);
}

/* As read_table(), from memory that ends where the table ends. */
static struct error *read_exactly(const struct table *table, size_t size)
{
	CLEANUP(freep)
	unsigned char *copy = malloc(size ? size : 1);
	struct py_layout layout;

	memcpy(copy, table->bytes, size);
	return layout_from_debug_offsets(copy, size, 0, &layout);
}

Test(layout, debug_offsets_give_what_the_tables_give)
{
	static const unsigned int flavours[] = { 0, PY_FREE_THREADED };
	struct table table;
	struct py_layout layout;

	for (int minor = 13; minor <= 15; minor++) {
		for (size_t f = 0; f < 2; f++) {
			make_table(&table, minor, 99, flavours[f]);
			cr_assert_null(read_table(&table, &layout));
			cr_expect_eq(layout.flavour, flavours[f]);
			cr_expect_eq(layout.source, LAYOUT_DEBUG_OFFSETS);
			for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++)
				cr_expect_eq(layout_value(&layout, layout_fields[i].where),
					     layout_value(table.row, layout_fields[i].in_row),
					     "3.%d %s_%s", minor, layout_fields[i].owner,
					     layout_fields[i].name);
		}
	}
}

Test(layout, what_the_table_lacks_moves_with_its_neighbour)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 13, 0, 0);
	PUT(&table, tstate_datastack_chunk, (uint64_t)table.row->tstate_datastack_chunk + 16);
	PUT(&table, tstate_size, (uint64_t)table.row->tstate_size + 16);
	cr_assert_null(read_table(&table, &layout));
	cr_expect_eq(layout.tstate_datastack_top, table.row->tstate_datastack_top + 16);
	cr_expect_eq(layout.tstate_state, table.row->tstate_state);
}

Test(layout, what_is_far_from_its_neighbour_is_unknown_when_the_structure_grew)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 13, 0, 0);
	PUT(&table, runtime_size, (uint64_t)table.row->runtime_size + 24);
	cr_assert_null(read_table(&table, &layout));
	cr_expect_neq(table.row->runtime_auto_interp, -1);
	cr_expect_eq(layout.runtime_auto_interp, -1);
	cr_expect_eq(layout.runtime_interpreters_main, table.row->runtime_interpreters_main);
}

Test(layout, a_newer_minor_version_is_read_by_the_newest_row)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 16, 0, 0);
	cr_assert_null(read_table(&table, &layout));
	cr_expect_eq(layout.version.minor, 16);
	cr_expect_eq(layout.frame_shape, FRAME_DIRECT);
	/* not when a word more stands in the middle of its table */
	memmove(table.bytes + 48, table.bytes + 40, TABLE_SIZE - 48);
	assert_refused(read_table(&table, &layout), "_Py_DebugOffsets of Python 3.16.0");
}

Test(layout, debug_flavour_comes_from_the_caller)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 14, 7, PY_DEBUG | PY_FREE_THREADED);
	cr_assert_null(
		layout_from_debug_offsets(table.bytes, table.size, PY_DEBUG | PY_UCS4, &layout));
	cr_expect_eq(layout.flavour, PY_DEBUG | PY_FREE_THREADED);
}

Test(layout, a_wrong_head_is_refused)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 14, 7, 0);
	table.bytes[0] = 'X';
	assert_refused(read_table(&table, &layout), "xdebugpy");
	make_table(&table, 14, 7, 0);
	PUT(&table, free_threaded, 2);
	assert_refused(read_table(&table, &layout), "free-threaded 2");
	make_table(&table, 14, 7, 0);
	PUT(&table, hexversion, 0x1030e07f0);
	assert_refused(read_table(&table, &layout), "0x1030e07f0");
	PUT(&table, hexversion, 0x030c01f0);
	assert_refused(read_table(&table, &layout), "has no such table");
	PUT(&table, hexversion, 0x040e07f0);
	assert_refused(read_table(&table, &layout), "has no such table");
}

Test(layout, a_truncated_table_is_refused_wherever_it_ends)
{
	struct table table;

	make_table(&table, 15, 2, 0);
	for (size_t size = 0; size < 200; size++) {
		struct error *err = read_exactly(&table, size);

		cr_expect_not_null(err, "%zu bytes", size);
		error_destroy(err);
	}
	assert_refused(read_exactly(&table, 100), "cut off");
}

Test(layout, each_wild_word_is_refused)
{
	static const uint64_t wild[] = { UINT64_MAX, 1ull << 31, 0x7ffff000, 0x7fff12345678 };
	struct table table;
	struct py_layout layout;

	for (size_t w = 0; w < sizeof(wild) / sizeof(wild[0]); w++) {
		for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
			const struct layout_field *field = &layout_fields[i];
			struct error *err;

			make_table(&table, 15, 2, 0);
			if (layout_value(table.debug, field->in_debug) < 0)
				continue;
			put(&table, layout_value(table.debug, field->in_debug), wild[w]);
			err = read_table(&table, &layout);
			cr_expect_not_null(err, "%s_%s", field->owner, field->name);
			error_destroy(err);
		}
	}
}

Test(layout, misplaced_members_and_zero_sizes_are_refused)
{
	struct table table;
	struct py_layout layout;

	make_table(&table, 14, 7, 0);
	PUT(&table, tstate_next, 12);
	assert_refused(read_table(&table, &layout), "tstate_next is 12: not aligned");
	make_table(&table, 14, 7, 0);
	PUT(&table, tstate_size, 0);
	assert_refused(read_table(&table, &layout), "size is 0");
	make_table(&table, 14, 7, 0);
	PUT(&table, object_type, 16);
	assert_refused(read_table(&table, &layout), "object_type is 16");
	make_table(&table, 14, 7, 0);
	PUT(&table, frame_previous, (uint64_t)table.row->frame_instr);
	assert_refused(read_table(&table, &layout), "the place of another member");
	memset(table.bytes + 24, 0, TABLE_SIZE - 24);
	assert_refused(read_table(&table, &layout), "is 0");
}

/* Debug information: of this very program */

typedef int32_t sample_number;

struct sample_inner {
	char letter;
	sample_number numbers[4];
};

typedef const volatile struct sample_inner sample_qualified;

struct sample_outer {
	union {
		struct {
			char pad[5], hidden;
		};
		long other;
	};
	sample_qualified inner;
	unsigned int low : 4, high : 28;
	struct sample_unknown *next;
	char tail[];
};

typedef struct sample_outer sample_alias;

/* Keeps the types in the debug information. */
struct sample_outer sample_used;
sample_alias *sample_alias_used;

Test(layout, members_from_debug_information)
{
	static const char *const paths[] = {
		"sample_outer:",
		"sample_outer:hidden",
		"sample_outer:inner.numbers",
		"sample_alias:next",
		"no_such:member|sample_alias:nothing|sample_alias:tail",
		"sample_unknown:",
		"sample_outer:next.next",
		"sample_outer:inner.numbers.letter",
		"sample_outer:high",
		"",
		"sample_outer",
		"sample_outer:.",
		"sample_number:",
	};
	const int32_t expected[] = {
		sizeof(struct sample_outer),
		offsetof(struct sample_outer, hidden),
		offsetof(struct sample_outer, inner) + offsetof(struct sample_inner, numbers),
		offsetof(struct sample_outer, next),
		offsetof(struct sample_outer, tail),
		-1,
		-1,
		-1,
		(int32_t)offsetof(struct sample_outer, next) - 4,
		-1,
		-1,
		-1,
		-1,
	};
	enum { COUNT = sizeof(paths) / sizeof(paths[0]) };
	CLEANUP(closep)
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int32_t values[COUNT];
	struct error *err = layout_members_resolve(fd, paths, COUNT, values);

	if (error_catch(&err, ERROR_NOT_FOUND))
		cr_skip_test("built without -g");
	cr_assert_null(err);
	for (int i = 0; i < COUNT; i++) {
		if (strcmp(paths[i], "sample_outer:high") != 0)
			cr_expect_eq(values[i], expected[i], "%s: %d", paths[i], values[i]);
	}
}

Test(layout, files_without_debug_information_are_not_found)
{
	struct py_version version = { 3, 12, 1, 0xF, 0 };
	struct py_layout layout;
	CLEANUP(closep)
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CLEANUP(closep)
	int text = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

	assert_error(layout_from_dwarf(nothing, &version, 0, &layout), ERROR_NOT_FOUND, "");
	assert_error(layout_from_dwarf(text, &version, 0, &layout), ERROR_NOT_FOUND, "");
}

Test(layout, debug_information_of_another_program_is_refused)
{
	struct py_version version = { 3, 12, 1, 0xF, 0 };
	struct py_layout layout;
	CLEANUP(closep)
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct error *err = layout_from_dwarf(fd, &version, 0, &layout);

	if (error_catch(&err, ERROR_NOT_FOUND))
		cr_skip_test("built without -g");
	assert_refused(err, "missing");
}
