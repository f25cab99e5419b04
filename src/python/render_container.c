/*
 * render_container.c - tuples, lists, dicts, sets and their kin, item by item within the budget.
 */
#include <string.h>

#include "base/cleanup.h"
#include "python/containers.h"
#include "render.h"

enum {
	ITEM_CHARS_LEAST = 3, /* "1, ": so many items at most fit the budget */
	BASES_MAX = 16,       /* between a class and the built-in one under it */
	FIELDS_MAX = 64,      /* of a namedtuple */
};

/* How many items are worth reading. */
static size_t item_room(const struct render *render)
{
	return render->left > 0 ? (size_t)render->left / ITEM_CHARS_LEAST + 1 : 1;
}

/* "a, b" or "a: b, c: d"; "..." for those past the budget. */
static struct error *add_items(struct render *render, const struct py_items *items, bool has_keys)
{
	for (size_t i = 0; i < items->count; i++) {
		struct error *err = NULL;

		if (i)
			render_add(render, ", ");
		if (render_is_full(render)) {
			render_add(render, "...");
			return NULL;
		}
		if (has_keys) {
			err = render_value(render, items->items[i].key);
			render_add(render, ": ");
		}
		if (!err)
			err = render_value(render, items->items[i].value);
		if (err)
			return err;
	}
	if (items->count < items->total)
		render_add(render, items->count ? ", ..." : "...");
	return NULL;
}

struct error *render_sequence(struct render *render, uint64_t object, const struct py_type *type)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	bool is_list = type->flags & TYPE_LIST;
	struct error *err;

	err = sequence_read(render->view, object, type, item_room(render), &items);
	if (err)
		return err;
	render_add(render, is_list ? "[" : "(");
	err = add_items(render, &items, false);
	render_add(render, is_list ? "]" : items.total == 1 ? ",)" : ")");
	return err;
}

struct error *render_dict(struct render *render, uint64_t object)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	struct error *err;

	err = dict_read(render->view, object, item_room(render), &items);
	if (err)
		return err;
	render_add(render, "{");
	err = add_items(render, &items, true);
	render_add(render, "}");
	return err;
}

/* 3.x: {1, 2}; 2.7: set([1, 2]). */
static struct error *add_set(struct render *render, uint64_t object, bool frozen)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	bool py2 = render->view->layout->str_shape == STR_PY2;
	bool named, bracketed;
	struct error *err;

	err = set_read(render->view, object, item_room(render), &items);
	if (err)
		return err;
	named = frozen || py2 || !items.total;
	bracketed = py2 || items.total;
	if (named)
		render_add(render, frozen ? "frozenset(" : "set(");
	if (bracketed)
		render_add(render, py2 ? "[" : "{");
	err = add_items(render, &items, false);
	if (bracketed)
		render_add(render, py2 ? "]" : "}");
	if (named)
		render_add(render, ")");
	return err;
}

struct error *render_set(struct render *render, uint64_t object, const struct py_type *type)
{
	(void)type;
	return add_set(render, object, false);
}

struct error *render_frozenset(struct render *render, uint64_t object, const struct py_type *type)
{
	(void)type;
	return add_set(render, object, true);
}

/* collections.defaultdict: the factory follows what a dict has (Modules/_collectionsmodule.c). */
struct error *render_defaultdict(struct render *render, uint64_t object, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t base, factory;
	int64_t basicsize;
	struct error *err;

	if (layout->type_base < 0 || layout->type_basicsize < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, type->addr + (uint64_t)layout->type_base, &base);
	if (!err)
		err = mem_read(render->view->mem, base + (uint64_t)layout->type_basicsize,
			       &basicsize, sizeof(basicsize));
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)basicsize, &factory);
	if (err)
		return err;
	render_add(render, "defaultdict(");
	if (factory)
		err = render_value(render, factory);
	else
		render_add(render, "None");
	render_add(render, ", ");
	if (!err)
		err = render_dict(render, object);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
		render_add(render, "?");
	render_add(render, ")");
	return err;
}

/*
 * collections.deque (Modules/_collectionsmodule.c, 3.5 and later): behind ob_size the left and
 * right block, the index in the left one, the index in the right one, a counter, maxlen (-1: none).
 * A block is a link, 64 items, a link.
 */
struct deque {
	uint64_t left, right, left_index, right_index, state;
	int64_t maxlen;
};

static struct error *read_deque(const struct render *render, const struct deque *deque,
				struct py_items *items, size_t max)
{
	enum { BLOCK_ITEMS = 64 };
	uint64_t block[BLOCK_ITEMS + 2], at = deque->left_index, addr = deque->left;

	for (; items->count < max; addr = block[BLOCK_ITEMS + 1], at = 0) {
		struct error *err = mem_read(render->view->mem, addr, block, sizeof(block));

		if (err)
			return err;
		for (; at < BLOCK_ITEMS && items->count < max; at++)
			items->items[items->count++] = (struct py_item) { .value = block[1 + at] };
	}
	return NULL;
}

struct error *render_deque(struct render *render, uint64_t object, const struct py_type *type)
{
	CLEANUP(py_items_deinit)
	struct py_items items = { 0 };
	const struct py_layout *layout = render->view->layout;
	size_t max = item_room(render);
	struct deque deque;
	struct error *err;

	if (layout->str_shape == STR_PY2)
		return render_instance(render, object, type);
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->var_size, &items.total);
	if (!err)
		err = mem_read(render->view->mem, object + (uint64_t)layout->var_size + 8, &deque,
			       sizeof(deque));
	if (err)
		return err;
	if (items.total > INT64_MAX || deque.left_index > 64)
		return &error_torn;
	if (max > items.total)
		max = items.total;
	items.items = calloc(max + 1, sizeof(*items.items));
	if (!items.items)
		return &error_nomem;
	err = read_deque(render, &deque, &items, max);
	if (err)
		return err;
	render_add(render, "deque([");
	err = add_items(render, &items, false);
	render_add(render, "]");
	if (deque.maxlen >= 0)
		render_addf(render, ", maxlen=%lld", (long long)deque.maxlen);
	render_add(render, ")");
	return err;
}

/* The tuple `_fields` of a class or of one of its bases; 0 when there is none. */
static struct error *find_fields(const struct py_view *view, uint64_t class, uint64_t *ret)
{
	const struct py_layout *layout = view->layout;
	enum { FLAG_HEAPTYPE = 1 << 9 };

	*ret = 0;
	if (layout->type_dict < 0 || layout->type_base < 0)
		return NULL;
	for (int i = 0; i < BASES_MAX && class && !*ret; i++) {
		uint64_t flags, dict;
		struct error *err;

		err = mem_read_u64(view->mem, class + (uint64_t)layout->type_flags, &flags);
		if (!err)
			err = mem_read_u64(view->mem, class + (uint64_t)layout->type_dict, &dict);
		if (!err && !(flags & FLAG_HEAPTYPE))
			return NULL;
		if (!err)
			err = dict_find(view, dict, "_fields", ret, NULL);
		if (!err)
			err = mem_read_u64(view->mem, class + (uint64_t)layout->type_base, &class);
		if (err)
			return err;
	}
	return NULL;
}

struct error *render_namedtuple(struct render *render, uint64_t object, const struct py_type *type)
{
	CLEANUP(py_items_deinit)
	struct py_items names = { 0 };
	CLEANUP(py_items_deinit)
	struct py_items values = { 0 };
	struct py_type tuple;
	uint64_t fields;
	struct error *err;

	err = find_fields(render->view, type->addr, &fields);
	if (!err && !fields)
		err = &error_torn;
	if (!err)
		err = object_type(render->view, fields, &tuple);
	if (!err)
		err = sequence_read(render->view, fields, &tuple, FIELDS_MAX, &names);
	if (!err)
		err = sequence_read(render->view, object, type, FIELDS_MAX, &values);
	if (!err && names.count != values.count)
		err = &error_torn;
	if (err)
		return err;
	render_short_type_name(render, type);
	render_add(render, "(");
	for (size_t i = 0; !err && i < names.count; i++) {
		if (i)
			render_add(render, ", ");
		if (render_is_full(render)) {
			render_add(render, "...");
			break;
		}
		err = render_name(render, names.items[i].value);
		if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
			render_add(render, "?");
		render_add(render, "=");
		if (!err)
			err = render_value(render, values.items[i].value);
	}
	render_add(render, ")");
	return err;
}
