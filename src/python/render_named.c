/*
 * render_named.c - values that are known by a name: types, functions, modules, generators, code.
 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/containers.h"
#include "render.h"

enum { FLAG_HEAPTYPE = 1 << 9 /* Py_TPFLAGS_HEAPTYPE: made by a class statement */ };

static bool is_builtins(const char *module)
{
	return !strcmp(module, "builtins") || !strcmp(module, "__builtin__");
}

/* The str that is a type's attribute, appended to text. */
static struct error *read_module_name(const struct render *render, const struct py_type *type,
				      struct text *text)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t dict, name = 0;
	struct error *err;

	if (layout->type_dict < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, type->addr + (uint64_t)layout->type_dict, &dict);
	if (!err)
		err = dict_find(render->view, dict, "__module__", &name, NULL);
	if (!err && !name)
		err = &error_torn;
	return err ? err : str_read(render->view, name, NAME_CHARS_MAX, text, NULL);
}

struct error *render_type_name(struct render *render, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	CLEANUP(text_deinit)
	struct text module;
	uint64_t qualname = 0;
	struct error *err;

	text_init(&module);
	if (!(type->flags & FLAG_HEAPTYPE)) {
		render_cstr(render, type->name); /* "module.name", or a built-in one's name */
		return NULL;
	}
	err = read_module_name(render, type, &module);
	if (!err && !is_builtins(text_chars(&module))) {
		render_cstr(render, text_chars(&module));
		render_add(render, ".");
	}
	if (!err && layout->heaptype_qualname >= 0) {
		err = mem_read_u64(render->view->mem,
				   type->addr + (uint64_t)layout->heaptype_qualname, &qualname);
		if (!err)
			err = render_name(render, qualname);
		if (!err)
			return NULL;
	}
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT) || !err)
		render_short_type_name(render, type);
	return err;
}

void render_short_type_name(struct render *render, const struct py_type *type)
{
	const char *dot = strrchr(type->name, '.');

	render_cstr(render, dot ? dot + 1 : type->name);
}

struct error *render_type(struct render *render, uint64_t object)
{
	bool py2 = render->view->layout->str_shape == STR_PY2;
	struct py_type type;
	struct error *err;

	err = type_read(render->view, object, &type);
	if (err)
		return err;
	render_add(render, py2 && !(type.flags & FLAG_HEAPTYPE) ? "<type '" : "<class '");
	err = render_type_name(render, &type);
	render_add(render, "'>");
	return err;
}

/* "<function NAME at 0x1>": the name is a str at that offset in the object. */
static struct error *add_named(struct render *render, const char *what, uint64_t object,
			       int32_t offset)
{
	uint64_t name = 0;
	struct error *err = NULL;

	if (offset >= 0)
		err = mem_read_u64(render->view->mem, object + (uint64_t)offset, &name);
	if (err)
		return err;
	render_addf(render, "<%s ", what);
	if (name)
		err = render_name(render, name);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_addf(render, "%sat 0x%" PRIx64 ">", name ? " " : "", object);
	return err;
}

struct error *render_function(struct render *render, uint64_t object, const struct py_type *type)
{
	(void)type;
	return add_named(render, "function", object, render->view->layout->function_qualname);
}

struct error *render_generator(struct render *render, uint64_t object, const struct py_type *type)
{
	char what[64];

	snprintf(what, sizeof(what), "%.40s object", type->name);
	return add_named(render, what, object, render->view->layout->gen_qualname);
}

/* Functions written in C: PyMethodDef begins with the name. */
struct error *render_builtin_function(struct render *render, uint64_t object,
				      const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	struct py_type owner = { 0 };
	uint64_t method, self, name;
	char chars[NAME_CHARS_MAX];
	struct error *err;

	(void)type;
	if (layout->cfunction_method < 0 || layout->cfunction_self < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->cfunction_method, &method);
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)layout->cfunction_self,
				   &self);
	if (!err)
		err = mem_read_u64(render->view->mem, method, &name);
	if (!err)
		err = mem_read_cstr(render->view->mem, name, chars, sizeof(chars));
	if (!err && self)
		err = object_type(render->view, self, &owner);
	if (err)
		return err;
	if (!self || !strcmp(owner.name, "module")) {
		render_add(render, "<built-in function ");
		render_cstr(render, chars);
	} else {
		render_add(render, "<built-in method ");
		render_cstr(render, chars);
		render_add(render, " of ");
		render_cstr(render, owner.name);
		render_addf(render, " object at 0x%" PRIx64, self);
	}
	render_add(render, ">");
	return NULL;
}

/* The name of what a method calls, a function as a rule. */
static struct error *add_callable_name(struct render *render, uint64_t object)
{
	const struct py_layout *layout = render->view->layout;
	struct py_type type;
	uint64_t name;
	struct error *err;

	err = object_type(render->view, object, &type);
	if (!err && (strcmp(type.name, "function") != 0 || layout->function_qualname < 0))
		err = &error_torn;
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)layout->function_qualname,
				   &name);
	if (!err)
		err = render_name(render, name);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	return err;
}

struct error *render_method(struct render *render, uint64_t object, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t function, self;
	struct error *err;

	(void)type;
	if (layout->method_function < 0 || layout->method_self < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->method_function,
			   &function);
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)layout->method_self,
				   &self);
	if (err)
		return err;
	render_add(render, self ? "<bound method " : "<unbound method ");
	err = add_callable_name(render, function);
	if (!err && self) {
		render_add(render, " of ");
		err = render_value(render, self);
	}
	render_add(render, ">");
	return err;
}

/* Without "from ...": the name says it. */
struct error *render_module(struct render *render, uint64_t object, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t dict, name;
	struct error *err;

	(void)type;
	if (layout->module_dict < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->module_dict, &dict);
	if (!err)
		err = dict_find(render->view, dict, "__name__", &name, NULL);
	if (err)
		return err;
	render_add(render, "<module '");
	err = name ? render_name(render, name) : &error_torn;
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_add(render, "'>");
	return err;
}

struct error *render_code(struct render *render, uint64_t object, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t names[2];
	uint32_t line;
	struct error *err;

	(void)type;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->code_name, &names[0]);
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)layout->code_filename,
				   &names[1]);
	if (!err)
		err = mem_read_u32(render->view->mem, object + (uint64_t)layout->code_firstlineno,
				   &line);
	if (err)
		return err;
	render_add(render, "<code object ");
	for (size_t i = 0; !err && i < 2; i++) {
		err = render_name(render, names[i]);
		if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
			render_add(render, "?");
		if (!i)
			render_addf(render, " at 0x%" PRIx64 ", file \"", object);
	}
	render_addf(render, "\", line %" PRId32 ">", (int32_t)line);
	return err;
}

struct error *render_old_class(struct render *render, uint64_t object, const struct py_type *type)
{
	(void)type;
	return add_named(render, "class", object, render->view->layout->class2_name);
}
