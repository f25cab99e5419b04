/*
 * Arguments and local variables of a frame, as each version keeps them.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "python/locals.h"
#include "support/fake.h"
#include "support/fake_objects.h"
#include "support/fake_threads.h"

enum { BUDGET = 100, ARGUMENT_CELL = FAKE_LOCAL | FAKE_CELL };

/* def f(a, b, *args, key, **kw): with a and b used by an inner function, and some of the others */
static const struct fake_variable variables[] = {
	{ "a", FAKE_LOCAL },       { "b", ARGUMENT_CELL }, { "key", FAKE_LOCAL },
	{ "args", FAKE_LOCAL },    { "kw", FAKE_LOCAL },   { "x", FAKE_LOCAL },
	{ "unbound", FAKE_LOCAL }, { "cell", FAKE_CELL },  { "empty", FAKE_CELL },
	{ "outer", FAKE_FREE },
};
enum { VARIABLES = sizeof(variables) / sizeof(variables[0]) };

static struct fake_code make_function(const struct fake *py)
{
	bool py2 = py->layout.str_shape == STR_PY2;

	return (struct fake_code) {
		.name = "f",
		.argcount = py2 ? 3 : 2,
		.kwonlyargcount = py2 ? 0 : 1,
		.flags = FAKE_VARARGS | FAKE_VARKEYWORDS,
		.variables = variables,
		.variable_count = VARIABLES,
		.stacksize = 4,
	};
}

/* The slot of a variable, or of its cell. */
static size_t slot_of(const struct fake *py, const char *name, bool is_cell)
{
	static const unsigned int lists[] = { FAKE_LOCAL, FAKE_CELL, FAKE_FREE };
	size_t slot = 0;

	for (size_t i = 0; i < VARIABLES && py->layout.frame_shape != FRAME_OBJECT; i++) {
		if (!strcmp(variables[i].name, name))
			return i;
	}
	for (size_t list = 0; list < 3; list++) {
		for (size_t i = 0; i < VARIABLES; i++) {
			if (!(variables[i].kinds & lists[list]))
				continue;
			if (!strcmp(variables[i].name, name) && is_cell == (list > 0))
				return slot;
			slot++;
		}
	}
	cr_assert_fail("no variable %s", name);
	return 0;
}

static void set(struct fake *py, uint64_t frame, const char *name, uint64_t value)
{
	fake_set_local(py, frame, slot_of(py, name, false), value);
}

static void set_cell(struct fake *py, uint64_t frame, const char *name, uint64_t value)
{
	fake_set_local(py, frame, slot_of(py, name, true), fake_cell(py, value));
}

/* A frame of that function in the middle of its work. */
static uint64_t make_frame(struct fake *py, uint64_t *code)
{
	struct fake_code function = make_function(py);
	uint64_t one = fake_int(py, 1), frame;

	*code = fake_code(py, &function);
	frame = fake_frame(py, 0, *code, 10);
	for (size_t i = 0; i < VARIABLES; i++) {
		if (variables[i].kinds & FAKE_LOCAL)
			set(py, frame, variables[i].name, 0);
	}
	set(py, frame, "a", one);
	set_cell(py, frame, "b", fake_str(py, "bb"));
	set(py, frame, "key", fake_none(py));
	set(py, frame, "args", fake_tuple(py, &one, 1));
	set(py, frame, "kw", fake_none(py));
	set(py, frame, "x", fake_list(py, &one, 1));
	set_cell(py, frame, "cell", fake_int(py, 7));
	set_cell(py, frame, "empty", 0);
	set_cell(py, frame, "outer", fake_int(py, 8));
	return frame;
}

static void check(struct fake *py, uint64_t frame, uint64_t code, const char *expected)
{
	CLEANUP(py_locals_deinit)
	struct py_locals locals = { 0 };
	CLEANUP(text_deinit)
	struct text text;

	text_init(&text);
	cr_assert_null(locals_read(&py->view, frame, code, BUDGET, &locals), "%s",
		       fake_layout_name(&py->layout));
	for (size_t i = 0; i < locals.count; i++)
		text_addf(&text, "%s%s%s=%s", i ? " " : "", locals.items[i].is_argument ? "*" : "",
			  locals.items[i].name, locals.items[i].repr);
	cr_assert_str_eq(text_chars(&text), expected, "%s: %s", fake_layout_name(&py->layout),
			 text_chars(&text));
}

Test(locals, of_every_kind)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t code, frame = make_frame(&py, &code);

		check(&py, frame, code,
		      "*a=1 *b='bb' *key=None *args=(1,) *kw=None x=[1] cell=7 outer=8");
	}
}

Test(locals, an_argument_whose_cell_is_not_made_yet)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t code, frame = make_frame(&py, &code);

		fake_set_local(&py, frame, slot_of(&py, "b", true), 0);
		set(&py, frame, "b", fake_int(&py, 5));
		check(&py, frame, code,
		      py.layout.frame_shape == FRAME_OBJECT
			      ? "*a=1 *key=None *args=(1,) *kw=None x=[1] cell=7 outer=8"
			      : "*a=1 *b=5 *key=None *args=(1,) *kw=None x=[1] cell=7 outer=8");
	}
}

Test(locals, addresses_are_those_of_the_objects)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t code, frame = make_frame(&py, &code), object = fake_int(&py, 3);
		CLEANUP(py_locals_deinit)
		struct py_locals locals = { 0 };

		set(&py, frame, "a", object);
		cr_assert_null(locals_read(&py.view, frame, code, BUDGET, &locals));
		cr_assert_eq(locals.items[0].addr, object);
	}
}

Test(locals, an_int_in_the_slot_itself)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t code, frame = make_frame(&py, &code);
		int32_t slot = py.layout.frame_localsplus;
		CLEANUP(py_locals_deinit)
		struct py_locals locals = { 0 };

		if (py.layout.stackref_mask != 3)
			continue;
		fake_put_u64(&py, frame, slot, (uint64_t)-42 << 2 | 3);
		cr_assert_null(locals_read(&py.view, frame, code, BUDGET, &locals));
		cr_assert_str_eq(locals.items[0].repr, "-42");
		cr_assert_eq(locals.items[0].addr, 0);
	}
}

Test(locals, of_a_function_without_any)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct fake_code function = { .name = "f" };
		uint64_t code = fake_code(&py, &function);

		check(&py, fake_frame(&py, 0, code, 0), code, "");
	}
}

Test(locals, names_that_would_break_a_line)
{
	static const struct fake_variable variable[] = { { "a\nb", FAKE_LOCAL } };
	struct fake py;

	FAKE_EACH(py)
	{
		const struct fake_code function = { .variables = variable, .variable_count = 1 };
		uint64_t code = fake_code(&py, &function), frame = fake_frame(&py, 0, code, 0);

		fake_set_local(&py, frame, 0, fake_none(&py));
		check(&py, frame, code, "a b=None");
	}
}

Test(locals, what_cannot_be_read)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		bool is_object = layout->frame_shape == FRAME_OBJECT;
		int32_t names = is_object ? layout->code_varnames : layout->code_localsplusnames;
		uint64_t code, frame = make_frame(&py, &code);
		struct py_locals locals;

		set(&py, frame, "x", 4096);
		set(&py, frame, "kw", 0);
		fake_set_local(&py, frame, slot_of(&py, "cell", true), 4096);
		check(&py, frame, code, "*a=1 *b='bb' *key=None *args=(1,) x=? outer=8");
		cr_assert_eq(locals_read(&py.view, 8, code, BUDGET, &locals), &error_fault);
		cr_assert_eq(locals_read(&py.view, frame, 8, BUDGET, &locals), &error_fault);
		fake_put_u64(&py, code, names, fake_none(&py));
		cr_assert_eq(locals_read(&py.view, frame, code, BUDGET, &locals), &error_torn);
		py.gone = true;
		cr_assert_eq(locals_read(&py.view, frame, code, BUDGET, &locals), &error_gone);
	}
}

Test(locals, names_without_end)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		bool is_object = layout->frame_shape == FRAME_OBJECT;
		int32_t names = is_object ? layout->code_varnames : layout->code_localsplusnames;
		uint64_t code, frame = make_frame(&py, &code);
		uint64_t tuple = fake_get_u64(&py, code, names);
		struct py_locals locals;

		fake_put_u64(&py, tuple, layout->var_size, UINT64_C(1) << 60);
		if (!error_catch_any(locals_read(&py.view, frame, code, BUDGET, &locals))) {
			cr_assert_leq(locals.count, LOCALS_MAX);
			py_locals_deinit(&locals);
		}
		fake_put_u64(&py, code, layout->code_argcount, UINT64_MAX);
		cr_assert_eq(locals_read(&py.view, frame, code, BUDGET, &locals), &error_torn);
	}
}
