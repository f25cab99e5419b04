/*
 * class_name.c - the class a method was called on, where code objects have no qualified name.
 *
 * Taken from the frame's first argument when it is called self (its type) or cls (itself): the
 * class of the object, not the one that defines the method.
 */
#include <string.h>

#include "python/object.h"
#include "python/python.h"

char *python_class_name(struct python *python, const struct py_frame *frame)
{
	const struct py_view *view = python_view(python);
	const struct py_layout *l = view->layout;
	struct py_type type;
	uint64_t object;
	const char *name;

	if (l->code_qualname >= 0 || !frame->code->first_argument[0] ||
	    error_catch_any(mem_read_u64(view->mem, frame->addr + (uint64_t)l->frame_localsplus,
					 &object)) ||
	    !object || error_catch_any(object_type(view, object, &type)))
		return NULL;
	if (!strcmp(frame->code->first_argument, "cls")) {
		if (!(type.flags & TYPE_TYPE) || error_catch_any(type_read(view, object, &type)))
			return NULL;
	}
	name = strrchr(type.name, '.');
	return strdup(name ? name + 1 : type.name);
}
