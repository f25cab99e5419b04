/*
 * containers.h - walk a tuple, list, dict, set or the attributes of an instance: bounded.
 */
#ifndef PYTHON_CONTAINERS_H
#define PYTHON_CONTAINERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/object.h"
#include "python/view.h"

/* One item: key is 0 for sequences and sets; value is the element. Addresses of objects, non-zero.
 */
struct py_item {
	uint64_t key, value;
};

/* Items found, at most what was asked for; `total` is what the container says it holds. */
struct py_items {
	struct py_item *items; /* malloc'ed */
	size_t count, total;
};

void py_items_deinit(struct py_items *items);

__attribute__((warn_unused_result)) struct error *
sequence_read(const struct py_view *view, uint64_t object, const struct py_type *type, size_t max,
	      struct py_items *ret); /* tuple or list, by the flags of type */
__attribute__((warn_unused_result)) struct error *
dict_read(const struct py_view *view, uint64_t object, size_t max, struct py_items *ret);
__attribute__((warn_unused_result)) struct error *
set_read(const struct py_view *view, uint64_t object, size_t max, struct py_items *ret);

/*
 * The value of a str key in a dict; *ret 0 when it is not there. *slot (may be NULL) is the address
 * of the word that holds the value: watch it to see the value replaced.
 */
__attribute__((warn_unused_result)) struct error *dict_find(const struct py_view *view,
							    uint64_t object, const char *key,
							    uint64_t *ret, uint64_t *slot);

/*
 * The attributes in an instance's __dict__ or inline values, as a dict would list them; count 0 for
 * an instance without any. In whichever way this version stores them (enum attr_shape).
 */
__attribute__((warn_unused_result)) struct error *attributes_read(const struct py_view *view,
								  uint64_t object,
								  const struct py_type *type,
								  size_t max, struct py_items *ret);

/* One attribute by name; as dict_find(). */
__attribute__((warn_unused_result)) struct error *
attribute_find(const struct py_view *view, uint64_t object, const struct py_type *type,
	       const char *name, uint64_t *ret, uint64_t *slot);

#endif
