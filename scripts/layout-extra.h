/*
 * layout-extra.h - structures that CPython keeps in its .c files, for scripts/gen-layouts.
 *
 * Declared here because no installed header of those versions has them. Only what leads up to the
 * members that layout_fields.h names is needed. `gen-layouts --check` compares them with the DWARF
 * of real builds.
 */
#ifndef LAYOUT_EXTRA_H
#define LAYOUT_EXTRA_H

#include <Python.h>

/* Objects/dict-common.h, 3.6 to 3.10; pycore_dict.h has it from 3.11 on. */
#if PY_VERSION_HEX >= 0x03060000 && PY_VERSION_HEX < 0x030B0000
struct _dictkeysobject {
	Py_ssize_t dk_refcnt;
	Py_ssize_t dk_size;
	void *dk_lookup; /* dict_lookup_func */
	Py_ssize_t dk_usable;
	Py_ssize_t dk_nentries;
	char dk_indices[8]; /* a union in 3.6, char[] later */
};
#endif

/* Objects/moduleobject.c, 2.7 to 3.9; pycore_moduleobject.h has it from 3.10 on. */
#if PY_VERSION_HEX < 0x030A0000
typedef struct {
	PyObject_HEAD PyObject *md_dict;
} PyModuleObject;
#endif

/*
 * Opcodes, as the sizes of structures: debug information knows sizes, not macros. Include/opcode.h
 * (3.11, 3.12), Include/opcode_ids.h (3.13 and later). INSTRUMENTED_ ones since 3.12, RETURN_CONST
 * in 3.12 and 3.13.
 */
#if PY_VERSION_HEX >= 0x030B0000
#include <opcode.h>
#define LAYOUT_OPCODE(name, number)                                                                \
	struct layout_opcode_##name {                                                              \
		char size[number];                                                                 \
	} layout_opcode_##name##_
LAYOUT_OPCODE(return_value, RETURN_VALUE);
LAYOUT_OPCODE(yield_value, YIELD_VALUE);
#ifdef RETURN_CONST
LAYOUT_OPCODE(return_const, RETURN_CONST);
LAYOUT_OPCODE(instrumented_return_const, INSTRUMENTED_RETURN_CONST);
#endif
#ifdef INSTRUMENTED_RETURN_VALUE
LAYOUT_OPCODE(instrumented_return_value, INSTRUMENTED_RETURN_VALUE);
LAYOUT_OPCODE(instrumented_yield_value, INSTRUMENTED_YIELD_VALUE);
#endif
#endif

#endif
