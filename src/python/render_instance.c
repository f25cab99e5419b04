/*
 * render_instance.c - instances of classes: exceptions, members of an enum, and all others.
 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/containers.h"
#include "render.h"
#include "slots.h"

enum { ATTRIBUTE_CHARS_LEAST = 4 /* " a=1": so many attributes at most fit the budget */ };

/* Exceptions: the class and the arguments that it was made with. */
struct error *render_exception(struct render *render, uint64_t object, const struct py_type *type)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	const struct py_layout *layout = render->view->layout;
	struct py_type tuple;
	uint64_t args;
	struct error *err;

	if (layout->exception_args < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->exception_args, &args);
	if (!err)
		err = object_type(render->view, args, &tuple);
	if (!err)
		err = sequence_read(render->view, args, &tuple, NAME_CHARS_MAX, &items);
	if (err)
		return err;
	render_short_type_name(render, type);
	render_add(render, "(");
	for (size_t i = 0; !err && i < items.count; i++) {
		if (i)
			render_add(render, ", ");
		err = render_value(render, items.items[i].value);
		if (render_is_full(render))
			break;
	}
	render_add(render, ")");
	return err;
}

/*
 * Lib/enum.py: a member has its name and its value in _name_ and _value_; the name of a combination
 * of flags may be None.
 */
struct error *render_enum(struct render *render, uint64_t object, const struct py_type *type)
{
	uint64_t name, value;
	struct error *err;

	err = attribute_find(render->view, object, type, "_value_", &value, NULL);
	if (!err && value)
		err = attribute_find(render->view, object, type, "_name_", &name, NULL);
	if (!err && (!value || !name))
		err = &error_torn;
	if (err)
		return err;
	render_add(render, "<");
	render_short_type_name(render, type);
	render_add(render, ".");
	err = render_name(render, name);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_add(render, ": ");
	if (!err)
		err = render_value(render, value);
	render_add(render, ">");
	return err;
}

/* "m.Type"; of an old-style instance its class, not "instance". */
static struct error *add_class_name(struct render *render, uint64_t object,
				    const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t class, name;
	struct error *err;

	if (layout->instance2_class < 0 || strcmp(type->name, "instance") != 0)
		return render_type_name(render, type);
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->instance2_class, &class);
	if (!err)
		err = mem_read_u64(render->view->mem, class + (uint64_t)layout->class2_name, &name);
	if (!err)
		err = render_name(render, name);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	return err;
}

/* The space before an attribute; false, and " ..." instead, when the budget is used up. */
static bool begin_attribute(struct render *render)
{
	bool has_room = !render_is_full(render);

	render_add(render, has_room ? " " : " ...");
	return has_room;
}

static struct error *add_slot(struct render *render, const struct slot *slot)
{
	render_cstr(render, slot->name);
	render_add(render, "=");
	return render_value(render, slot->value);
}

static struct error *add_attribute(struct render *render, const struct py_item *item)
{
	struct error *err;

	err = render_name(render, item->key);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_add(render, "=");
	return err ? err : render_value(render, item->value);
}

/* Attributes in slots, then those of __dict__; what cannot be read is left out. */
static struct error *add_attributes(struct render *render, uint64_t object,
				    const struct py_type *type)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	size_t max = render->left > 0 ? (size_t)render->left / ATTRIBUTE_CHARS_LEAST + 1 : 0;
	struct slot slots[SLOTS_MAX];
	size_t slot_count = 0;
	struct error *err;

	err = slots_read(render->view, object, type, slots, &slot_count);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		slot_count = 0;
	if (!err && max)
		err = attributes_read(render->view, object, type, max, &items);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		items.count = 0;
	for (size_t i = 0; !err && i < slot_count; i++) {
		if (!begin_attribute(render))
			return NULL;
		err = add_slot(render, &slots[i]);
	}
	for (size_t i = 0; !err && i < items.count; i++) {
		if (!begin_attribute(render))
			return NULL;
		err = add_attribute(render, &items.items[i]);
	}
	return err;
}

struct error *render_instance(struct render *render, uint64_t object, const struct py_type *type)
{
	struct error *err;

	render_add(render, "<");
	err = add_class_name(render, object, type);
	render_addf(render, " at 0x%" PRIx64, object);
	if (!err)
		err = add_attributes(render, object, type);
	render_add(render, ">");
	return err;
}
