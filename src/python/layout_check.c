/*
 * layout_check.c - whether a layout can be true: looked at once, before the first sample.
 *
 * The offsets may come from the target's memory or from a file that somebody made: each must be
 * aligned for its type, lie inside its structure, and differ from the others of the same structure;
 * sizes must stay within the bounds below; and what the walkers of that shape need must be there.
 */
#include "python/layout.h"

#include <limits.h>
#include <string.h>

#include "layout_rows.h"

enum {
	/* _PyRuntimeState holds static strings and the main interpreter: 340 kB in 3.15. */
	RUNTIME_SIZE_MAX = 16 << 20,
	/* PyInterpreterState: 226 kB in 3.15. */
	INTERP_SIZE_MAX = 16 << 20,
	/* PyThreadState 300 to 900 bytes; 28 kB with the heaps of a free-threaded build. */
	TSTATE_SIZE_MAX = 256 << 10,
	/* Every other structure: the largest, PyHeapTypeObject, has 968 bytes. */
	STRUCT_SIZE_MAX = 8 << 10,
	/* No structure is smaller than a pointer. */
	STRUCT_SIZE_MIN = 8,
};

/* Structures whose size is in the list: its place, and what it may be at most. */
static const struct structure {
	const char *owner;
	size_t where;
	int32_t max;
} structures[] = {
	{ "runtime", offsetof(struct py_layout, runtime_size), RUNTIME_SIZE_MAX },
	{ "interp", offsetof(struct py_layout, interp_size), INTERP_SIZE_MAX },
	{ "gil", offsetof(struct py_layout, gil_size), STRUCT_SIZE_MAX },
	{ "tstate", offsetof(struct py_layout, tstate_size), TSTATE_SIZE_MAX },
	{ "frame", offsetof(struct py_layout, frame_size), STRUCT_SIZE_MAX },
	{ "code", offsetof(struct py_layout, code_size), STRUCT_SIZE_MAX },
	{ "object", offsetof(struct py_layout, object_size), STRUCT_SIZE_MAX },
	{ "type", offsetof(struct py_layout, type_size), STRUCT_SIZE_MAX },
	{ NULL, 0, STRUCT_SIZE_MAX },
};

#define AT(name) offsetof(struct py_layout, name)

/*
 * Members that are smaller than a pointer, and by chance as aligned as one in every row of the
 * tables, or in all but a few. All others are aligned as in the rows.
 */
static const struct alignment {
	size_t where;
	int bytes;
} alignments[] = {
	{ AT(interp_code_object_generation), 4 },
	{ AT(interp_tlbc_generation), 4 },
	{ AT(gil_locked), 4 },
	{ AT(gil_enabled), 4 },
	{ AT(gc_collecting), 4 },
	{ AT(tstate_status), 4 },
	{ AT(tstate_state), 4 },
	{ AT(tstate_holds_gil), 4 },
	{ AT(frame_instr), 4 }, /* int f_lasti until 3.10 */
	{ AT(frame_owner), 1 },
	{ AT(frame_tlbc_index), 4 },
	{ AT(code_argcount), 4 },
	{ AT(code_posonlyargcount), 4 },
	{ AT(code_kwonlyargcount), 4 },
	{ AT(code_flags), 4 },
	{ AT(code_nlocals), 4 },
	{ AT(code_nlocalsplus), 4 },
	{ AT(code_stacksize), 4 },
	{ AT(code_framesize), 4 },
	{ AT(code_firstlineno), 4 },
	{ AT(code_version), 4 },
	{ AT(code_code_adaptive), 1 },
	{ AT(dictkeys_log2_size), 1 },
	{ AT(dictkeys_log2_index_bytes), 1 },
	{ AT(dictkeys_kind), 1 },
	{ AT(dictkeys_indices), 1 },
	{ AT(long_digits), 4 },
	{ AT(bytes_value), 1 },
	{ AT(unicode_state), 4 },
};

/* What each shape cannot do without. */
static const size_t needed_always[] = {
	AT(interp_next),      AT(interp_threads_head), AT(tstate_next),      AT(tstate_interp),
	AT(tstate_thread_id), AT(frame_previous),      AT(frame_code),       AT(frame_instr),
	AT(code_filename),    AT(code_name),           AT(code_firstlineno), AT(code_linetable),
	AT(object_size),      AT(object_type),         AT(var_size),         AT(type_name),
	AT(type_flags),       AT(tuple_items),         AT(bytes_value),      AT(unicode_length),
};
static const size_t needed_frame_object[] = {
	AT(tstate_frame),  AT(frame_size),    AT(frame_localsplus), AT(code_code),
	AT(code_varnames), AT(code_cellvars), AT(code_freevars),    AT(code_nlocals),
};
static const size_t needed_interpreter_frame[] = {
	AT(tstate_datastack_chunk),
	AT(chunk_previous),
	AT(chunk_size),
	AT(chunk_top),
	AT(chunk_data),
	AT(frame_size),
	AT(frame_owner),
	AT(frame_localsplus),
	AT(code_size),
	AT(code_qualname),
	AT(code_localsplusnames),
	AT(code_localspluskinds),
	AT(code_code_adaptive),
};
static const size_t needed_cframe[] = {
	AT(tstate_cframe),
	AT(cframe_current_frame),
	AT(cframe_previous),
};
static const size_t needed_direct[] = { AT(tstate_current_frame) };
static const size_t needed_str_py2[] = { AT(unicode_data) };
static const size_t needed_str_pep393[] = {
	AT(unicode_state),
	AT(unicode_ascii_size),
	AT(unicode_compact_size),
};
static const size_t needed_dict_table[] = { AT(dict_mask), AT(dict_table) };
static const size_t needed_dict_indices[] = {
	AT(dict_keys),       AT(dict_values),       AT(dictkeys_size),
	AT(dictkeys_usable), AT(dictkeys_nentries), AT(dictkeys_indices),
};
static const size_t needed_dict_log2[] = {
	AT(dict_keys),          AT(dict_values),
	AT(dictkeys_log2_size), AT(dictkeys_log2_index_bytes),
	AT(dictkeys_kind),      AT(dictkeys_nentries),
	AT(dictkeys_indices),   AT(dictvalues_values),
};
static const size_t needed_int_tag[] = { AT(long_tag), AT(long_digits) };

static const struct structure *structure_of(const struct layout_field *field)
{
	const struct structure *structure = structures;

	while (structure->owner && strcmp(structure->owner, field->owner) != 0)
		structure++;
	return structure;
}

/* The largest power of two, at most a word, that divides the member's places that we know. */
static int alignment_of(const struct layout_field *field)
{
	int bytes = sizeof(uint64_t);

	for (size_t i = 0; i < sizeof(alignments) / sizeof(alignments[0]); i++) {
		if (alignments[i].where == field->where)
			bytes = alignments[i].bytes;
	}
	for (size_t i = 0; i < layout_row_count; i++) {
		int32_t value = layout_value(&layout_rows[i], field->in_row);

		while (value > 0 && value % bytes != 0)
			bytes /= 2;
	}
	return bytes;
}

/* The size of a structure itself, and not a member. */
static bool is_struct_size(const struct layout_field *field, const struct structure *structure)
{
	return (structure->owner && structure->where == field->where) ||
	       field->where == AT(unicode_ascii_size) || field->where == AT(unicode_compact_size);
}

static struct error *wrong(const struct py_layout *layout, const struct layout_field *field,
			   const char *why)
{
	char name[PY_VERSION_TEXT_SIZE];

	return error_create(ERROR_UNSUPPORTED, "layout of Python %s (%s): %s_%s is %d: %s",
			    layout_version_text(&layout->version, layout->flavour, name),
			    layout->origin ? layout->origin : "no origin", field->owner,
			    field->name, layout_value(layout, field->where), why);
}

static struct error *check_field(const struct py_layout *layout, const struct layout_field *field)
{
	const struct structure *structure = structure_of(field);
	int32_t value = layout_value(layout, field->where), size = -1;

	if (value == -1)
		return NULL;
	if (value < 0)
		return wrong(layout, field, "negative");
	if (value > structure->max)
		return wrong(layout, field, "too large");
	if (value % alignment_of(field) != 0)
		return wrong(layout, field, "not aligned");
	if (is_struct_size(field, structure))
		return value < STRUCT_SIZE_MIN ? wrong(layout, field, "too small") : NULL;
	if (structure->owner)
		size = layout_value(layout, structure->where);
	if (size != -1 && value >= size)
		return wrong(layout, field, "outside its structure");
	return NULL;
}

/* Two members of one structure cannot stand at the same place; the list has them side by side. */
static struct error *check_distinct(const struct py_layout *layout, size_t index)
{
	const struct layout_field *field = &layout_fields[index];
	int32_t value = layout_value(layout, field->where);

	if (value == -1 || is_struct_size(field, structure_of(field)))
		return NULL;
	for (size_t i = 0; i < index; i++) {
		const struct layout_field *other = &layout_fields[i];

		if (strcmp(other->owner, field->owner) == 0 &&
		    layout_value(layout, other->where) == value &&
		    !is_struct_size(other, structure_of(other)))
			return wrong(layout, field, "the place of another member too");
	}
	return NULL;
}

static struct error *check_needed(const struct py_layout *layout, const size_t *needed,
				  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (layout_value(layout, needed[i]) != -1)
			continue;
		for (size_t j = 0; j < LAYOUT_FIELD_COUNT; j++) {
			if (layout_fields[j].where == needed[i])
				return wrong(layout, &layout_fields[j], "missing");
		}
	}
	return NULL;
}

#define CHECK_NEEDED(layout, needed)                                                               \
	check_needed((layout), (needed), sizeof(needed) / sizeof((needed)[0]))

static struct error *check_frame_shape(const struct py_layout *layout)
{
	struct error *err;

	if (layout->frame_shape == FRAME_OBJECT)
		return CHECK_NEEDED(layout, needed_frame_object);
	err = CHECK_NEEDED(layout, needed_interpreter_frame);
	if (err)
		return err;
	return layout->frame_shape == FRAME_CFRAME ? CHECK_NEEDED(layout, needed_cframe)
						   : CHECK_NEEDED(layout, needed_direct);
}

static struct error *check_object_shapes(const struct py_layout *layout)
{
	struct error *err = layout->str_shape == STR_PY2 ? CHECK_NEEDED(layout, needed_str_py2)
							 : CHECK_NEEDED(layout, needed_str_pep393);

	if (err)
		return err;
	switch (layout->dict_shape) {
	case DICT_TABLE:
		err = CHECK_NEEDED(layout, needed_dict_table);
		break;
	case DICT_INDICES:
		err = CHECK_NEEDED(layout, needed_dict_indices);
		break;
	case DICT_LOG2:
		err = CHECK_NEEDED(layout, needed_dict_log2);
		break;
	}
	if (err || layout->int_shape != INT_TAG)
		return err;
	return CHECK_NEEDED(layout, needed_int_tag);
}

struct error *layout_check(const struct py_layout *layout)
{
	struct error *err;

	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		err = check_field(layout, &layout_fields[i]);
		if (!err)
			err = check_distinct(layout, i);
		if (err)
			return err;
	}
	err = CHECK_NEEDED(layout, needed_always);
	if (!err)
		err = check_frame_shape(layout);
	if (!err)
		err = check_object_shapes(layout);
	return err;
}
