/*
 * layout.h - every offset and every shape of CPython's structures that sonde reads.
 *
 * One struct of offsets serves all versions. It is filled once, at attach, from the generated
 * tables (to 3.12), from the target's own _Py_DebugOffsets completed by the tables (from 3.13), or
 * from the interpreter's DWARF, and checked once; from then on it is trusted. What differs in kind
 * and not in number is an enum: no walker compares versions.
 */
#ifndef PYTHON_LAYOUT_H
#define PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/layout_fields.h"

/* How the frames of a thread are linked. */
enum frame_shape {
	FRAME_OBJECT, /* thread state -> PyFrameObject, by f_back: until 3.10 */
	FRAME_CFRAME, /* thread state -> _PyCFrame -> _PyInterpreterFrame: 3.11 and 3.12 */
	FRAME_DIRECT, /* thread state -> _PyInterpreterFrame: since 3.13 */
};

/* What a frame's instruction word says. */
enum instr_shape {
	INSTR_BYTES,   /* f_lasti: offset in bytes, -1 before the first: until 3.9 */
	INSTR_UNITS,   /* f_lasti: in units of 2 bytes, -1 before the first: 3.10 */
	INSTR_POINTER, /* address of a code unit inside co_code_adaptive: since 3.11 */
};

/* How lines are packed. */
enum lines_shape {
	LINES_LNOTAB_UNSIGNED, /* co_lnotab, line steps 0..255: 2.7 */
	LINES_LNOTAB,          /* co_lnotab, line steps -128..127: 3.6 to 3.9 */
	LINES_LINETABLE,       /* co_linetable of PEP 626: 3.10 */
	LINES_LOCATIONS,       /* location table with columns: since 3.11 */
};

enum str_shape {
	STR_PY2,    /* str is bytes; unicode of 2 or 4 bytes a unit (unicode_unit_size) */
	STR_PEP393, /* kind, compact, ascii as bits from unicode_kind_shift of the word at state */
};

enum int_shape {
	INT_PY2,         /* int holds a C long; long as INT_SIZE */
	INT_SIGNED_SIZE, /* sign and digit count in ob_size: until 3.11 */
	INT_TAG,         /* lv_tag: digit count << 3, sign in the low two bits: since 3.12 */
};

enum dict_shape {
	DICT_TABLE,   /* ma_table of {hash, key, value}: 2.7 */
	DICT_INDICES, /* dk_size, indices, entries of 24 bytes: 3.6 to 3.10 */
	DICT_LOG2,    /* dk_log2_size, dk_kind (unicode keys: entries of 16 bytes): since 3.11 */
};

/* Where the attributes of an instance with a __dict__ are. */
enum attr_shape {
	ATTR_DICTOFFSET, /* tp_dictoffset: until 3.10 (and where the type is not managed, later) */
	ATTR_VALUES,     /* values pointer 4 words, dict pointer 3 words before the object: 3.11 */
	ATTR_DICT_OR_VALUES, /* one word, 3 before the object; odd means values: 3.12 */
	ATTR_INLINE, /* dict 3 words before (1 when free-threaded), values inside: since 3.13 */
};

/* Where the offsets came from. */
enum layout_source { LAYOUT_TABLE, LAYOUT_DEBUG_OFFSETS, LAYOUT_DWARF };

struct py_version {
	int major, minor, micro;
	int level; /* 0xA alpha, 0xB beta, 0xC candidate, 0xF final, as in PY_VERSION_HEX */
	int serial;
};

/* Build of an interpreter. */
enum { PY_DEBUG = 1, PY_FREE_THREADED = 2, PY_UCS4 = 4 /* 2.7 only */ };

struct py_layout {
	struct py_version version;
	unsigned int flavour; /* PY_DEBUG | PY_FREE_THREADED | PY_UCS4 */
	enum layout_source source;
	const char *
		origin; /* which table, for people: "3.12.1" or "3.14.10 (debug offsets)"; static */

	enum frame_shape frame_shape;
	enum instr_shape instr_shape;
	enum lines_shape lines_shape;
	enum str_shape str_shape;
	enum int_shape int_shape;
	enum dict_shape dict_shape;
	enum attr_shape attr_shape;
	int shim_owner;         /* frames with owner >= this are no Python code; INT_MAX: none */
	int generator_owner;    /* owner of a frame inside a generator; -1: frames have no owner */
	uint64_t stackref_mask; /* bits to clear in a tagged reference (frame code, locals): 0, 1, 3
				 */
	int unicode_kind_shift; /* of kind (3 bits) in the word at unicode_state */
	int unicode_unit_size;  /* 2.7: bytes a unit of unicode */
	int long_digit_bits;    /* 15 or 30 */
	int holds_gil_bit; /* bit of the word tstate_status that says "holds the GIL", -1 none */

	/* Offsets in bytes; -1 where this version has no such field. */
#define X(owner, field, paths, debug_path) int32_t owner##_##field;
	PY_LAYOUT_FIELDS(X)
#undef X
};

/* One row of the generated tables. */
struct layout_row {
	struct py_version version;
	unsigned int flavour;
	const char *name;
#define X(owner, field, paths, debug_path) int32_t owner##_##field;
	PY_LAYOUT_FIELDS(X)
#undef X
};

extern const struct layout_row layout_rows[]; /* ascending by version; generated */
extern const size_t layout_row_count;

/*
 * Where a field's value stands in _Py_DebugOffsets of one minor version: offset in that struct in
 * bytes, -1 where it is not in it. Generated.
 */
struct debug_offsets_row {
	int major, minor;
	int32_t size; /* of struct _Py_DebugOffsets */
	int32_t cookie, hexversion, free_threaded;
#define X(owner, field, paths, debug_path) int32_t owner##_##field;
	PY_LAYOUT_FIELDS(X)
#undef X
};

extern const struct debug_offsets_row debug_offsets_rows[]; /* ascending; generated */
extern const size_t debug_offsets_row_count;

/*
 * Layout of that version and flavour from the tables: the row of the same minor version whose micro
 * is the highest not above version's (else the lowest). ERROR_UNSUPPORTED names the versions there
 * are. Shapes included, checked.
 */
__attribute__((warn_unused_result)) struct error *
layout_from_tables(const struct py_version *version, unsigned int flavour, struct py_layout *ret);

/*
 * From 3.13: `table` is the start of the target's _PyRuntime (size bytes of it, untrusted), which
 * begins with _Py_DebugOffsets. Fields that it lacks come from the table of that minor version (the
 * newest one for a minor version we do not know), moved along with the known field next to them.
 * ERROR_UNSUPPORTED when the cookie is missing or offsets contradict each other.
 */
__attribute__((warn_unused_result)) struct error *layout_from_debug_offsets(const void *table,
									    size_t size,
									    unsigned int flavour,
									    struct py_layout *ret);

/*
 * From the DWARF of an ELF file (an interpreter, its separate debug file, or an object that
 * scripts/gen-layouts compiled): every field that is found is set, the others -1. ERROR_NOT_FOUND
 * when the file has no usable DWARF. The struct's shapes are those of `version`.
 */
__attribute__((warn_unused_result)) struct error *
layout_from_dwarf(int fd, const struct py_version *version, unsigned int flavour,
		  struct py_layout *ret);

/* Fills in the enums and other shapes that go with a version. */
void layout_set_shapes(struct py_layout *layout);

/*
 * Every offset against the bounds of what we read and of each other (see layout_check.c): called by
 * the three above. ERROR_UNSUPPORTED says which field is wrong and its value.
 */
__attribute__((warn_unused_result)) struct error *layout_check(const struct py_layout *layout);

/* "3.12.1", "3.15.0rc2"; debug and free-threaded builds with "d" and "t" behind. buf is returned.
 */
enum { PY_VERSION_TEXT_SIZE = 32 };
const char *layout_version_text(const struct py_version *version, unsigned int flavour,
				char buf[PY_VERSION_TEXT_SIZE]);

/* PY_VERSION_HEX in parts. */
struct py_version py_version_from_hex(uint32_t hexversion);

/* -1, 0, 1 as strcmp. */
int py_version_compare(const struct py_version *a, const struct py_version *b);

#endif
