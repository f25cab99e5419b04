/*
 * The names that the threading module knows: found, kept while nothing changes, and never stale.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/containers.h"
#include "python/thread_names.h"
#include "support/fake.h"
#include "support/fake_dicts.h"
#include "support/fake_objects.h"
#include "support/fake_threads.h"

enum { THREADS = 3 };

/* A process with the threading module and some threads. */
struct program {
	struct fake py;
	uint64_t interp, modules, module, globals, active;
	uint64_t threads[THREADS];
	struct thread_names *names;
};

static const char *name_key(const struct fake *py)
{
	return py->layout.str_shape == STR_PY2 ? "_Thread__name" : "_name";
}

static uint64_t make_thread(struct fake *py, enum fake_attributes where, const char *name)
{
	struct py_item items[] = {
		{ fake_str(py, "_target"), fake_none(py) },
		{ fake_str(py, name_key(py)), fake_str(py, name) },
		{ fake_str(py, "_daemonic"), fake_bool(py, true) },
	};

	return fake_instance(py, "Thread", where, items, 3);
}

static void start_program(struct program *program, enum fake_attributes where)
{
	static const char *const module_names[] = { "sys", "threading", "os" };
	static const char *const global_names[] = { "Thread", "_limbo", "_active" };
	static const char *const names[THREADS] = { "MainThread", "worker", "another" };
	struct fake *py = &program->py;
	struct py_item items[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		program->threads[i] = make_thread(py, where, names[i]);
		items[i] = (struct py_item) { fake_int(py, 0x7f0000001000 + (int64_t)i),
					      program->threads[i] };
	}
	program->active = fake_dict(py, FAKE_DICT_ANY, items, THREADS);
	program->globals =
		fake_namespace(py, global_names,
			       (uint64_t[]) { fake_none(py), fake_none(py), program->active }, 3);
	program->module = fake_module(py, program->globals);
	program->modules =
		fake_namespace(py, module_names,
			       (uint64_t[]) { fake_none(py), program->module, fake_none(py) }, 3);
	program->interp = fake_interp(py, program->modules);
	cr_assert_null(thread_names_create(&py->view, program->interp, &program->names));
}

static void check(struct program *program, size_t thread, const char *expected)
{
	const char *got = thread_names_find(program->names, 0x7f0000001000 + thread);

	if (!expected) {
		cr_assert_null(got, "%s: %s", fake_layout_name(&program->py.layout), got);
		return;
	}
	cr_assert(got, "%s", fake_layout_name(&program->py.layout));
	cr_assert_str_eq(got, expected, "%s", fake_layout_name(&program->py.layout));
}

static void update(struct program *program)
{
	cr_assert_null(thread_names_update(program->names));
}

/* Where the pointer to the name of a thread stands. */
static uint64_t name_slot(struct program *program, size_t thread)
{
	struct py_type type;
	uint64_t value, slot;

	cr_assert_null(object_type(&program->py.view, program->threads[thread], &type));
	cr_assert_null(attribute_find(&program->py.view, program->threads[thread], &type,
				      name_key(&program->py), &value, &slot));
	cr_assert(slot);
	return slot;
}

#define EACH_PROGRAM(program, where)                                                               \
	for (int where = 0; where < FAKE_ATTR_KINDS; where++)                                      \
		for (size_t index_ = 0; fake_start(&(program).py, index_);                         \
		     end_program(&(program)), index_++)                                            \
			if (has_kind(&(program), (enum fake_attributes)where))

static bool has_kind(struct program *program, enum fake_attributes where)
{
	if (where == FAKE_ATTR_NONE || !fake_has_attributes(&program->py, where))
		return false;
	start_program(program, where);
	return true;
}

static void end_program(struct program *program)
{
	thread_names_destroy(program->names);
	program->names = NULL;
	fake_deinit(&program->py);
}

Test(thread_names, are_found)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		check(&program, 0, NULL);
		update(&program);
		check(&program, 0, "MainThread");
		check(&program, 1, "worker");
		check(&program, 2, "another");
		check(&program, 3, NULL);
		cr_assert_null(thread_names_find(program.names, 0));
	}
}

Test(thread_names, cost_one_read_while_nothing_changes)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		update(&program);
		program.py.mem.calls = 0;
		update(&program);
		update(&program);
		cr_assert_eq(program.py.mem.calls, 2);
		check(&program, 1, "worker");
	}
}

Test(thread_names, of_a_process_without_threading_cost_one_read)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		uint64_t modules = fake_namespace(py, (const char *[]) { "sys" },
						  (uint64_t[]) { fake_none(py) }, 1);

		fake_put_u64(py, program.interp, py->layout.interp_modules, modules);
		update(&program);
		check(&program, 0, NULL);
		py->mem.calls = 0;
		update(&program);
		cr_assert_eq(py->mem.calls, 1);
		/* it is imported: another table, or one more in the same */
		fake_put_u64(py, program.interp, py->layout.interp_modules, program.modules);
		update(&program);
		check(&program, 0, "MainThread");
	}
}

Test(thread_names, renamed)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		uint64_t slot, name;

		update(&program);
		slot = name_slot(&program, 1);
		fake_put_u64(py, slot, 0, fake_str(py, "renamed"));
		update(&program);
		check(&program, 1, "renamed");
		check(&program, 0, "MainThread");
		/* the old name was freed, the new one has its address */
		name = fake_get_u64(py, slot, 0);
		fake_put(py, name,
			 py->layout.str_shape == STR_PY2 ? py->layout.bytes_value
							 : py->layout.unicode_ascii_size,
			 "RENAMED", 7);
		update(&program);
		check(&program, 1, "RENAMED");
	}
}

Test(thread_names, of_a_thread_that_took_the_place_of_another)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		struct py_item items[THREADS];
		struct py_items got;
		uint64_t other = make_thread(py, (enum fake_attributes)where, "successor");

		update(&program);
		/* same ident, same dict, same size: only the entry's value is another */
		cr_assert_null(dict_read(&py->view, program.active, THREADS, &got));
		memcpy(items, got.items, sizeof(items));
		py_items_deinit(&got);
		for (uint64_t at = FAKE_BASE + FAKE_PAGE; at < FAKE_BASE + py->used - 8; at += 8) {
			if (fake_get_u64(py, at, 0) == items[2].key &&
			    fake_get_u64(py, at, 8) == program.threads[2])
				fake_put_u64(py, at, 8, other);
		}
		update(&program);
		check(&program, 2, "successor");
		check(&program, 1, "worker");
	}
}

Test(thread_names, of_threads_that_came_and_went)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		struct py_item items[] = {
			{ fake_int(py, 0x7f0000001000), program.threads[0] },
			{ fake_int(py, 0x7f0000001005),
			  make_thread(py, (enum fake_attributes)where, "new") },
		};
		uint64_t dict, value, slot;

		update(&program);
		dict = fake_dict(py, FAKE_DICT_ANY, items, 2);
		cr_assert_null(dict_find(&py->view, program.globals, "_active", &value, &slot));
		fake_put_u64(py, slot, 0, dict);
		update(&program);
		check(&program, 0, "MainThread");
		check(&program, 1, NULL);
		check(&program, 5, "new");
	}
}

Test(thread_names, one_that_cannot_be_read_does_not_hide_the_others)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;

		fake_put_u64(py, name_slot(&program, 0), 0, 4096);
		fake_put_u64(py, program.threads[2], py->layout.object_type, 8);
		update(&program);
		check(&program, 0, NULL);
		check(&program, 1, "worker");
		check(&program, 2, NULL);
	}
}

Test(thread_names, stay_when_the_way_to_them_cannot_be_read)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;

		update(&program);
		fake_put_u64(py, program.interp, py->layout.interp_modules, 4096);
		update(&program);
		check(&program, 1, "worker");
		fake_put_u64(py, program.interp, py->layout.interp_modules, program.modules);
		update(&program);
		check(&program, 1, "worker");
		py->gone = true;
		cr_assert_eq(thread_names_update(program.names), &error_gone);
		check(&program, 1, "worker");
	}
}

Test(thread_names, long_ones_are_cut_visibly)
{
	struct program program = { 0 };
	char name[1001];

	memset(name, 'n', 1000);
	name[1000] = '\0';
	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		const char *got;

		fake_put_u64(py, name_slot(&program, 1), 0, fake_str(py, name));
		update(&program);
		got = thread_names_find(program.names, 0x7f0000001001);
		cr_assert(got);
		cr_assert_eq(strlen(got), 256 + 3);
		cr_assert_str_eq(got + 256, "...");
	}
}

Test(thread_names, idents_that_are_no_numbers)
{
	struct program program = { 0 };

	EACH_PROGRAM(program, where)
	{
		struct fake *py = &program.py;
		struct py_item items[] = {
			{ fake_str(py, "text"), program.threads[0] },
			{ fake_int(py, -5), program.threads[1] },
			{ fake_int(py, 0x7f0000001002), program.threads[2] },
			{ fake_int(py, 0x7f0000001001), fake_none(py) },
		};
		uint64_t value, slot;

		cr_assert_null(dict_find(&py->view, program.globals, "_active", &value, &slot));
		fake_put_u64(py, slot, 0, fake_dict(py, FAKE_DICT_ANY, items, 4));
		update(&program);
		check(&program, 2, "another");
		check(&program, 1, NULL);
	}
}
