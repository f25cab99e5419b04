/*
 * layout_offsets.c - from the target's own _Py_DebugOffsets (PEP 768, since 3.13) to a layout.
 *
 * The table stands at the start of _PyRuntime: the cookie "xdebugpy", PY_VERSION_HEX, whether the
 * build is free-threaded, then offsets, all as 64-bit words. Its own form is frozen within a final
 * minor version and grows between them, in the middle too. It lacks many members: those come from
 * the generated row of that minor version, moved as far as the nearest member of the same
 * structure that is in both, and stay -1 where that cannot be known.
 *
 * Members of free-threaded builds alone (tlbc_index ...) are there as 0 in default builds.
 *
 * Untrusted: everything is compared with what no version changes before layout_check() sees it.
 */
#include "python/layout.h"

#include <string.h>

#include "layout_rows.h"

enum {
	/* The first version that has the table. */
	DEBUG_OFFSETS_MINOR_MIN = 13,
	/* PyObject: reference count and type; thread id, bits and two counts when free-threaded. */
	OBJECT_SIZE = 16,
	OBJECT_SIZE_FREE_THREADED = 32,
	/* How many times larger or smaller a structure may be than the row says. */
	SIZE_FACTOR_MAX = 4,
	/*
	 * Members this near to each other move together. Of one farther away that is only believed
	 * when the size of the whole structure says the same.
	 */
	NEIGHBOUR_BYTES = 64,
};

static const char cookie[8] = "xdebugpy";

/* The target's table. */
struct offsets_table {
	const unsigned char *bytes;
	size_t size;
	const struct debug_offsets_row *row; /* where things stand in it */
};

static bool table_word(const struct offsets_table *table, int32_t where, uint64_t *ret)
{
	if (where < 0 || table->size < sizeof(*ret) || (size_t)where > table->size - sizeof(*ret))
		return false;
	memcpy(ret, table->bytes + where, sizeof(*ret));
	return true;
}

/* Cookie, version and build, which stand at the same place in every version. */
static struct error *read_head(const struct offsets_table *table, unsigned int flavour,
			       struct py_layout *layout)
{
	const struct debug_offsets_row *first = &debug_offsets_rows[0];
	uint64_t hexversion, free_threaded;

	if (!table_word(table, first->hexversion, &hexversion) ||
	    !table_word(table, first->free_threaded, &free_threaded) ||
	    memcmp(table->bytes + first->cookie, cookie, sizeof(cookie)) != 0)
		return error_create(ERROR_UNSUPPORTED, "_PyRuntime does not begin with \"%.8s\"",
				    cookie);
	if (hexversion > UINT32_MAX || free_threaded > 1)
		return error_create(
			ERROR_UNSUPPORTED, "_Py_DebugOffsets: version 0x%llx, free-threaded %llu",
			(unsigned long long)hexversion, (unsigned long long)free_threaded);
	layout->version = py_version_from_hex((uint32_t)hexversion);
	if (layout->version.major != 3 || layout->version.minor < DEBUG_OFFSETS_MINOR_MIN)
		return error_create(ERROR_UNSUPPORTED,
				    "_Py_DebugOffsets: version 0x%llx has no such table",
				    (unsigned long long)hexversion);
	layout->flavour = (flavour & PY_DEBUG) | (free_threaded ? PY_FREE_THREADED : 0);
	return NULL;
}

/* The offsets that the table has, -1 for the others. */
static struct error *read_known(const struct offsets_table *table, const struct layout_row *row,
				struct py_layout *layout)
{
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		const struct layout_field *field = &layout_fields[i];
		int32_t where = layout_value(table->row, field->in_debug);
		uint64_t value;

		layout_set_value(layout, field->where, -1);
		if (where < 0)
			continue;
		if (!table_word(table, where, &value))
			return error_create(ERROR_UNSUPPORTED,
					    "_Py_DebugOffsets: cut off before %s_%s (%zu bytes)",
					    field->owner, field->name, table->size);
		if (value > INT32_MAX)
			return error_create(ERROR_UNSUPPORTED, "_Py_DebugOffsets: %s_%s is %llu",
					    field->owner, field->name, (unsigned long long)value);
		if (value == 0 && layout_value(row, field->in_row) == -1)
			continue; /* not in this build */
		layout_set_value(layout, field->where, (int32_t)value);
	}
	return NULL;
}

/* A layout that has what the table has, and the rows that the rest comes from. */
struct completion {
	struct py_layout *layout;
	const struct layout_row *row;
	const struct debug_offsets_row *debug;
};

/* Sizes of structures are no places in them. */
static bool is_size(const struct layout_field *field)
{
	return strcmp(field->name, "size") == 0;
}

/*
 * The member of the same structure that is in the table and stands nearest before the given one
 * (else nearest behind it) in the row; NULL when the table has none.
 */
static const struct layout_field *find_anchor(const struct completion *from,
					      const struct layout_field *field)
{
	int32_t place = layout_value(from->row, field->in_row);
	const struct layout_field *before = NULL, *behind = NULL;

	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		const struct layout_field *other = &layout_fields[i];
		int32_t value = layout_value(from->row, other->in_row);

		if (value == -1 || is_size(other) || strcmp(other->owner, field->owner) != 0 ||
		    layout_value(from->debug, other->in_debug) < 0 ||
		    layout_value(from->layout, other->where) == -1)
			continue;
		if (value <= place && (!before || value > layout_value(from->row, before->in_row)))
			before = other;
		if (value > place && (!behind || value < layout_value(from->row, behind->in_row)))
			behind = other;
	}
	return before ? before : behind;
}

/* How far a member has moved from the row to the target. */
static int64_t moved(const struct completion *from, const struct layout_field *field)
{
	return (int64_t)layout_value(from->layout, field->where) -
	       layout_value(from->row, field->in_row);
}

/* Whether the whole structure grew by what its anchor moved, so that nothing changed between. */
static bool has_grown_by(const struct completion *from, const struct layout_field *field,
			 int64_t by)
{
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		const struct layout_field *size = &layout_fields[i];

		if (is_size(size) && strcmp(size->owner, field->owner) == 0 &&
		    layout_value(from->debug, size->in_debug) >= 0)
			return moved(from, size) == by;
	}
	return true;
}

/* Where a member is that the table lacks; -1 when that cannot be known. */
static int32_t place_of(const struct completion *from, const struct layout_field *field)
{
	int64_t value = layout_value(from->row, field->in_row), distance, by;
	const struct layout_field *anchor = is_size(field) ? NULL : find_anchor(from, field);

	if (value == -1 || !anchor)
		return (int32_t)value;
	distance = value - layout_value(from->row, anchor->in_row);
	by = moved(from, anchor);
	if ((distance > NEIGHBOUR_BYTES || distance < -NEIGHBOUR_BYTES) &&
	    !has_grown_by(from, field, by))
		return -1;
	value += by;
	/* Out of range is -2: layout_check() refuses it, it does not pass for absent. */
	return value < 0 || value > INT32_MAX ? -2 : (int32_t)value;
}

static void complete(struct completion *from)
{
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		const struct layout_field *field = &layout_fields[i];

		if (layout_value(from->debug, field->in_debug) < 0)
			layout_set_value(from->layout, field->where, place_of(from, field));
	}
}

static struct error *implausible(const struct py_layout *layout, const char *name, int32_t value)
{
	char version[PY_VERSION_TEXT_SIZE];

	return error_create(ERROR_UNSUPPORTED, "_Py_DebugOffsets of Python %s: %s is %d",
			    layout_version_text(&layout->version, layout->flavour, version), name,
			    value);
}

/*
 * What every version has had where it is since 3.13: a table of another form, read by the wrong
 * row, puts other words there.
 */
static struct error *check_plausible(const struct py_layout *layout, const struct layout_row *row)
{
	int32_t head = layout->flavour & PY_FREE_THREADED ? OBJECT_SIZE_FREE_THREADED : OBJECT_SIZE;
	const struct {
		const char *name;
		int32_t value, expected;
	} fixed[] = {
		{ "object_size", layout->object_size, head },
		{ "object_type", layout->object_type, head - 8 },
		{ "type_name", layout->type_name, head + 8 },
		{ "list_items", layout->list_items, head + 8 },
		{ "float_value", layout->float_value, head },
		{ "long_tag", layout->long_tag, head },
		{ "long_digits", layout->long_digits, head + 8 },
		{ "bytes_value", layout->bytes_value, head + 16 },
		{ "unicode_length", layout->unicode_length, head },
		{ "unicode_state", layout->unicode_state, head + 16 },
	};
	static const size_t sizes[] = {
		LAYOUT_FIELD_runtime_size, LAYOUT_FIELD_interp_size, LAYOUT_FIELD_tstate_size,
		LAYOUT_FIELD_frame_size,   LAYOUT_FIELD_code_size,   LAYOUT_FIELD_type_size,
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (fixed[i].value != fixed[i].expected)
			return implausible(layout, fixed[i].name, fixed[i].value);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct layout_field *field = &layout_fields[sizes[i]];
		int64_t ours = layout_value(row, field->in_row);
		int64_t theirs = layout_value(layout, field->where);

		if (theirs > ours * SIZE_FACTOR_MAX || theirs * SIZE_FACTOR_MAX < ours)
			return implausible(layout, field->name, (int32_t)theirs);
	}
	return NULL;
}

struct error *layout_from_debug_offsets(const void *table, size_t size, unsigned int flavour,
					struct py_layout *ret)
{
	struct py_layout layout = { .source = LAYOUT_DEBUG_OFFSETS, .origin = "debug offsets" };
	struct offsets_table offsets = { .bytes = table, .size = size };
	const struct layout_row *row;
	struct error *err = read_head(&offsets, flavour, &layout);

	if (err)
		return err;
	offsets.row = debug_offsets_row_find(&layout.version);
	row = layout_row_find(&layout.version, layout.flavour);
	if (!row)
		row = layout_row_newest(layout.flavour);
	if (!offsets.row || !row)
		return error_create(ERROR_UNSUPPORTED, "no layout for a build of this kind");
	err = read_known(&offsets, row, &layout);
	if (err)
		return err;
	complete(&(struct completion) { &layout, row, offsets.row });
	layout_set_shapes(&layout);
	err = check_plausible(&layout, row);
	if (!err)
		err = layout_check(&layout);
	if (err)
		return err;
	*ret = layout;
	return NULL;
}
