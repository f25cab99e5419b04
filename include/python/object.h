/*
 * object.h - read one Python object from outside: its type, a str, bytes, an int, a float.
 *
 * Nothing here trusts the target: lengths are bounded, kinds are checked, &error_torn is the answer
 * to what cannot be.
 */
#ifndef PYTHON_OBJECT_H
#define PYTHON_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "python/view.h"

/* A type object, as much of it as readers of instances need. */
struct py_type {
	uint64_t addr;
	uint64_t flags; /* tp_flags */
	int64_t basicsize, itemsize, dictoffset;
	char name[128]; /* tp_name, cut */
};

/* tp_flags bits that never moved (Include/object.h, 2.7 and 3.x) */
enum {
	TYPE_LONG = 1 << 24,
	TYPE_LIST = 1 << 25,
	TYPE_TUPLE = 1 << 26,
	TYPE_BYTES = 1 << 27,
	TYPE_UNICODE = 1 << 28,
	TYPE_DICT = 1 << 29,
	TYPE_EXCEPTION = 1 << 30,
};
#define TYPE_TYPE (UINT64_C(1) << 31)

__attribute__((warn_unused_result)) struct error *object_type(const struct py_view *view,
							      uint64_t object, struct py_type *ret);

/* The type object at that address itself. */
__attribute__((warn_unused_result)) struct error *type_read(const struct py_view *view,
							    uint64_t addr, struct py_type *ret);

/*
 * Appends a str (2.7: str or unicode) to text as UTF-8, at most max code points; *cut (may be NULL)
 * says whether there was more. Every kind and width, compact or not.
 */
__attribute__((warn_unused_result)) struct error *
str_read(const struct py_view *view, uint64_t object, size_t max, struct text *text, bool *cut);

/*
 * A bytes object (2.7: str) of at most max bytes; a longer one is &error_torn when `whole`, else
 * cut. *ret is malloc'ed and owned by the caller.
 */
__attribute__((warn_unused_result)) struct error *bytes_read(const struct py_view *view,
							     uint64_t object, size_t max,
							     bool whole, uint8_t **ret,
							     size_t *size);

/* An int of any size in decimal, appended; one of more than max digits is shortened visibly. */
__attribute__((warn_unused_result)) struct error *
int_read(const struct py_view *view, uint64_t object, size_t max, struct text *text);

/* An int that fits 64 bits unsigned (a thread's ident). &error_torn otherwise. */
__attribute__((warn_unused_result)) struct error *int_read_u64(const struct py_view *view,
							       uint64_t object, uint64_t *ret);

#endif
