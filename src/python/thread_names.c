/*
 * thread_names.c - the names that the threading module knows, by ident.
 *
 * Lib/threading.py keeps the living threads in _active, a dict from ident to Thread, whose _name is
 * the name (_Thread__name in 2.7, by name mangling). The module is found in sys.modules, the dict
 * at PyInterpreterState.modules (since 3.12 .imports.modules).
 *
 * Every word on the way that must change when a name does is read through a watch: pointers, sizes
 * of dicts, the entries of _active, the pointer to the name and its first characters. The address
 * of a freed thread, of its ident and of its name may all come back; their contents do not.
 */
#include "python/thread_names.h"

#include <stdlib.h>
#include <string.h>

#include "attributes.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/text.h"
#include "dict.h"
#include "python/object.h"
#include "str.h"
#include "watch.h"

enum {
	THREADS_MAX = 32768,     /* the kernel's default limit of a machine */
	NAME_CHARS_MAX = 256,    /* longer ones are cut, visibly */
	NAME_WATCHED_BYTES = 64, /* of the characters: a name that is replaced differs there */
};

struct thread_name {
	uint64_t ident;
	char *name;
	UT_hash_handle hh;
};

struct thread_names {
	const struct py_view *view;
	uint64_t interp;
	struct watch watch;
	struct thread_name *names;
};

/* What an update makes before it takes the place of what was there. */
struct building {
	const struct py_view *view;
	struct watch watch;
	struct thread_name *names;
	struct py_type type; /* of the last thread: all are of a few classes */
};

static void names_free(struct thread_name **names)
{
	struct thread_name *name, *next;

	HASH_ITER (hh, *names, name, next) {
		HASH_DEL(*names, name);
		free(name->name);
		free(name);
	}
}

static void building_deinit(struct building *building)
{
	watch_deinit(&building->watch);
	names_free(&building->names);
}

struct error *thread_names_create(const struct py_view *view, uint64_t interp,
				  struct thread_names **ret)
{
	struct thread_names *names = calloc(1, sizeof(*names));

	if (!names)
		return &error_nomem;
	names->view = view;
	names->interp = interp;
	watch_init(&names->watch);
	*ret = names;
	return NULL;
}

void thread_names_destroy(struct thread_names *names)
{
	if (!names)
		return;
	watch_deinit(&names->watch);
	names_free(&names->names);
	free(names);
}

/*
 * The words of a dict that change when a key is added or removed, or the entries move. In 2.7,
 * where a new key may take the place of a removed one, that is not all that can happen.
 */
static struct error *watch_dict(struct building *building, uint64_t dict)
{
	const struct py_layout *layout = building->view->layout;
	bool is_table = layout->dict_shape == DICT_TABLE;
	const uint64_t header[] = {
		dict + (uint64_t)layout->dict_used,
		dict + (uint64_t)(is_table ? layout->dict_table : layout->dict_keys),
		dict + (uint64_t)(is_table ? layout->dict_mask : layout->dict_values),
	};
	uint64_t words[3], entries;
	struct error *err;

	err = watch_words(&building->watch, building->view->mem, header, words, 3);
	if (err || is_table)
		return err;
	return watch_read(&building->watch, building->view->mem,
			  words[1] + (uint64_t)layout->dictkeys_nentries, &entries, 8);
}

/* The value of a key, by the place where it stands, watched; 0 when there is none. */
static struct error *find_watched(struct building *building, uint64_t dict, const char *key,
				  uint64_t *ret)
{
	uint64_t value, slot;
	struct error *err;

	*ret = 0;
	err = watch_dict(building, dict);
	if (!err)
		err = dict_find(building->view, dict, key, &value, &slot);
	if (err || !value)
		return err;
	return watch_read(&building->watch, building->view->mem, slot, ret, 8);
}

/* The attribute of a thread that holds its name, watched; 0 when there is none. */
static struct error *find_name(struct building *building, uint64_t thread, uint64_t *ret)
{
	const struct py_view *view = building->view;
	const char *key = view->layout->str_shape == STR_PY2 ? "_Thread__name" : "_name";
	struct attributes attributes;
	struct dict_table table;
	uint64_t type, word, slot, value;
	struct error *err;

	*ret = 0;
	err = mem_read_u64(view->mem, thread + (uint64_t)view->layout->object_type, &type);
	if (!err && type != building->type.addr)
		err = object_type(view, thread, &building->type);
	if (!err)
		err = attributes_locate(view, thread, &building->type, &attributes);
	if (!err && attributes.word)
		err = watch_read(&building->watch, view->mem, attributes.word, &word, 8);
	if (err)
		return err;
	if (attributes.dict)
		return find_watched(building, attributes.dict, key, ret);
	if (!attributes.keys)
		return NULL;
	err = dict_open_keys(view, attributes.keys, attributes.values, &table);
	if (!err)
		err = table_find(view, &table, key, &value, &slot);
	if (err || !value)
		return err;
	return watch_read(&building->watch, view->mem, slot, ret, 8);
}

/* Where the characters of a name begin, and how many bytes they take. */
static struct error *find_characters(const struct py_view *view, uint64_t name, uint64_t *begin,
				     uint64_t *size)
{
	const struct py_layout *layout = view->layout;
	struct str_points points;
	struct error *err;

	if (layout->str_shape == STR_PY2) {
		*begin = name + (uint64_t)layout->bytes_value;
		return mem_read_u64(view->mem, name + (uint64_t)layout->var_size, size);
	}
	err = str_points_init(view, name, &points);
	if (err)
		return err;
	*begin = points.next;
	*size = points.length * points.unit_size;
	return NULL;
}

/*
 * The length and the first characters of a name: a new one may have the address of the old. Nothing
 * else: its references are counted before, and what lies behind changes as it likes.
 */
static struct error *watch_characters(struct building *building, uint64_t name)
{
	const struct py_view *view = building->view;
	uint64_t head = name + (uint64_t)view->layout->object_size, begin, size;
	uint8_t bytes[512];
	struct error *err;

	err = find_characters(view, name, &begin, &size);
	if (err)
		return err;
	if (size > NAME_WATCHED_BYTES)
		size = NAME_WATCHED_BYTES;
	if (begin - head > sizeof(bytes) - NAME_WATCHED_BYTES)
		return &error_torn;
	return watch_read(&building->watch, view->mem, head, bytes, (size_t)(begin - head + size));
}

static struct error *add_name(struct building *building, uint64_t ident, const char *name)
{
	struct thread_name *added;

	HASH_FIND(hh, building->names, &ident, sizeof(ident), added);
	if (added)
		return NULL;
	added = calloc(1, sizeof(*added));
	if (!added)
		return &error_nomem;
	added->ident = ident;
	added->name = strdup(name);
	if (added->name)
		HASH_ADD(hh, building->names, ident, sizeof(added->ident), added);
	if (!added->name || !added->hh.tbl) {
		free(added->name);
		free(added);
		return &error_nomem;
	}
	return NULL;
}

static struct error *read_thread(struct building *building, const struct py_item *item)
{
	CLEANUP(text_deinit)
	struct text text;
	uint64_t ident, name;
	struct error *err;
	bool cut;

	text_init(&text);
	err = int_read_u64(building->view, item->key, &ident);
	if (!err)
		err = find_name(building, item->value, &name);
	if (err || !name)
		return err;
	err = watch_characters(building, name);
	if (!err)
		err = str_read(building->view, name, NAME_CHARS_MAX, &text, &cut);
	if (err)
		return err;
	if (cut)
		text_add(&text, "...");
	if (text.failed)
		return &error_nomem;
	return add_name(building, ident, text_chars(&text));
}

/* The entries of _active, watched as a whole: a thread may take the place of another. */
static struct error *watch_entries(struct building *building, const struct dict_table *table)
{
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	struct mem *mem = building->view->mem;
	size_t size = (size_t)table->count * table->stride;

	if (table->count > WATCH_RANGE_MAX / DICT_ENTRY_BYTES_MAX)
		return &error_torn;
	bytes = malloc(size + 1);
	if (!bytes)
		return &error_nomem;
	return watch_read(&building->watch, mem, table->entries, bytes, size);
}

static struct error *read_threads(struct building *building, uint64_t active)
{
	CLEANUP(py_items_deinit)
	struct py_items threads = { 0 };
	struct dict_table table;
	struct error *err;

	err = watch_dict(building, active);
	if (!err)
		err = dict_open(building->view, active, &table);
	if (!err)
		err = watch_entries(building, &table);
	if (!err)
		err = table_read(building->view, &table, THREADS_MAX, &threads);
	for (size_t i = 0; !err && i < threads.count; i++) {
		err = read_thread(building, &threads.items[i]);
		if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT))
			continue; /* this one ends just now, or was never one of ours */
	}
	return err;
}

static struct error *build(struct building *building, uint64_t interp)
{
	const struct py_layout *layout = building->view->layout;
	struct mem *mem = building->view->mem;
	uint64_t modules, threading = 0, globals = 0, active = 0;
	struct error *err;

	if (layout->interp_modules < 0 || layout->module_dict < 0)
		return &error_torn;
	err = watch_read(&building->watch, mem, interp + (uint64_t)layout->interp_modules, &modules,
			 8);
	if (!err && modules)
		err = find_watched(building, modules, "threading", &threading);
	if (!err && threading)
		err = watch_read(&building->watch, mem, threading + (uint64_t)layout->module_dict,
				 &globals, 8);
	if (!err && globals)
		err = find_watched(building, globals, "_active", &active);
	if (!err && active)
		err = read_threads(building, active);
	return err;
}

struct error *thread_names_update(struct thread_names *names)
{
	CLEANUP(building_deinit)
	struct building building = { .view = names->view };
	struct error *err;
	bool changed;

	err = watch_has_changed(&names->watch, names->view->mem, &changed);
	if (err || !changed)
		return err;
	err = build(&building, names->interp);
	if (error_catch(&err, ERROR_TORN) || error_catch(&err, ERROR_FAULT)) {
		watch_deinit(&names->watch); /* looked up anew next time */
		return NULL;
	}
	if (err)
		return err;
	watch_deinit(&names->watch);
	names->watch = building.watch;
	watch_init(&building.watch);
	names_free(&names->names);
	names->names = take_ptr(building.names);
	return NULL;
}

const char *thread_names_find(const struct thread_names *names, uint64_t ident)
{
	const struct thread_name *found;

	HASH_FIND(hh, names->names, &ident, sizeof(ident), found);
	return found ? found->name : NULL;
}
