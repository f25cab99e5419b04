/*
 * attributes.h - where an instance keeps its attributes.
 */
#ifndef PYTHON_ATTRIBUTES_H
#define PYTHON_ATTRIBUTES_H

#include <stdint.h>

#include "base/error.h"
#include "python/object.h"
#include "python/view.h"

/* A dict, or values beside a keys object; all 0 for an instance without attributes. */
struct attributes {
	uint64_t dict;         /* address of the dict object, or 0: then */
	uint64_t keys, values; /* of the keys object and of struct _dictvalues, or 0 */
	uint64_t word;         /* address of the word that says which of them, 0: there is none */
};

__attribute__((warn_unused_result)) struct error *attributes_locate(const struct py_view *view,
								    uint64_t object,
								    const struct py_type *type,
								    struct attributes *ret);

#endif
