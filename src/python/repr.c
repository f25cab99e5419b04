/*
 * repr.c - which kind of value an object is, and who writes it.
 *
 * A type is recognised by its tp_flags, or by its name where it was made in C (no class statement
 * makes a type without Py_TPFLAGS_HEAPTYPE, or one with a dot in its name). A class that inherits
 * from such a type is written as Class(value).
 *
 * A __repr__ of the class is never run. What differs from repr() of the built-in types: a module
 * without its file, an OrderedDict or Counter as Class({...}), an exception of one argument without
 * the comma of 3.6, a timedelta always in the form of 3.7, methods of 2.7 without their class.
 */
#include "python/repr.h"

#include <string.h>

#include "render.h"

enum {
	FLAG_INT_PY2 = 1 << 23, /* Py_TPFLAGS_INT_SUBCLASS, 2.7 */
	FLAG_HEAPTYPE = 1 << 9, /* Py_TPFLAGS_HEAPTYPE */
	BASES_MAX = 32,         /* between a class and object */
};

typedef struct error *render_function_type(struct render *render, uint64_t object,
					   const struct py_type *type);

static struct error *render_none(struct render *render, uint64_t object, const struct py_type *type)
{
	(void)object;
	render_add(render, !strcmp(type->name, "NoneType")   ? "None"
			   : !strcmp(type->name, "ellipsis") ? "Ellipsis"
							     : "NotImplemented");
	return NULL;
}

static struct error *render_int(struct render *render, uint64_t object, const struct py_type *type)
{
	enum { DIGITS_LEAST = 20 }; /* any word: a number cut shorter says nothing */
	size_t before = render->text->length;
	struct error *err;

	err = int_read(render->view, object,
		       render->left > DIGITS_LEAST ? (size_t)render->left : DIGITS_LEAST,
		       render->text);
	render->left -= (int64_t)(render->text->length - before);
	if (!err && render->view->layout->int_shape == INT_PY2 && type->flags & TYPE_LONG)
		render_add(render, "L");
	return err;
}

static struct error *render_bool(struct render *render, uint64_t object, const struct py_type *type)
{
	uint64_t value;
	struct error *err = int_read_u64(render->view, object, &value);

	(void)type;
	if (!err)
		render_add(render, value ? "True" : "False");
	return err;
}

static struct error *render_byte_array(struct render *render, uint64_t object,
				       const struct py_type *type)
{
	(void)type;
	return render_bytearray(render, object);
}

/* range(0, 9), slice(0, 9, None): three pointers behind the header (Objects/rangeobject.c). */
static struct error *render_three(struct render *render, uint64_t object,
				  const struct py_type *type)
{
	bool is_range = !strcmp(type->name, "range");
	uint64_t words[3], step;
	size_t count = 3;
	struct error *err;

	err = mem_read(render->view->mem, object + (uint64_t)render->view->layout->object_size,
		       words, sizeof(words));
	if (!err && is_range)
		err = int_read_u64(render->view, words[2], &step);
	if (!err && is_range && step == 1)
		count = 2; /* as repr() has it */
	if (error_catch(&err, ERROR_TORN))
		count = 3; /* a negative step */
	if (err)
		return err;
	render_add(render, is_range ? "range(" : "slice(");
	for (size_t i = 0; !err && i < count; i++) {
		if (i)
			render_add(render, ", ");
		err = render_value(render, words[i]);
	}
	render_add(render, ")");
	return err;
}

/* frozendict, 3.15: laid out as a dict is, but no subclass of it. */
static struct error *render_frozendict(struct render *render, uint64_t object,
				       const struct py_type *type)
{
	struct error *err;

	(void)type;
	render_add(render, "frozendict(");
	err = render_dict(render, object);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_add(render, ")");
	return err;
}

static const struct known {
	const char *name;
	render_function_type *render;
	bool has_subclasses;
} known_types[] = {
	{ "NoneType", render_none, false },
	{ "ellipsis", render_none, false },
	{ "NotImplementedType", render_none, false },
	{ "bool", render_bool, false },
	{ "float", render_float, true },
	{ "complex", render_complex, true },
	{ "bytearray", render_byte_array, true },
	{ "set", render_set, true },
	{ "frozenset", render_frozenset, true },
	{ "frozendict", render_frozendict, true },
	{ "range", render_three, false },
	{ "slice", render_three, false },
	{ "function", render_function, false },
	{ "builtin_function_or_method", render_builtin_function, false },
	{ "method", render_method, false },
	{ "instancemethod", render_method, false },
	{ "module", render_module, true },
	{ "code", render_code, false },
	{ "generator", render_generator, false },
	{ "coroutine", render_generator, false },
	{ "async_generator", render_generator, false },
	{ "classobj", render_old_class, false },
	{ "collections.deque", render_deque, true },
	{ "collections.defaultdict", render_defaultdict, false },
	{ "datetime.date", render_date, true },
	{ "datetime.datetime", render_datetime, true },
	{ "datetime.time", render_time, true },
	{ "datetime.timedelta", render_timedelta, true },
	{ "datetime.timezone", render_timezone, false },
	{ "decimal.Decimal", render_decimal, true },
};

static const struct known *find_known(const struct py_type *type)
{
	if (type->flags & FLAG_HEAPTYPE && !strchr(type->name, '.'))
		return NULL;
	for (size_t i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++) {
		if (!strcmp(known_types[i].name, type->name))
			return &known_types[i];
	}
	return NULL;
}

/* The type, or the nearest of its bases, that is known; NULL when there is none. */
static struct error *find_known_base(const struct py_view *view, const struct py_type *type,
				     const struct known **ret)
{
	const struct py_layout *layout = view->layout;
	uint64_t addr = type->addr;

	*ret = NULL;
	if (layout->type_base < 0)
		return NULL;
	for (int i = 0; i < BASES_MAX; i++) {
		struct py_type base;
		struct error *err;

		err = mem_read_u64(view->mem, addr + (uint64_t)layout->type_base, &addr);
		if (err || !addr)
			return err;
		err = type_read(view, addr, &base);
		if (err)
			return err;
		*ret = find_known(&base);
		if (*ret) {
			*ret = (*ret)->has_subclasses ? *ret : NULL;
			return NULL;
		}
	}
	return NULL;
}

/* Types whose tp_flags say what they are: the name of that type, NULL for others. */
static const char *flagged_name(const struct render *render, uint64_t flags)
{
	bool py2 = render->view->layout->str_shape == STR_PY2;

	if (py2 && flags & FLAG_INT_PY2)
		return "int";
	if (flags & TYPE_LONG)
		return py2 ? "long" : "int";
	if (flags & TYPE_UNICODE)
		return py2 ? "unicode" : "str";
	if (flags & TYPE_BYTES)
		return py2 ? "str" : "bytes";
	if (flags & TYPE_LIST)
		return "list";
	if (flags & TYPE_TUPLE)
		return "tuple";
	if (flags & TYPE_DICT)
		return "dict";
	return NULL;
}

static struct error *render_flagged(struct render *render, uint64_t object,
				    const struct py_type *type)
{
	bool is_py2_int = render->view->layout->int_shape == INT_PY2 && type->flags & FLAG_INT_PY2;

	if (type->flags & TYPE_LONG || is_py2_int)
		return render_int(render, object, type);
	if (type->flags & TYPE_UNICODE)
		return render_str(render, object);
	if (type->flags & TYPE_BYTES)
		return render_bytes(render, object);
	if (type->flags & (TYPE_LIST | TYPE_TUPLE))
		return render_sequence(render, object, type);
	return render_dict(render, object);
}

/* "Class(" value ")"; when the value cannot be read, nothing but an error. */
static struct error *render_wrapped(struct render *render, uint64_t object,
				    const struct py_type *type, render_function_type *inner)
{
	size_t before = render->text->length;
	struct error *err;

	render_short_type_name(render, type);
	render_add(render, "(");
	err = inner(render, object, type);
	if (err && render->text->chars) {
		render->text->length = before;
		render->text->chars[before] = '\0';
	}
	render_add(render, err ? "" : ")");
	return err;
}

/* True when a writer knew the object or it failed for good, false when the next should try. */
static bool was_written(struct error **err)
{
	return !error_catch(err, ERROR_TORN) && !error_catch(err, ERROR_FAULT);
}

/* Subclasses of int, str, tuple and so on: members of enums and named tuples among them. */
static struct error *render_subclass(struct render *render, uint64_t object,
				     const struct py_type *type)
{
	struct error *err;

	err = render_enum(render, object, type);
	if (was_written(&err))
		return err;
	if (type->flags & TYPE_TUPLE) {
		err = render_namedtuple(render, object, type);
		if (was_written(&err))
			return err;
	}
	return render_wrapped(render, object, type, render_flagged);
}

static struct error *render_other(struct render *render, uint64_t object,
				  const struct py_type *type)
{
	const struct known *known;
	struct error *err;

	if (type->flags & TYPE_EXCEPTION) {
		err = render_exception(render, object, type);
		if (was_written(&err))
			return err;
	}
	err = render_numpy(render, object, type);
	if (was_written(&err))
		return err;
	err = find_known_base(render->view, type, &known);
	if (err)
		return err;
	if (known) {
		err = render_wrapped(render, object, type, known->render);
		if (was_written(&err))
			return err;
	}
	err = render_enum(render, object, type);
	if (was_written(&err))
		return err;
	return render_instance(render, object, type);
}

static struct error *render_by_type(struct render *render, uint64_t object,
				    const struct py_type *type)
{
	const struct known *known = find_known(type);
	const char *name;

	if (known)
		return known->render(render, object, type);
	if (type->flags & TYPE_TYPE)
		return render_type(render, object);
	name = flagged_name(render, type->flags);
	if (name && !strcmp(name, type->name) && !(type->flags & FLAG_HEAPTYPE))
		return render_flagged(render, object, type);
	if (name)
		return render_subclass(render, object, type);
	return render_other(render, object, type);
}

/* An object inside itself, as Python writes it. */
static const char *cycle_text(const struct py_type *type)
{
	if (type->flags & TYPE_LIST)
		return "[...]";
	if (type->flags & TYPE_DICT)
		return "{...}";
	return type->flags & TYPE_TUPLE ? "(...)" : "...";
}

struct error *render_value(struct render *render, uint64_t object)
{
	struct py_type type;
	struct error *err;

	if (render_is_full(render) || render->depth == RENDER_DEPTH_MAX) {
		render_add(render, "...");
		return NULL;
	}
	err = object_type(render->view, object, &type);
	for (unsigned int i = 0; !err && i < render->depth; i++) {
		if (render->path[i] == object) {
			render_add(render, cycle_text(&type));
			return NULL;
		}
	}
	if (!err) {
		render->path[render->depth++] = object;
		err = render_by_type(render, object, &type);
		render->depth--;
	}
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	return err;
}

struct error *repr_read(const struct py_view *view, uint64_t object, size_t budget,
			struct text *text)
{
	struct render render = {
		.view = view,
		.text = text,
		.left = budget < RENDER_BUDGET_MAX ? (int64_t)budget : RENDER_BUDGET_MAX,
	};
	struct error *err = render_value(&render, object);

	return !err && text->failed ? &error_nomem : err;
}
