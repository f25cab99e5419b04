/*
 * layout_rows.h - the generated tables, looked up.
 */
#ifndef SRC_PYTHON_LAYOUT_ROWS_H
#define SRC_PYTHON_LAYOUT_ROWS_H

#include "python/layout.h"

/*
 * The row of that flavour and minor version whose micro is the highest not above version's, else
 * the lowest; NULL when there is none of that minor version. PY_UCS4 moves nothing and is ignored.
 */
const struct layout_row *layout_row_find(const struct py_version *version, unsigned int flavour);

/* The row of the newest version of that flavour; NULL when there is none. */
const struct layout_row *layout_row_newest(unsigned int flavour);

/* Row of a minor version; the newest one for a newer minor version; NULL before 3.13. */
const struct debug_offsets_row *debug_offsets_row_find(const struct py_version *version);

/* The offsets of a layout in the order of layout_fields.h, and their number. */
enum {
#define X(owner, field, paths, debug_path) LAYOUT_FIELD_##owner##_##field,
	PY_LAYOUT_FIELDS(X)
#undef X
		LAYOUT_FIELD_COUNT
};

/* What the list says of a field, in the same order. */
struct layout_field {
	const char *owner, *name;
	size_t where;    /* of its int32_t in struct py_layout */
	size_t in_row;   /* in struct layout_row */
	size_t in_debug; /* in struct debug_offsets_row */
};

extern const struct layout_field layout_fields[LAYOUT_FIELD_COUNT];

/* The int32_t at that place of a layout or row. */
static inline int32_t layout_value(const void *layout, size_t where)
{
	return *(const int32_t *)((const char *)layout + where);
}

static inline void layout_set_value(void *layout, size_t where, int32_t value)
{
	*(int32_t *)((char *)layout + where) = value;
}

#endif
