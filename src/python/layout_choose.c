/*
 * layout_choose.c - which row of the generated tables fits a version.
 *
 * The structures of a final release seldom change within a minor version; docs/LAYOUTS.md lists
 * where they did, and the tables have a row for each such micro version.
 */
#include "python/layout.h"

#include <string.h>

#include "base/text.h"

#include "layout_rows.h"

const struct layout_field layout_fields[LAYOUT_FIELD_COUNT] = {
#define X(owner, field, paths, debug_path)                                                         \
	{ #owner, #field, offsetof(struct py_layout, owner##_##field),                             \
	  offsetof(struct layout_row, owner##_##field),                                            \
	  offsetof(struct debug_offsets_row, owner##_##field) },
	PY_LAYOUT_FIELDS(X)
#undef X
};

static bool is_same_minor(const struct py_version *a, const struct py_version *b)
{
	return a->major == b->major && a->minor == b->minor;
}

const struct layout_row *layout_row_find(const struct py_version *version, unsigned int flavour)
{
	const struct layout_row *best = NULL;

	flavour &= ~(unsigned int)PY_UCS4;
	for (size_t i = 0; i < layout_row_count; i++) {
		const struct layout_row *row = &layout_rows[i];

		if (row->flavour != flavour || !is_same_minor(&row->version, version))
			continue;
		if (!best || py_version_compare(&row->version, version) <= 0)
			best = row; /* ascending: the last that fits is the highest */
	}
	return best;
}

const struct layout_row *layout_row_newest(unsigned int flavour)
{
	for (size_t i = layout_row_count; i-- > 0;) {
		if (layout_rows[i].flavour == flavour)
			return &layout_rows[i];
	}
	return NULL;
}

const struct debug_offsets_row *debug_offsets_row_find(const struct py_version *version)
{
	const struct debug_offsets_row *best = NULL;

	for (size_t i = 0; i < debug_offsets_row_count; i++) {
		const struct debug_offsets_row *row = &debug_offsets_rows[i];

		if (row->major == version->major && row->minor <= version->minor)
			best = row;
	}
	return best;
}

static struct error *no_row(const struct py_version *version, unsigned int flavour)
{
	char name[PY_VERSION_TEXT_SIZE];
	struct text known;
	struct error *err;

	text_init(&known);
	for (size_t i = 0; i < layout_row_count; i++) {
		const struct layout_row *row = &layout_rows[i];

		if (!i || !is_same_minor(&row->version, &row[-1].version))
			text_addf(&known, "%s%d.%d", i ? ", " : "", row->version.major,
				  row->version.minor);
	}
	err = error_create(ERROR_UNSUPPORTED, "no layout for Python %s; there are those of %s",
			   layout_version_text(version, flavour, name), text_chars(&known));
	text_deinit(&known);
	return err;
}

struct error *layout_from_tables(const struct py_version *version, unsigned int flavour,
				 struct py_layout *ret)
{
	const struct layout_row *row = layout_row_find(version, flavour);
	struct py_layout layout = { .version = *version, .flavour = flavour };
	struct error *err;

	if (!row)
		return no_row(version, flavour);
	layout.source = LAYOUT_TABLE;
	layout.origin = row->name;
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++)
		layout_set_value(&layout, layout_fields[i].where,
				 layout_value(row, layout_fields[i].in_row));
	layout_set_shapes(&layout);
	err = layout_check(&layout);
	if (err)
		return err;
	*ret = layout;
	return NULL;
}
