/*
 * attributes.c - the attributes in an instance's __dict__, in whichever way a version keeps them.
 *
 *   tp_dictoffset	  offset of the dict's pointer in the instance, from its end when negative
 *			  (_PyObject_ComputedDictPointer, Objects/object.c)
 *   ATTR_VALUES	  types with Py_TPFLAGS_MANAGED_DICT, 3.11: pointers to values 4 words and
 *to a dict 3 words before the object (Include/internal/pycore_object.h) ATTR_DICT_OR_VALUES  3.12:
 *one word, 3 before the object; values have 1 subtracted ATTR_INLINE	  since 3.13: dict 3 words
 *before the object (1 in free-threaded builds); while that is NULL, values follow the object, if
 *Py_TPFLAGS_INLINE_VALUES is set and they say that they are valid
 *
 * Old-style instances of 2.7 have a dict in PyInstanceObject.
 */
#include "attributes.h"

#include <string.h>

#include "dict.h"
#include "python/containers.h"

enum {
	WORD = 8,
	FLAG_INLINE_VALUES = 1 << 2,  /* Include/object.h, 3.13 */
	FLAG_MANAGED_DICT = 1 << 4,   /* Include/object.h, 3.11 */
	INSTANCE_BYTES_MAX = 1 << 30, /* where a dict pointer at the end of an instance may be */
};

/* The keys that the instances of a type share. */
static struct error *locate_values(const struct py_view *view, const struct py_type *type,
				   uint64_t values, struct attributes *ret)
{
	if (!values || view->layout->heaptype_cached_keys < 0)
		return NULL;
	ret->values = values;
	return mem_read_u64(view->mem, type->addr + (uint64_t)view->layout->heaptype_cached_keys,
			    &ret->keys);
}

static struct error *locate_inline(const struct py_view *view, uint64_t object,
				   const struct py_type *type, struct attributes *ret)
{
	enum { VALID = 3 };
	uint64_t words = view->layout->flavour & PY_FREE_THREADED ? 1 : 3;
	uint64_t values = object + (uint64_t)type->basicsize;
	uint8_t head[4];
	struct error *err;

	ret->word = object - words * WORD;
	err = mem_read_u64(view->mem, ret->word, &ret->dict);
	if (err || ret->dict || !(type->flags & FLAG_INLINE_VALUES))
		return err;
	err = mem_read(view->mem, values, head, sizeof(head));
	if (err || !head[VALID])
		return err;
	return locate_values(view, type, values, ret);
}

static struct error *locate_managed(const struct py_view *view, uint64_t object,
				    const struct py_type *type, struct attributes *ret)
{
	uint64_t words[2]; /* 4 and 3 before the object */
	struct error *err;

	if (view->layout->attr_shape == ATTR_INLINE)
		return locate_inline(view, object, type, ret);
	err = mem_read(view->mem, object - 4 * WORD, words, sizeof(words));
	if (err)
		return err;
	if (view->layout->attr_shape == ATTR_VALUES) {
		ret->word = object - 4 * WORD;
		ret->dict = words[1];
		return ret->dict ? NULL : locate_values(view, type, words[0], ret);
	}
	ret->word = object - 3 * WORD;
	if (words[1] & 1)
		return locate_values(view, type, words[1] + 1, ret);
	ret->dict = words[1];
	return NULL;
}

/* A negative tp_dictoffset counts from the end of an instance whose size is in ob_size. */
static struct error *offset_from_end(const struct py_view *view, uint64_t object,
				     const struct py_type *type, int64_t *offset)
{
	int64_t items, bytes;
	struct error *err;

	err = mem_read_u64(view->mem, object + (uint64_t)view->layout->var_size,
			   (uint64_t *)&items);
	if (err)
		return err;
	if (items == INT64_MIN)
		return &error_torn;
	items = items < 0 ? -items : items;
	if (__builtin_mul_overflow(items, type->itemsize, &bytes) ||
	    __builtin_add_overflow(bytes, type->basicsize, &bytes) || bytes < 0 ||
	    bytes > INSTANCE_BYTES_MAX)
		return &error_torn;
	*offset += (bytes + WORD - 1) / WORD * WORD;
	return NULL;
}

struct error *attributes_locate(const struct py_view *view, uint64_t object,
				const struct py_type *type, struct attributes *ret)
{
	const struct py_layout *layout = view->layout;
	int64_t offset = type->dictoffset;
	struct error *err;

	*ret = (struct attributes) { 0 };
	if (layout->instance2_dict >= 0 && !strcmp(type->name, "instance")) {
		offset = layout->instance2_dict;
	} else if (layout->attr_shape != ATTR_DICTOFFSET && type->flags & FLAG_MANAGED_DICT) {
		return locate_managed(view, object, type, ret);
	} else if (!offset) {
		return NULL;
	} else if (offset < 0) {
		err = offset_from_end(view, object, type, &offset);
		if (err)
			return err;
	}
	if (offset < layout->object_size || offset > INSTANCE_BYTES_MAX)
		return &error_torn;
	ret->word = object + (uint64_t)offset;
	return mem_read_u64(view->mem, ret->word, &ret->dict);
}

/* The table of the attributes; *none when the instance has none. */
static struct error *open_attributes(const struct py_view *view, uint64_t object,
				     const struct py_type *type, struct dict_table *ret, bool *none)
{
	struct attributes attributes;
	struct error *err = attributes_locate(view, object, type, &attributes);

	*none = false;
	if (err)
		return err;
	if (attributes.dict)
		return dict_open(view, attributes.dict, ret);
	if (attributes.keys)
		return dict_open_keys(view, attributes.keys, attributes.values, ret);
	*none = true;
	return NULL;
}

struct error *attributes_read(const struct py_view *view, uint64_t object,
			      const struct py_type *type, size_t max, struct py_items *ret)
{
	struct dict_table table;
	bool none;
	struct error *err = open_attributes(view, object, type, &table, &none);

	if (err)
		return err;
	if (!none)
		return table_read(view, &table, max, ret);
	*ret = (struct py_items) { 0 };
	return NULL;
}

struct error *attribute_find(const struct py_view *view, uint64_t object,
			     const struct py_type *type, const char *name, uint64_t *ret,
			     uint64_t *slot)
{
	struct dict_table table;
	bool none;
	struct error *err = open_attributes(view, object, type, &table, &none);

	if (err)
		return err;
	if (!none)
		return table_find(view, &table, name, ret, slot);
	*ret = 0;
	if (slot)
		*slot = 0;
	return NULL;
}
