/*
 * repr.h - the value of any object as Python's repr() would write it, bounded and escaped.
 */
#ifndef PYTHON_REPR_H
#define PYTHON_REPR_H

#include "base/error.h"
#include "base/text.h"
#include "python/view.h"

/*
 * Appends repr(object), at most `budget` characters and a few for "..." and closing brackets. None,
 * bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset and their
 * subclasses with values (nested, cycles as "..."); type, function, module by name; exceptions with
 * their arguments; other instances as "<module.Type at 0x...>", with attributes where the budget
 * allows. Valid UTF-8 without control characters. What cannot be read is "?"; only &error_gone and
 * &error_nomem are returned.
 */
__attribute__((warn_unused_result)) struct error *
repr_read(const struct py_view *view, uint64_t object, size_t budget, struct text *text);

#endif
