/*
 * layout_shapes.c - what differs between versions in kind and not in number; version numbers.
 *
 * Each row holds from its version on until the next one. Sources, in CPython's tree:
 *   frames     PyThreadState.frame until 3.10, .cframe 3.11 and 3.12, .current_frame since 3.13
 *   instr      f_lasti counts bytes until 3.9, code units in 3.10 (bpo-42693); prev_instr and
 *		instr_ptr are pointers
 *   lines      Objects/lnotab_notes.txt: signed line steps since 3.6 (bpo-26107); PEP 626 in 3.10;
 *		Objects/locations.md (now InternalDocs/code_objects.md) since 3.11
 *   shim	FRAME_OWNED_BY_CSTACK = 3 in pycore_frame.h of 3.12 and 3.13;
 *		FRAME_OWNED_BY_INTERPRETER = 3 (and _CSTACK = 4 in 3.14) since 3.14
 *   stackref   Py_TAG_BITS in pycore_stackref.h: frames hold _PyStackRef since 3.14; until 3.13
 *		plain pointers, also when free-threaded
 *   kind shift cpython/unicodeobject.h: interned is 2 bits; a whole byte when free-threaded, 3.14
 *   attrs	_PyObject_ValuesPointer and _PyObject_ManagedDictPointer (3.11),
 *		_PyObject_DictOrValuesPointer (3.12), _PyObject_InlineValues (3.13)
 *   holds_gil  a bit of PyThreadState._status in 3.13, an int of its own since 3.14
 */
#include "python/layout.h"

#include <limits.h>
#include <stdio.h>

struct shapes_row {
	int major, minor; /* the first version that it holds for */
	enum frame_shape frame;
	enum instr_shape instr;
	enum lines_shape lines;
	enum str_shape str;
	enum int_shape integer;
	enum dict_shape dict;
	enum attr_shape attr;
	int shim_owner, generator_owner;
	/* [0] default build, [1] free-threaded */
	uint64_t stackref_mask[2];
	int unicode_kind_shift[2];
	int holds_gil_bit;
};

/* clang-format off */
static const struct shapes_row shapes_rows[] = {
	{ 2, 7, FRAME_OBJECT, INSTR_BYTES, LINES_LNOTAB_UNSIGNED, STR_PY2, INT_PY2, DICT_TABLE,
	  ATTR_DICTOFFSET, INT_MAX, -1, { 0, 0 }, { 0, 0 }, -1 },
	{ 3, 6, FRAME_OBJECT, INSTR_BYTES, LINES_LNOTAB, STR_PEP393, INT_SIGNED_SIZE, DICT_INDICES,
	  ATTR_DICTOFFSET, INT_MAX, -1, { 0, 0 }, { 2, 2 }, -1 },
	{ 3, 10, FRAME_OBJECT, INSTR_UNITS, LINES_LINETABLE, STR_PEP393, INT_SIGNED_SIZE,
	  DICT_INDICES, ATTR_DICTOFFSET, INT_MAX, -1, { 0, 0 }, { 2, 2 }, -1 },
	{ 3, 11, FRAME_CFRAME, INSTR_POINTER, LINES_LOCATIONS, STR_PEP393, INT_SIGNED_SIZE,
	  DICT_LOG2, ATTR_VALUES, INT_MAX, 1, { 0, 0 }, { 2, 2 }, -1 },
	{ 3, 12, FRAME_CFRAME, INSTR_POINTER, LINES_LOCATIONS, STR_PEP393, INT_TAG, DICT_LOG2,
	  ATTR_DICT_OR_VALUES, 3, 1, { 0, 0 }, { 2, 2 }, -1 },
	{ 3, 13, FRAME_DIRECT, INSTR_POINTER, LINES_LOCATIONS, STR_PEP393, INT_TAG, DICT_LOG2,
	  ATTR_INLINE, 3, 1, { 0, 0 }, { 2, 2 }, 5 },
	{ 3, 14, FRAME_DIRECT, INSTR_POINTER, LINES_LOCATIONS, STR_PEP393, INT_TAG, DICT_LOG2,
	  ATTR_INLINE, 3, 1, { 3, 1 }, { 2, 8 }, -1 },
	{ 3, 15, FRAME_DIRECT, INSTR_POINTER, LINES_LOCATIONS, STR_PEP393, INT_TAG, DICT_LOG2,
	  ATTR_INLINE, 3, 1, { 3, 3 }, { 2, 8 }, -1 },
};
/* clang-format on */

enum {
	SHAPES_ROW_COUNT = sizeof(shapes_rows) / sizeof(shapes_rows[0]),
	/* pyport.h: 30 wherever there are 64-bit integers, unless configured otherwise. */
	LONG_DIGIT_BITS_DEFAULT = 30,
	UNICODE_UCS2_BYTES = 2,
	UNICODE_UCS4_BYTES = 4,
};

static const struct shapes_row *find_shapes(const struct py_version *version)
{
	const struct shapes_row *found = &shapes_rows[0];

	for (size_t i = 1; i < SHAPES_ROW_COUNT; i++) {
		const struct shapes_row *row = &shapes_rows[i];

		if (row->major < version->major ||
		    (row->major == version->major && row->minor <= version->minor))
			found = row;
	}
	return found;
}

void layout_set_shapes(struct py_layout *layout)
{
	const struct shapes_row *row = find_shapes(&layout->version);
	int build = (layout->flavour & PY_FREE_THREADED) != 0;

	layout->frame_shape = row->frame;
	layout->instr_shape = row->instr;
	layout->lines_shape = row->lines;
	layout->str_shape = row->str;
	layout->int_shape = row->integer;
	layout->dict_shape = row->dict;
	layout->attr_shape = row->attr;
	layout->shim_owner = row->shim_owner;
	layout->generator_owner = row->generator_owner;
	layout->stackref_mask = row->stackref_mask[build];
	layout->unicode_kind_shift = row->unicode_kind_shift[build];
	layout->unicode_unit_size =
		layout->flavour & PY_UCS4 ? UNICODE_UCS4_BYTES : UNICODE_UCS2_BYTES;
	layout->long_digit_bits = LONG_DIGIT_BITS_DEFAULT;
	layout->holds_gil_bit = row->holds_gil_bit;
}

struct py_version py_version_from_hex(uint32_t hexversion)
{
	return (struct py_version) {
		.major = hexversion >> 24 & 0xff,
		.minor = hexversion >> 16 & 0xff,
		.micro = hexversion >> 8 & 0xff,
		.level = hexversion >> 4 & 0xf,
		.serial = hexversion & 0xf,
	};
}

int py_version_compare(const struct py_version *a, const struct py_version *b)
{
	const int parts_a[] = { a->major, a->minor, a->micro, a->level, a->serial };
	const int parts_b[] = { b->major, b->minor, b->micro, b->level, b->serial };

	for (size_t i = 0; i < sizeof(parts_a) / sizeof(parts_a[0]); i++) {
		if (parts_a[i] != parts_b[i])
			return parts_a[i] < parts_b[i] ? -1 : 1;
	}
	return 0;
}

const char *layout_version_text(const struct py_version *version, unsigned int flavour,
				char buf[PY_VERSION_TEXT_SIZE])
{
	static const char *const levels[16] = { [0xA] = "a", [0xB] = "b", [0xC] = "rc" };
	const char *level = levels[version->level & 0xf];
	char serial[16] = "";

	if (level)
		snprintf(serial, sizeof(serial), "%s%d", level, version->serial & 0xf);
	snprintf(buf, PY_VERSION_TEXT_SIZE, "%d.%d.%d%s%s%s", version->major & 0xff,
		 version->minor & 0xff, version->micro & 0xff, serial,
		 flavour & PY_FREE_THREADED ? "t" : "", flavour & PY_DEBUG ? "d" : "");
	return buf;
}
