/*
 * Code objects: read once, known again, and told from what is later at the same address.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "python/code.h"
#include "support/fake.h"
#include "support/fake_objects.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"

enum { INSTRUCTIONS = 64, NO_CALLS = 0 };

struct world {
	struct fake py;
	struct snapshot *snapshot;
	struct code_cache *cache;
	const struct code *code; /* the last that was got */
	uint64_t now_ns;
};

static bool start(struct world *world, size_t index)
{
	*world = (struct world) { 0 };
	if (!fake_start(&world->py, index))
		return false;
	cr_assert_null(snapshot_create(&world->py.mem, &world->snapshot));
	cr_assert_null(code_cache_create(&world->py.view, &world->cache));
	return true;
}

static void end(struct world *world)
{
	code_cache_destroy(world->cache);
	snapshot_destroy(world->snapshot);
	fake_deinit(&world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

static const char *layout_of(const struct world *world)
{
	return fake_layout_name(&world->py.layout);
}

/* In a new round. *calls: reads beyond that of the round's beginning. */
static struct error *get(struct world *world, uint64_t addr, bool trusted, uint64_t *calls)
{
	struct error *err = snapshot_begin(world->snapshot);

	world->py.mem.calls = 0;
	code_cache_begin(world->cache, trusted, world->now_ns);
	if (!err)
		err = code_cache_get(world->cache, world->snapshot, addr, &world->code);
	if (calls)
		*calls = world->py.mem.calls;
	return err;
}

static void check_error(struct world *world, uint64_t addr, const struct error *expected)
{
	const struct error *err = get(world, addr, false, NULL);

	cr_assert_eq(err, expected, "%s: %s", layout_of(world), err ? error_message(err) : "none");
}

static uint64_t make(struct fake *py, const struct fake_code *given)
{
	uint64_t code = fake_code(py, given);

	fake_keep(py, code);
	return code;
}

/* The word of a code object that holds its name as it is shown. */
static int32_t name_field(const struct fake *py)
{
	return py->layout.code_qualname >= 0 ? py->layout.code_qualname : py->layout.code_name;
}

/* Lines 7 and, from offset 4 on, 8. */
static uint64_t make_lines(struct fake *py)
{
	static const struct {
		uint8_t bytes[4];
	} tables[] = {
		[LINES_LNOTAB_UNSIGNED] = { { 4, 1 } },
		[LINES_LNOTAB] = { { 4, 1 } },
		[LINES_LINETABLE] = { { 4, 0, 60, 1 } },
		[LINES_LOCATIONS] = { { 0xE9, 0, 0xEF, 2 } },
	};
	enum lines_shape shape = py->layout.lines_shape;
	bool is_lnotab = shape == LINES_LNOTAB_UNSIGNED || shape == LINES_LNOTAB;
	const struct fake_code given = {
		.name = "f",
		.qualname = "C.f",
		.filename = "/srv/app.py",
		.firstlineno = 7,
		.linetable = tables[shape].bytes,
		.linetable_size = is_lnotab ? 2 : 4,
		.stacksize = 3,
	};

	return make(py, &given);
}

Test(code, is_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t addr = make_lines(&world.py);

		cr_assert_null(get(&world, addr, false, NULL), "%s", layout_of(&world));
		cr_assert_eq(world.code->addr, addr);
		cr_assert_str_eq(world.code->name, l->code_qualname >= 0 ? "C.f" : "f");
		cr_assert_str_eq(world.code->filename, "/srv/app.py");
		cr_assert_eq(world.code->firstlineno, 7);
		cr_assert_eq(world.code->size, INSTRUCTIONS);
		cr_assert_eq(world.code->framesize, fake_frame_bytes(&world.py, addr), "%s: %u",
			     layout_of(&world), world.code->framesize);
		cr_assert(!world.code->is_shim);
		cr_assert_eq(code_line(world.code, -1), 7);
		cr_assert_eq(code_line(world.code, 0), 7);
		cr_assert_eq(code_line(world.code, 2), 7);
		cr_assert_eq(code_line(world.code, 4), 8, "%s: %d", layout_of(&world),
			     code_line(world.code, 4));
	}
}

Test(code, of_the_interpreter_itself_is_known)
{
	/* a location without a line: what 3.13 and later give it, where 3.12 has nothing */
	static const uint8_t no_line[] = { 0xFB };
	struct world world;

	EACH_WORLD(world)
	{
		struct fake *py = &world.py;
		struct fake_code code = { .name = "__init__", .linetable = no_line };
		uint64_t addr;

		for (size_t size = 0; size <= sizeof(no_line); size++) {
			if (size && py->layout.lines_shape != LINES_LOCATIONS)
				continue;
			code.linetable_size = size;
			addr = make(py, &code);
			fake_put_u64(py, addr, py->layout.code_filename,
				     fake_get_u64(py, addr, name_field(py)));
			cr_assert_null(get(&world, addr, false, NULL), "%s", layout_of(&world));
			cr_assert(world.code->is_shim, "%s", layout_of(&world));
			fake_put_u32(py, addr, py->layout.code_firstlineno, 1);
			cr_assert_null(get(&world, addr, false, NULL), "%s", layout_of(&world));
			cr_assert_not(world.code->is_shim, "%s", layout_of(&world));
		}
	}
}

Test(code, the_same_again_costs_nothing)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t addr = make_lines(&world.py), calls;
		const struct code *first;

		cr_assert_null(get(&world, addr, false, &calls));
		cr_assert_gt(calls, 3);
		first = world.code;
		for (int i = 0; i < 3; i++) {
			cr_assert_null(get(&world, addr, false, &calls));
			cr_assert_eq(calls, NO_CALLS, "%s", layout_of(&world));
			cr_assert_eq(world.code, first);
		}
	}
}

Test(code, each_has_an_id_of_its_own)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t one = make_lines(&world.py), other = make_lines(&world.py), id;

		cr_assert_null(get(&world, one, false, NULL));
		id = world.code->id;
		cr_assert_null(get(&world, other, false, NULL));
		cr_assert_neq(world.code->id, id);
		cr_assert_null(get(&world, one, false, NULL));
		cr_assert_eq(world.code->id, id);
	}
}

Test(code, another_at_the_same_address)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct fake_code given = { .name = "new", .filename = "new.py" };
		uint64_t addr = make_lines(&world.py), other = make(&world.py, &given), id;
		size_t size = (size_t)world.py.layout.code_size + INSTRUCTIONS;

		cr_assert_null(get(&world, addr, false, NULL));
		id = world.code->id;
		memcpy(fake_at(&world.py, addr), fake_at(&world.py, other), size);
		/* no code object died, it was said: then this cannot be */
		cr_assert_null(get(&world, addr, true, NULL));
		cr_assert_eq(world.code->id, id);
		cr_assert_null(get(&world, addr, false, NULL));
		cr_assert_str_eq(world.code->name, "new", "%s", layout_of(&world));
		cr_assert_str_eq(world.code->filename, "new.py");
		cr_assert_neq(world.code->id, id);
	}
}

/* The memory is copied again for the same sample; frames of the first copy stay as they were. */
Test(code, another_within_a_sample)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct fake_code given = { .name = "new", .filename = "new.py" };
		uint64_t addr = make_lines(&world.py), other = make(&world.py, &given);
		size_t size = (size_t)world.py.layout.code_size + INSTRUCTIONS;
		const struct code *old;
		char name[16];

		cr_assert_null(get(&world, addr, false, NULL));
		old = world.code;
		strcpy(name, old->name);
		memcpy(fake_at(&world.py, addr), fake_at(&world.py, other), size);
		cr_assert_null(snapshot_begin(world.snapshot));
		code_cache_reread(world.cache, false);
		cr_assert_null(code_cache_get(world.cache, world.snapshot, addr, &world.code));
		cr_assert_str_eq(world.code->name, "new", "%s", layout_of(&world));
		cr_assert(old->is_stale);
		cr_assert_str_eq(old->name, name);
	}
}

/* All of it was freed and came back to the same addresses: only its text, or its number, differs.
 */
Test(code, another_of_the_same_addresses)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t addr = make_lines(&world.py), name = fake_str(&world.py, "new"), id;

		fake_put_u64(&world.py, addr, name_field(&world.py), fake_str(&world.py, "old"));
		cr_assert_null(get(&world, addr, false, NULL));
		cr_assert_str_eq(world.code->name, "old");
		id = world.code->id;
		memcpy(fake_at(&world.py, fake_get_u64(&world.py, addr, name_field(&world.py))),
		       fake_at(&world.py, name), 72);
		fake_put_u32(&world.py, addr, l->code_version, 4711);
		cr_assert_null(get(&world, addr, false, NULL));
		cr_assert_str_eq(world.code->name, "new", "%s", layout_of(&world));
		cr_assert_neq(world.code->id, id);
	}
}

Test(code, what_is_trusted_is_not_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t addr = make_lines(&world.py), calls;
		const struct code *first;

		cr_assert_null(get(&world, addr, false, NULL));
		first = world.code;
		cr_assert_null(get(&world, addr, true, NULL));
		/* what was not asked for in the last round is not predicted either */
		cr_assert_null(get(&world, addr, true, &calls));
		cr_assert_eq(calls, NO_CALLS);
		cr_assert_eq(world.code, first);
		world.py.mem.bytes = 0;
		cr_assert_null(get(&world, addr, true, NULL));
		cr_assert_eq(world.py.mem.bytes, 0);
		/* doubted again, it is checked */
		cr_assert_null(get(&world, addr, false, &calls));
		cr_assert_gt(calls, NO_CALLS);
		cr_assert_eq(world.code, first);
	}
}

/* One that was seen to live for that long is believed for a part of it, and not for ever. */
static uint64_t trusted_ns(struct world *world, uint64_t addr, uint64_t lived_ns)
{
	enum { PERIOD_NS = 100 };
	uint64_t from_ns, trusted = 0;

	cr_assert_null(get(world, addr, false, NULL));
	cr_assert_not(code_cache_trusts(world->cache, world->code), "%s", layout_of(world));
	world->now_ns += lived_ns - PERIOD_NS;
	cr_assert_null(get(world, addr, false, NULL));
	/* at looks so far apart it is not worth it */
	cr_assert_not(code_cache_trusts(world->cache, world->code), "%s", layout_of(world));
	world->now_ns += PERIOD_NS;
	cr_assert_null(get(world, addr, false, NULL));
	from_ns = world->now_ns;
	while (code_cache_trusts(world->cache, world->code)) {
		trusted = world->now_ns - from_ns + PERIOD_NS;
		world->now_ns += PERIOD_NS;
		code_cache_begin(world->cache, false, world->now_ns);
		cr_assert_lt(trusted, 1000 * CLOCK_MS_NS);
	}
	return trusted;
}

Test(code, is_believed_for_a_part_of_its_life)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct fake_code given = { .name = "new", .filename = "new.py" };
		uint64_t one = make_lines(&world.py), two = make_lines(&world.py);
		uint64_t old = make_lines(&world.py), other = make(&world.py, &given);

		world.now_ns = CLOCK_SECOND_NS;
		if (world.py.layout.interp_code_object_generation >= 0) {
			/* the dead are counted: nothing is left to belief */
			cr_assert_eq(trusted_ns(&world, one, UINT64_C(1000) * CLOCK_SECOND_NS), 0,
				     "%s", layout_of(&world));
			continue;
		}
		cr_assert_eq(trusted_ns(&world, one, 25600), 0, "%s", layout_of(&world));
		cr_assert_eq(trusted_ns(&world, two, 256000), 1000, "%s", layout_of(&world));
		cr_assert_leq(trusted_ns(&world, old, UINT64_C(1000) * CLOCK_SECOND_NS),
			      256 * CLOCK_MS_NS);
		/* found to be another, it begins anew */
		memcpy(fake_at(&world.py, old), fake_at(&world.py, other),
		       (size_t)world.py.layout.code_size + INSTRUCTIONS);
		cr_assert_null(get(&world, old, false, NULL));
		cr_assert_str_eq(world.code->name, "new");
		cr_assert_not(code_cache_trusts(world.cache, world.code), "%s", layout_of(&world));
	}
}

Test(code, long_names_are_cut_visibly)
{
	enum { LENGTH = 5000 };
	struct world world;
	char name[LENGTH + 1];

	memset(name, 'x', LENGTH);
	name[LENGTH] = '\0';
	EACH_WORLD(world)
	{
		const struct fake_code given = { .name = name, .filename = name };
		size_t length;

		cr_assert_null(get(&world, make(&world.py, &given), false, NULL));
		length = strlen(world.code->name);
		cr_assert_eq(length, CODE_NAME_CHARS_MAX + 3, "%s: %zu", layout_of(&world), length);
		cr_assert_str_eq(world.code->name + length - 4, "x...");
		cr_assert_eq(strlen(world.code->filename), length);
	}
}

Test(code, a_name_of_nothing)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct fake_code given = { .name = "", .filename = "" };

		cr_assert_null(get(&world, make(&world.py, &given), false, NULL));
		cr_assert_str_eq(world.code->name, "?");
		cr_assert_str_eq(world.code->filename, "?");
	}
}

Test(code, the_first_argument_when_it_is_the_usual)
{
	static const char *const names[][2] = {
		{ "self", "self" }, { "cls", "cls" }, { "this", "" }, { "selfless", "" }, { "", "" }
	};
	struct world world;

	EACH_WORLD(world)
	{
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const struct fake_variable variable = { names[i][0], FAKE_LOCAL };
			struct fake_code given = { .argcount = 1,
						   .variables = &variable,
						   .variable_count = 1 };

			cr_assert_null(get(&world, make(&world.py, &given), false, NULL));
			cr_assert_str_eq(world.code->first_argument, names[i][1]);
			given.argcount = 0; /* a local variable of that name */
			cr_assert_null(get(&world, make(&world.py, &given), false, NULL));
			cr_assert_str_eq(world.code->first_argument, "");
		}
	}
}

Test(code, instructions_that_leave_the_frame)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t addr = make_lines(&world.py);

		if (l->instr_shape != INSTR_POINTER) {
			cr_assert_null(get(&world, addr, false, NULL));
			for (int32_t at = -1; at < INSTRUCTIONS; at++)
				cr_assert(!code_leaves_at(world.code, at));
			continue;
		}
		fake_put_u8(&world.py, addr, l->code_code_adaptive + 10,
			    (uint8_t)l->opcode_return_value);
		/* an argument is no instruction */
		fake_put_u8(&world.py, addr, l->code_code_adaptive + 21,
			    (uint8_t)l->opcode_return_value);
		fake_put_u8(&world.py, addr, l->code_code_adaptive + INSTRUCTIONS - 2,
			    (uint8_t)l->opcode_yield_value);
		cr_assert_null(get(&world, addr, false, NULL));
		for (int32_t at = -1; at < INSTRUCTIONS; at += at < 0 ? 1 : 2)
			cr_assert_eq(code_leaves_at(world.code, at),
				     at == 10 || at == INSTRUCTIONS - 2, "%s: %d",
				     layout_of(&world), at);
	}
}

Test(code, what_is_no_code_object)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t addr = make_lines(&world.py);
		uint64_t other = fake_object(&world.py, fake_type(&world.py, "tuple"), 512);

		fake_keep(&world.py, other);
		/* when the type of code objects is not known yet, and when it is */
		check_error(&world, other, &error_torn);
		cr_assert_null(get(&world, addr, false, NULL));
		check_error(&world, other, &error_torn);
		check_error(&world, 0x1000, &error_fault);
		check_error(&world, UINT64_MAX - 7, &error_fault);
		cr_assert_null(get(&world, addr, false, NULL), "nothing of that is remembered");
	}
}

Test(code, one_that_is_dead)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t addr = make_lines(&world.py);
		int32_t type = world.py.layout.object_type;

		fake_put_u64(&world.py, addr, type - 8, 0);
		fake_put_u64(&world.py, addr, type - 16, 0);
		check_error(&world, addr, &error_torn);
		fake_keep(&world.py, addr);
		cr_assert_null(get(&world, addr, false, NULL));
	}
}

Test(code, texts_that_cannot_be_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		const int32_t fields[] = { name_field(&world.py), l->code_filename,
					   l->code_linetable };

		for (size_t i = 0; i < 3; i++) {
			uint64_t addr = make_lines(&world.py);

			fake_put_u64(&world.py, addr, fields[i], 0x1000);
			check_error(&world, addr, &error_fault);
			/* an object of another type */
			fake_put_u64(&world.py, addr, fields[i], fake_none(&world.py));
			check_error(&world, addr, &error_torn);
		}
	}
}

Test(code, sizes_that_cannot_be)
{
	static const uint64_t sizes[] = { UINT64_MAX, UINT64_C(1) << 62, UINT64_C(1) << 40,
					  (UINT64_C(256) << 20) + 1 };
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py.layout;
		uint64_t addr = make_lines(&world.py), holder, table;

		holder = l->instr_shape == INSTR_POINTER
				 ? addr
				 : fake_get_u64(&world.py, addr, l->code_code);
		table = fake_get_u64(&world.py, addr, l->code_linetable);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			uint64_t was = fake_get_u64(&world.py, holder, l->var_size);

			fake_put_u64(&world.py, holder, l->var_size, sizes[i]);
			check_error(&world, addr, &error_torn);
			fake_put_u64(&world.py, holder, l->var_size, was);
			was = fake_get_u64(&world.py, table, l->var_size);
			fake_put_u64(&world.py, table, l->var_size, sizes[i]);
			check_error(&world, addr, &error_torn);
			fake_put_u64(&world.py, table, l->var_size, was);
		}
		cr_assert_null(get(&world, addr, false, NULL), "%s", layout_of(&world));
	}
}
