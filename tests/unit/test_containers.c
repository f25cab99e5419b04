/*
 * Tuples, lists, dicts of every shape, sets, attributes of instances; and lies about them.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/containers.h"
#include "support/fake.h"
#include "support/fake_dicts.h"
#include "support/fake_objects.h"

enum { MANY = 300 };

static const uint64_t lies[] = { UINT64_C(1) << 60, UINT64_C(1) << 63, UINT64_MAX, INT64_MAX };
enum { LIES = sizeof(lies) / sizeof(lies[0]) };

/* Items "k0": 0, "k1": 1, ...; the addresses are in items. */
static void make_items(struct fake *py, struct py_item *items, size_t count)
{
	char name[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "k%zu", i);
		items[i] = (struct py_item) { fake_str(py, name), fake_int(py, (int64_t)i) };
	}
}

static void check_items(struct fake *py, const struct py_items *got, const struct py_item *items,
			size_t count, size_t total)
{
	cr_assert_eq(got->count, count, "%s: %zu items", fake_layout_name(&py->layout), got->count);
	cr_assert_eq(got->total, total);
	for (size_t i = 0; i < count; i++) {
		cr_assert_eq(got->items[i].key, items[i].key, "%s: item %zu",
			     fake_layout_name(&py->layout), i);
		cr_assert_eq(got->items[i].value, items[i].value);
	}
}

static struct error *read_sequence(struct fake *py, uint64_t object, size_t max,
				   struct py_items *ret)
{
	struct py_type type;

	cr_assert_null(object_type(&py->view, object, &type));
	return sequence_read(&py->view, object, &type, max, ret);
}

Test(containers, sequences)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t values[] = { fake_int(&py, 1), fake_none(&py), fake_str(&py, "x") };
		uint64_t objects[] = { fake_tuple(&py, values, 3), fake_list(&py, values, 3) };

		for (size_t i = 0; i < 2; i++) {
			for (size_t max = 0; max < 5; max++) {
				CLEANUP(py_items_deinit)
				struct py_items items;

				cr_assert_null(read_sequence(&py, objects[i], max, &items));
				cr_assert_eq(items.count, max < 3 ? max : 3);
				cr_assert_eq(items.total, 3);
				for (size_t j = 0; j < items.count; j++)
					cr_assert_eq(items.items[j].value, values[j]);
			}
		}
	}
}

Test(containers, sequences_that_lie)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t values[] = { fake_int(&py, 1), 0, fake_int(&py, 2) };
		uint64_t tuple = fake_tuple(&py, values, 3), list = fake_list(&py, values, 3);
		CLEANUP(py_items_deinit)
		struct py_items items;

		cr_assert_null(read_sequence(&py, list, 9, &items));
		cr_assert_eq(items.count, 2, "a place without an item is left out");
		py_items_deinit(&items);
		for (size_t i = 0; i < LIES; i++) {
			fake_put_u64(&py, tuple, py.layout.var_size, lies[i]);
			cr_assert_not_null(read_sequence(&py, tuple, SIZE_MAX, &items));
			fake_put_u64(&py, list, py.layout.var_size, lies[i]);
			cr_assert_not_null(read_sequence(&py, list, SIZE_MAX, &items));
		}
		fake_put_u64(&py, list, py.layout.var_size, 3);
		fake_put_u64(&py, list, py.layout.list_items, 8);
		cr_assert_eq(read_sequence(&py, list, 3, &items), &error_fault);
		cr_assert_null(read_sequence(&py, list, 0, &items));
		cr_assert_eq(read_sequence(&py, fake_none(&py), 3, &items), &error_torn);
	}
}

Test(containers, dicts)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int kind = 0; kind < FAKE_DICT_KINDS; kind++) {
			size_t most = kind == FAKE_DICT_SPLIT ? 28 : MANY;

			for (size_t count = 0; count <= most; count = count * 3 + 1) {
				struct py_item items[MANY];
				CLEANUP(py_items_deinit)
				struct py_items got;
				uint64_t dict;

				if (!fake_has_dict_kind(&py, (enum fake_dict_kind)kind))
					continue;
				make_items(&py, items, count);
				dict = fake_dict(&py, (enum fake_dict_kind)kind, items, count);
				cr_assert_null(dict_read(&py.view, dict, SIZE_MAX, &got));
				check_items(&py, &got, items, count, count);
				py_items_deinit(&got);
				cr_assert_null(dict_read(&py.view, dict, count / 2, &got));
				check_items(&py, &got, items, count / 2, count);
			}
		}
	}
}

Test(containers, a_key_is_found_with_its_slot)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int kind = 0; kind < FAKE_DICT_KINDS; kind++) {
			struct py_item items[MANY];
			size_t count = kind == FAKE_DICT_SPLIT ? 20 : MANY;
			uint64_t dict, value, slot;

			if (!fake_has_dict_kind(&py, (enum fake_dict_kind)kind))
				continue;
			make_items(&py, items, count);
			dict = fake_dict(&py, (enum fake_dict_kind)kind, items, count);
			for (size_t i = 0; i < count; i += 7) {
				char key[32];

				snprintf(key, sizeof(key), "k%zu", i);
				cr_assert_null(dict_find(&py.view, dict, key, &value, &slot));
				cr_assert_eq(value, items[i].value, "%s",
					     fake_layout_name(&py.layout));
				cr_assert_eq(fake_get_u64(&py, slot, 0), value);
			}
			cr_assert_null(dict_find(&py.view, dict, "k", &value, &slot));
			cr_assert_eq(value, 0);
			cr_assert_eq(slot, 0);
			cr_assert_null(dict_find(&py.view, dict, "", &value, NULL));
			cr_assert_eq(value, 0);
			cr_assert_null(dict_find(&py.view, dict, "of_another", &value, NULL));
			cr_assert_eq(value, 0, "a key that this instance has no value for");
		}
	}
}

Test(containers, a_key_is_found_among_keys_of_all_kinds)
{
	static const uint32_t name[] = { 'n', 'a', 'm', 'e' };
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_item items[FAKE_STR_KINDS + 6];
		uint64_t edge, found, one = fake_int(&py, 1);
		size_t count = 0;

		items[count++] = (struct py_item) { fake_int(&py, 4), one };
		items[count++] = (struct py_item) { fake_none(&py), one };
		items[count++] = (struct py_item) { fake_tuple(&py, NULL, 0), one };
		items[count++] = (struct py_item) { 4096, one }; /* freed meanwhile */
		items[count++] = (struct py_item) { fake_str(&py, "nam"), one };
		edge = fake_alloc_at_edge(&py, 64); /* a shorter str, the last of a mapping */
		fake_put(&py, edge, 0, fake_at(&py, items[4].key), 64);
		items[count++] = (struct py_item) { edge, one };
		for (int kind = 0; kind < FAKE_STR_KINDS; kind++) {
			if (!fake_has_str_kind(&py, (enum fake_str_kind)kind))
				continue;
			items[count] = (struct py_item) {
				fake_unicode(&py, (enum fake_str_kind)kind, name, 4),
				fake_int(&py, kind),
			};
			cr_assert_null(dict_find(&py.view,
						 fake_dict(&py, FAKE_DICT_ANY, items, count + 1),
						 "name", &found, NULL));
			cr_assert_eq(found, items[count].value, "%s: kind %d",
				     fake_layout_name(&py.layout), kind);
		}
	}
}

Test(containers, many_keys_are_compared_in_one_call)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_item items[MANY];
		uint64_t value, dict;

		make_items(&py, items, MANY);
		dict = fake_dict(&py, FAKE_DICT_ANY, items, MANY);
		py.mem.calls = 0;
		cr_assert_null(dict_find(&py.view, dict, "k299", &value, NULL));
		cr_assert_eq(value, items[299].value);
		cr_assert_leq(py.mem.calls, 20, "%lu", (unsigned long)py.mem.calls);
	}
}

/* Every word of a dict and of its keys, in turn, is what it cannot be. */
Test(containers, dicts_that_lie)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int kind = 0; kind < FAKE_DICT_KINDS; kind++) {
			const struct py_layout *layout = &py.layout;
			struct py_item items[20];
			uint64_t dict, keys, parts[2];

			if (!fake_has_dict_kind(&py, (enum fake_dict_kind)kind))
				continue;
			make_items(&py, items, 20);
			dict = fake_dict(&py, (enum fake_dict_kind)kind, items, 20);
			keys = fake_get_u64(&py, dict,
					    layout->dict_shape == DICT_TABLE ? layout->dict_table
									     : layout->dict_keys);
			parts[0] = dict;
			parts[1] = keys;
			for (size_t i = 0; i < 2 * 16 * LIES; i++) {
				uint64_t word = parts[i / LIES / 16] + i / LIES % 16 * 8, value;
				uint64_t was = fake_get_u64(&py, word, 0);
				struct py_items got = { 0 };

				fake_put_u64(&py, word, 0, lies[i % LIES]);
				(void)!dict_read(&py.view, dict, SIZE_MAX, &got);
				py_items_deinit(&got);
				(void)!dict_find(&py.view, dict, "k19", &value, NULL);
				fake_put_u64(&py, word, 0, was);
			}
		}
	}
}

Test(containers, a_table_of_nothing_but_removed_entries_is_left_in_time)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		uint64_t dict = fake_dict(&py, FAKE_DICT_ANY, NULL, 0);
		CLEANUP(py_items_deinit)
		struct py_items items = { 0 };

		if (layout->dict_shape != DICT_TABLE)
			continue;
		/* 2^30 entries, of which the arena holds 300,000 empty ones */
		fake_put_u64(&py, dict, layout->dict_mask, (UINT64_C(1) << 30) - 1);
		fake_put_u64(&py, dict, layout->dict_table, fake_alloc(&py, 4096));
		cr_assert_eq(dict_read(&py.view, dict, 1, &items), &error_fault);
	}
}

Test(containers, sets)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (size_t count = 0; count < MANY; count = count * 3 + 1) {
			uint64_t values[MANY], set;
			CLEANUP(py_items_deinit)
			struct py_items items;

			for (size_t i = 0; i < count; i++)
				values[i] =
					i % 2 ? fake_str(&py, "text") : fake_int(&py, (int64_t)i);
			set = fake_set(&py, "set", values, count);
			cr_assert_null(set_read(&py.view, set, SIZE_MAX, &items));
			cr_assert_eq(items.count, count, "%s", fake_layout_name(&py.layout));
			for (size_t i = 0; i < count; i++)
				cr_assert_eq(items.items[i].value, values[i]);
			py_items_deinit(&items);
			cr_assert_null(set_read(&py.view, set, count / 2, &items));
			cr_assert_eq(items.count, count / 2);
			cr_assert_eq(items.total, count);
		}
	}
}

Test(containers, sets_that_lie)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		const int32_t fields[] = { layout->set_used, layout->set_mask, layout->set_table };
		uint64_t value = fake_int(&py, 1), set = fake_set(&py, "set", &value, 1);

		for (size_t i = 0; i < 3 * LIES; i++) {
			uint64_t was = fake_get_u64(&py, set, fields[i / LIES]);
			struct py_items items = { 0 };

			fake_put_u64(&py, set, fields[i / LIES], lies[i % LIES]);
			cr_assert_not_null(set_read(&py.view, set, SIZE_MAX, &items));
			cr_assert_null(items.items);
			fake_put_u64(&py, set, fields[i / LIES], was);
		}
		/* more items than the table has: those that there are */
		fake_put_u64(&py, set, layout->set_used, 5);
		CLEANUP(py_items_deinit)
		struct py_items items;
		cr_assert_null(set_read(&py.view, set, SIZE_MAX, &items));
		cr_assert_eq(items.count, 1);
	}
}

static void make_names(struct fake *py, struct py_item items[3])
{
	items[0] = (struct py_item) { fake_str(py, "first"), fake_int(py, 1) };
	items[1] = (struct py_item) { fake_str(py, "second"), fake_str(py, "x") };
	items[2] = (struct py_item) { fake_str(py, "third"), fake_none(py) };
}

Test(containers, attributes)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int where = 0; where < FAKE_ATTR_KINDS; where++) {
			CLEANUP(py_items_deinit)
			struct py_items got = { 0 };
			struct py_item items[3];
			struct py_type type;
			uint64_t object, value, slot;
			size_t count = where == FAKE_ATTR_NONE ? 0 : 3;

			if (!fake_has_attributes(&py, (enum fake_attributes)where))
				continue;
			make_names(&py, items);
			object = fake_instance(&py, "Some", (enum fake_attributes)where, items,
					       count);
			cr_assert_null(object_type(&py.view, object, &type));
			cr_assert_null(attributes_read(&py.view, object, &type, 9, &got), "%s: %d",
				       fake_layout_name(&py.layout), where);
			check_items(&py, &got, items, count, count);
			cr_assert_null(
				attribute_find(&py.view, object, &type, "second", &value, &slot));
			cr_assert_eq(value, count ? items[1].value : 0);
			cr_assert_eq(slot != 0, count != 0);
			if (count)
				cr_assert_eq(fake_get_u64(&py, slot, 0), items[1].value);
		}
	}
}

Test(containers, attributes_that_lie)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int where = 0; where < FAKE_ATTR_KINDS; where++) {
			struct py_item items[3];
			struct py_type type;
			uint64_t object;

			if (!fake_has_attributes(&py, (enum fake_attributes)where))
				continue;
			make_names(&py, items);
			object = fake_instance(&py, "Some", (enum fake_attributes)where, items, 3);
			cr_assert_null(object_type(&py.view, object, &type));
			for (int word = -5; word < 20; word++) {
				for (size_t i = 0; i < LIES; i++) {
					uint64_t at = object + (uint64_t)(int64_t)(word * 8);
					uint64_t was = fake_get_u64(&py, at, 0);
					struct py_items got = { 0 };

					fake_put_u64(&py, at, 0, lies[i]);
					(void)!attributes_read(&py.view, object, &type, 99, &got);
					py_items_deinit(&got);
					fake_put_u64(&py, at, 0, was);
				}
			}
			for (size_t i = 0; i < LIES; i++) {
				struct py_items got = { 0 };
				struct py_type lying = type;

				lying.basicsize = lying.itemsize = (int64_t)lies[i];
				(void)!attributes_read(&py.view, object, &lying, 99, &got);
				py_items_deinit(&got);
				lying.dictoffset = (int64_t)lies[i];
				(void)!attributes_read(&py.view, object, &lying, 99, &got);
				py_items_deinit(&got);
			}
		}
	}
}

Test(containers, a_process_that_ends)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_item items[3];
		uint64_t dict, value;
		struct py_items got;

		make_names(&py, items);
		dict = fake_dict(&py, FAKE_DICT_ANY, items, 3);
		py.gone = true;
		cr_assert_eq(dict_read(&py.view, dict, 9, &got), &error_gone);
		cr_assert_eq(dict_find(&py.view, dict, "first", &value, NULL), &error_gone);
		cr_assert_eq(set_read(&py.view, dict, 9, &got), &error_gone);
	}
}
