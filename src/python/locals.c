/*
 * locals.c - the arguments and local variables of a frame.
 *
 * Until 3.10 the slots of a frame are co_varnames, then co_cellvars, then co_freevars. An argument
 * that an inner function uses lives in a cell; its first slot is NULL then (in 2.7 it keeps the
 * value of the call).
 * Since 3.11 co_localsplusnames and co_localspluskinds describe all slots (Include/internal/
 * pycore_code.h); an argument that is a cell has one slot, with the bare value until MAKE_CELL ran.
 * Since 3.14 a slot is a _PyStackRef: low bits are a tag, and both of them set mean an int.
 * Arguments come first in all: positional, keyword-only, *args, **kwargs.
 */
#include "python/locals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "python/containers.h"
#include "python/object.h"
#include "python/repr.h"

enum {
	KIND_CELL_OR_FREE = 0x40 | 0x80, /* CO_FAST_CELL, CO_FAST_FREE */
	FLAG_VARARGS = 0x4,              /* co_flags: CO_VARARGS */
	FLAG_VARKEYWORDS = 0x8,          /* CO_VARKEYWORDS */
	SLOTS_TOTAL_MAX = 1 << 20,       /* of a frame; what lies past LOCALS_MAX is not read */
	NAME_CHARS_MAX = 200,
	TAGGED_INT = 3, /* Py_INT_TAG, pycore_stackref.h, 3.14 */
	TAGGED_INT_SHIFT = 2,
};

/* A variable: where its name and its value are. */
struct variable {
	uint64_t name;  /* address of the str */
	uint64_t value; /* word of the slot, as it is */
	bool has_cell;
	bool is_argument;
};

struct variables {
	struct variable items[LOCALS_MAX];
	size_t count;
};

static struct error *code_int(const struct py_view *view, uint64_t code, int32_t offset,
			      uint64_t *ret)
{
	uint32_t value = 0;
	struct error *err = NULL;

	if (offset >= 0)
		err = mem_read_u32(view->mem, code + (uint64_t)offset, &value);
	if (!err && value > SLOTS_TOTAL_MAX)
		err = &error_torn;
	*ret = value;
	return err;
}

static struct error *argument_count(const struct py_view *view, uint64_t code, size_t *ret)
{
	const struct py_layout *layout = view->layout;
	uint64_t positional, keyword_only;
	uint32_t flags;
	struct error *err;

	if (layout->code_argcount < 0 || layout->code_flags < 0)
		return &error_torn;
	err = code_int(view, code, layout->code_argcount, &positional);
	if (!err)
		err = code_int(view, code, layout->code_kwonlyargcount, &keyword_only);
	if (!err)
		err = mem_read_u32(view->mem, code + (uint64_t)layout->code_flags, &flags);
	if (!err)
		*ret = positional + keyword_only + !!(flags & FLAG_VARARGS) +
		       !!(flags & FLAG_VARKEYWORDS);
	return err;
}

/* The items of a tuple that is at that offset in the code object. */
static struct error *read_names(const struct py_view *view, uint64_t code, int32_t offset,
				struct py_items *ret)
{
	struct py_type type;
	uint64_t tuple;
	struct error *err;

	if (offset < 0)
		return &error_torn;
	err = mem_read_u64(view->mem, code + (uint64_t)offset, &tuple);
	if (!err)
		err = object_type(view, tuple, &type);
	if (!err)
		err = sequence_read(view, tuple, &type, LOCALS_MAX, ret);
	return err;
}

/* The values of `count` slots of the frame from `first` on. */
static struct error *read_slots(const struct py_view *view, uint64_t frame, uint64_t first,
				uint64_t *words, size_t count)
{
	return mem_read(view->mem, frame + (uint64_t)view->layout->frame_localsplus + first * 8,
			words, count * 8);
}

/* Adds the slots from `first` on, one for each name. */
static struct error *add_slots(const struct py_view *view, uint64_t frame, uint64_t first,
			       const struct py_items *names, const uint8_t *kinds,
			       struct variables *variables)
{
	uint64_t words[LOCALS_MAX];
	size_t count = names->count, room = LOCALS_MAX - variables->count;
	struct error *err;

	if (count > room)
		count = room;
	err = read_slots(view, frame, first, words, count);
	for (size_t i = 0; !err && i < count; i++)
		variables->items[variables->count++] = (struct variable) {
			.name = names->items[i].value,
			.value = words[i],
			.has_cell = kinds[i] & KIND_CELL_OR_FREE,
		};
	return err;
}

/* 3.11 and later: one list of slots with their kinds. */
static struct error *read_localsplus(const struct py_view *view, uint64_t frame, uint64_t code,
				     struct variables *variables)
{
	CLEANUP(py_items_deinit)
	struct py_items names = { 0 };
	CLEANUP(freep)
	uint8_t *kinds = NULL;
	uint64_t kinds_object;
	size_t size;
	struct error *err;

	err = read_names(view, code, view->layout->code_localsplusnames, &names);
	if (!err)
		err = mem_read_u64(view->mem, code + (uint64_t)view->layout->code_localspluskinds,
				   &kinds_object);
	if (!err)
		err = bytes_read(view, kinds_object, LOCALS_MAX, false, &kinds, &size);
	if (!err && size < names.count)
		err = &error_torn;
	return err ? err : add_slots(view, frame, 0, &names, kinds, variables);
}

/* Until 3.10: one of the three lists, whose slots begin at *first. */
static struct error *read_list(const struct py_view *view, uint64_t frame, uint64_t code,
			       int32_t offset, bool are_cells, uint64_t *first,
			       struct variables *variables)
{
	CLEANUP(py_items_deinit)
	struct py_items names = { 0 };
	uint8_t kinds[LOCALS_MAX];
	struct error *err;

	memset(kinds, are_cells ? KIND_CELL_OR_FREE : 0, sizeof(kinds));
	err = read_names(view, code, offset, &names);
	if (!err)
		err = add_slots(view, frame, *first, &names, kinds, variables);
	*first += names.total;
	return err;
}

/* A cell that was made for an argument takes the argument's place; names are the same object. */
static void join_cells(struct variables *variables, size_t first_cell)
{
	size_t kept = first_cell;

	for (size_t i = first_cell; i < variables->count; i++) {
		struct variable *cell = &variables->items[i];
		size_t j = 0;

		while (j < first_cell && variables->items[j].name != cell->name)
			j++;
		if (j < first_cell) {
			variables->items[j].value = cell->value;
			variables->items[j].has_cell = true;
		} else {
			variables->items[kept++] = *cell;
		}
	}
	variables->count = kept;
}

static struct error *read_three_lists(const struct py_view *view, uint64_t frame, uint64_t code,
				      struct variables *variables)
{
	const struct py_layout *layout = view->layout;
	uint64_t first = 0;
	size_t first_cell;
	struct error *err;

	err = read_list(view, frame, code, layout->code_varnames, false, &first, variables);
	first_cell = variables->count;
	if (!err)
		err = read_list(view, frame, code, layout->code_cellvars, true, &first, variables);
	if (!err)
		join_cells(variables, first_cell);
	if (!err)
		err = read_list(view, frame, code, layout->code_freevars, true, &first, variables);
	return err;
}

/* The object that a variable is bound to, 0 when there is none. */
static struct error *bound_object(const struct py_view *view, const struct variable *variable,
				  uint64_t *ret)
{
	uint64_t object = variable->value & ~view->layout->stackref_mask;
	struct py_type type;
	struct error *err;

	*ret = object;
	if (!object || !variable->has_cell || view->layout->cell_ref < 0)
		return NULL;
	err = object_type(view, object, &type);
	if (err || strcmp(type.name, "cell") != 0)
		return err;
	return mem_read_u64(view->mem, object + (uint64_t)view->layout->cell_ref, ret);
}

static bool is_tagged_int(const struct py_view *view, uint64_t value)
{
	return view->layout->stackref_mask == TAGGED_INT && (value & TAGGED_INT) == TAGGED_INT;
}

static void local_deinit(struct py_local *local)
{
	free(local->name);
	free(local->repr);
}

static struct error *read_name(const struct py_view *view, uint64_t object, char **ret)
{
	CLEANUP(text_deinit)
	struct text name;
	CLEANUP(text_deinit)
	struct text clean;
	struct error *err;

	text_init(&name);
	text_init(&clean);
	err = str_read(view, object, NAME_CHARS_MAX, &name, NULL);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		text_add(&name, "?");
	if (err)
		return err;
	text_add_clean(&clean, text_chars(&name));
	*ret = text_take(&clean);
	return *ret ? NULL : &error_nomem;
}

static struct error *read_value(const struct py_view *view, const struct variable *variable,
				uint64_t object, size_t budget, char **ret)
{
	CLEANUP(text_deinit)
	struct text text;
	struct error *err = NULL;

	text_init(&text);
	if (is_tagged_int(view, variable->value))
		text_addf(&text, "%" PRId64, (int64_t)variable->value >> TAGGED_INT_SHIFT);
	else
		err = repr_read(view, object, budget, &text);
	if (err)
		return err;
	*ret = text_take(&text);
	return *ret ? NULL : &error_nomem;
}

/* Appends the variable, unless it is unbound. */
static struct error *add_local(const struct py_view *view, const struct variable *variable,
			       size_t budget, struct py_locals *locals)
{
	struct py_local local = { .is_argument = variable->is_argument };
	struct error *err;

	err = bound_object(view, variable, &local.addr);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		return NULL; /* it changes just now */
	if (err || !local.addr)
		return err;
	if (is_tagged_int(view, variable->value))
		local.addr = 0;
	err = read_name(view, variable->name, &local.name);
	if (!err)
		err = read_value(view, variable, local.addr, budget, &local.repr);
	if (err)
		local_deinit(&local);
	else
		locals->items[locals->count++] = local;
	return err;
}

struct error *locals_read(const struct py_view *view, uint64_t frame, uint64_t code, size_t budget,
			  struct py_locals *ret)
{
	CLEANUP(py_locals_deinit)
	struct py_locals locals = { 0 };
	CLEANUP(freep)
	struct variables *variables = NULL;
	size_t arguments;
	struct error *err;

	variables = calloc(1, sizeof(*variables));
	if (!variables)
		return &error_nomem;
	err = argument_count(view, code, &arguments);
	if (!err)
		err = view->layout->frame_shape == FRAME_OBJECT
			      ? read_three_lists(view, frame, code, variables)
			      : read_localsplus(view, frame, code, variables);
	if (err)
		return err;
	locals.items = calloc(variables->count + 1, sizeof(*locals.items));
	if (!locals.items)
		return &error_nomem;
	for (size_t i = 0; !err && i < variables->count; i++) {
		variables->items[i].is_argument = i < arguments;
		err = add_local(view, &variables->items[i], budget, &locals);
	}
	if (err)
		return err;
	*ret = locals;
	locals = (struct py_locals) { 0 };
	return NULL;
}

void py_locals_deinit(struct py_locals *locals)
{
	for (size_t i = 0; i < locals->count; i++)
		local_deinit(&locals->items[i]);
	free(locals->items);
	*locals = (struct py_locals) { 0 };
}
