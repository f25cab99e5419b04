/*
 * layout_dwarf.c - the layout of an interpreter from its own debug information.
 */
#include "python/layout.h"

#include "layout_members.h"
#include "layout_rows.h"

struct error *layout_from_dwarf(int fd, const struct py_version *version, unsigned int flavour,
				struct py_layout *ret)
{
	static const char *const paths[LAYOUT_FIELD_COUNT] = {
#define X(owner, field, paths, debug_path) paths,
		PY_LAYOUT_FIELDS(X)
#undef X
	};
	int32_t offsets[LAYOUT_FIELD_COUNT];
	struct py_layout layout = {
		.version = *version,
		.flavour = flavour,
		.source = LAYOUT_DWARF,
		.origin = "debug information",
	};
	struct error *err = layout_members_resolve(fd, paths, LAYOUT_FIELD_COUNT, offsets);

	if (err)
		return err;
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++)
		layout_set_value(&layout, layout_fields[i].where, offsets[i]);
	layout_set_shapes(&layout);
	err = layout_check(&layout);
	if (err)
		return err;
	*ret = layout;
	return NULL;
}
