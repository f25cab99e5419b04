/*
 * Values in memory that is damaged, or changes while it is read: text without an end, a hang or a
 * control character never comes of it.
 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "python/repr.h"
#include "support/fake.h"
#include "support/fake_dicts.h"
#include "support/fake_objects.h"

/* Some of everything, each reachable from the list that is returned. */
static uint64_t make_everything(struct fake *py)
{
	uint64_t one = fake_int(py, 1), name = fake_str(py, "name");
	struct py_item items[] = { { name, one }, { fake_str(py, "other"), fake_float(py, 1.5) } };
	uint64_t all[32], dict;
	size_t count = 0;

	for (int kind = 0; kind < FAKE_DICT_KINDS; kind++) {
		if (fake_has_dict_kind(py, (enum fake_dict_kind)kind))
			all[count++] = fake_dict(py, (enum fake_dict_kind)kind, items, 2);
	}
	dict = all[0];
	for (int where = 0; where < FAKE_ATTR_KINDS; where++) {
		if (fake_has_attributes(py, (enum fake_attributes)where))
			all[count++] =
				fake_instance(py, "Some", (enum fake_attributes)where, items, 2);
	}
	all[count++] = fake_set(py, "set", &one, 1);
	all[count++] = fake_tuple(py, &name, 1);
	all[count++] = fake_bytes(py, "bytes", 5);
	all[count++] = fake_bytearray(py, "bytes", 5);
	all[count++] = fake_unicode(py, FAKE_UCS4, (uint32_t[]) { 0x1F600 }, 1);
	all[count++] = fake_function(py, "function");
	all[count++] = fake_exception(py, "Error", &one, 1);
	all[count++] = fake_module(py, dict);
	all[count++] = fake_complex(py, 1, 2);
	all[count++] = fake_object(py, fake_type(py, "collections.deque"), 256);
	all[count++] = fake_object(py, fake_type(py, "decimal.Decimal"), 256);
	all[count++] = fake_object(py, fake_type(py, "method"), 256);
	all[count++] = fake_object(py, fake_type(py, "builtin_function_or_method"), 256);
	all[count++] = fake_object(py, fake_type(py, "collections.defaultdict"), 256);
	all[count++] = fake_object(py, fake_type(py, "datetime.timezone"), 256);
	return fake_list(py, all, count);
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 16;
}

/* A word such as memory holds: an address, a small number, one with high bits, anything. */
static uint64_t random_word(const struct fake *py, uint64_t *state)
{
	switch (next_random(state) % 5) {
	case 0:
		return FAKE_BASE + next_random(state) % py->used / 8 * 8;
	case 1:
		return next_random(state) % 64;
	case 2:
		return UINT64_C(1) << next_random(state) % 64;
	case 3:
		return UINT64_MAX - next_random(state) % 64;
	default:
		return next_random(state) * next_random(state);
	}
}

static void check_clean(const struct text *text, size_t budget)
{
	for (const char *at = text_chars(text); *at;) {
		unsigned int point;

		at += utf8_next(at, &point);
		cr_assert_not(utf8_is_control(point));
	}
	/* an escape, a name, an address and what closes the brackets may go past it */
	cr_assert_leq(text->length, 4 * budget + 2000);
}

Test(repr_damage, of_memory_that_was_overwritten_at_random)
{
	enum { ROUNDS = 300, DAMAGES = 6, BUDGET = 300 };
	uint64_t state = 42;
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t list = make_everything(&py);

		for (int round = 0; round < ROUNDS; round++) {
			uint64_t where[DAMAGES], was[DAMAGES];
			CLEANUP(text_deinit)
			struct text text;

			text_init(&text);
			for (int i = 0; i < DAMAGES; i++) {
				where[i] = FAKE_BASE + FAKE_PAGE +
					   next_random(&state) % (py.used - FAKE_PAGE) / 8 * 8;
				was[i] = fake_get_u64(&py, where[i], 0);
				fake_put_u64(&py, where[i], 0, random_word(&py, &state));
			}
			cr_assert_null(repr_read(&py.view, list, BUDGET, &text));
			check_clean(&text, BUDGET);
			for (int i = DAMAGES; i-- > 0;)
				fake_put_u64(&py, where[i], 0, was[i]);
		}
	}
}

static void overwrite(struct fake *py, void *arg)
{
	uint64_t *state = arg;

	fake_put_u64(py,
		     FAKE_BASE + FAKE_PAGE + next_random(state) % (py->used - FAKE_PAGE) / 8 * 8, 0,
		     random_word(py, state));
}

Test(repr_damage, while_the_memory_is_overwritten)
{
	enum { ROUNDS = 20, BUDGET = 300 };
	uint64_t state = 7;
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t list = make_everything(&py);

		py.before_read = overwrite;
		py.before_read_arg = &state;
		for (int round = 0; round < ROUNDS; round++) {
			CLEANUP(text_deinit)
			struct text text;

			text_init(&text);
			cr_assert_null(repr_read(&py.view, list, BUDGET, &text));
			check_clean(&text, BUDGET);
		}
	}
}
