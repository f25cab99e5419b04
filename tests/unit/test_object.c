/*
 * Types, str of every kind and bytes, in the memory of every version; and what a target that lies
 * may say.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/object.h"
#include "support/fake.h"
#include "support/fake_objects.h"

static void check_str(struct fake *py, uint64_t object, size_t max, const char *expected, bool cut)
{
	CLEANUP(text_deinit)
	struct text text;
	bool was_cut;

	text_init(&text);
	text_add(&text, "<");
	cr_assert_null(str_read(&py->view, object, max, &text, &was_cut), "%s: %s",
		       fake_layout_name(&py->layout), expected);
	cr_assert_str_eq(text_chars(&text) + 1, expected, "%s: %s", fake_layout_name(&py->layout),
			 text_chars(&text));
	cr_assert_eq(was_cut, cut);
}

static void check_no_str(struct fake *py, uint64_t object, const struct error *expected)
{
	CLEANUP(text_deinit)
	struct text text;

	text_init(&text);
	text_add(&text, "before");
	cr_assert_eq(str_read(&py->view, object, 1000, &text, NULL), expected, "%s",
		     fake_layout_name(&py->layout));
	cr_assert_str_eq(text_chars(&text), "before", "nothing half read is left");
}

Test(object, type)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_type type;
		uint64_t object = fake_str(&py, "x");

		cr_assert_null(object_type(&py.view, object, &type));
		cr_assert_str_eq(type.name, "str");
		cr_assert_eq(type.addr, fake_type(&py, "str"));
		cr_assert(type.flags & (TYPE_UNICODE | TYPE_BYTES));
		cr_assert_eq(type.basicsize, py.layout.object_size);
	}
}

Test(object, a_type_that_is_its_own_type)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_type type;
		uint64_t object = fake_type(&py, "type");

		cr_assert_eq(fake_get_u64(&py, object, py.layout.object_type), object);
		cr_assert_null(object_type(&py.view, object, &type));
		cr_assert(type.flags & TYPE_TYPE);
	}
}

Test(object, a_type_that_is_none)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_type type;
		uint64_t object = fake_str(&py, "x");

		cr_assert_eq(object_type(&py.view, 0, &type), &error_fault);
		cr_assert_eq(object_type(&py.view, UINT64_MAX - 4, &type), &error_fault);
		fake_put_u64(&py, object, py.layout.object_type, 0);
		cr_assert_eq(object_type(&py.view, object, &type), &error_fault);
		fake_put_u64(&py, object, py.layout.object_type, fake_type(&py, "str"));
		fake_put_u64(&py, fake_type(&py, "str"), py.layout.type_name, 16);
		cr_assert_eq(object_type(&py.view, object, &type), &error_fault);
		py.gone = true;
		cr_assert_eq(object_type(&py.view, object, &type), &error_gone);
	}
}

Test(object, a_type_name_without_end_is_cut)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_type type;
		uint64_t object = fake_str(&py, "x"), name = fake_alloc(&py, 4096);

		memset(fake_at(&py, name), 'a', 4096);
		fake_put_u64(&py, fake_type(&py, "str"), py.layout.type_name, name);
		cr_assert_null(object_type(&py.view, object, &type));
		cr_assert_eq(strlen(type.name), sizeof(type.name) - 1);
	}
}

Test(object, names)
{
	struct fake py;

	FAKE_EACH(py)
	{
		check_str(&py, fake_str(&py, "some_name"), 100, "some_name", false);
		check_str(&py, fake_str(&py, "some_name"), 9, "some_name", false);
		check_str(&py, fake_str(&py, "some_name"), 4, "some", true);
		check_str(&py, fake_str(&py, "some_name"), 0, "", true);
		check_str(&py, fake_str(&py, ""), 10, "", false);
		check_str(&py, fake_str(&py, ""), 0, "", false);
	}
}

static const struct {
	enum fake_str_kind kind;
	uint32_t points[6];
	size_t count;
	const char *utf8;
} strings[] = {
	{ FAKE_ASCII, { 'a', 'b', 'c' }, 3, "abc" },
	{ FAKE_LATIN1, { 'a', 0xE9, 0xFF }, 3, "a\xC3\xA9\xC3\xBF" },
	{ FAKE_UCS2, { 0x20AC, 'x', 0xD800 }, 3, "\xE2\x82\xACx\xEF\xBF\xBD" },
	{ FAKE_UCS4, { 0x1F600, 'y', 0x10FFFF }, 3, "\xF0\x9F\x98\x80y\xF4\x8F\xBF\xBF" },
	{ FAKE_LEGACY_ASCII, { 'n', 'o' }, 2, "no" },
	{ FAKE_LEGACY_UCS2, { 0x3B1, 0x3B2 }, 2, "\xCE\xB1\xCE\xB2" },
	{ FAKE_WCHAR, { 0x1F600, 'w' }, 2, "\xF0\x9F\x98\x80w" },
};

Test(object, every_kind_of_str)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
			uint64_t object;

			if (!fake_has_str_kind(&py, strings[i].kind))
				continue;
			object = fake_unicode(&py, strings[i].kind, strings[i].points,
					      strings[i].count);
			check_str(&py, object, 100, strings[i].utf8, false);
			check_str(&py, object, strings[i].count, strings[i].utf8, false);
		}
	}
}

Test(object, long_strings_are_read_in_pieces)
{
	enum { COUNT = 5000 };
	static uint32_t points[COUNT];
	struct fake py;

	for (size_t i = 0; i < COUNT; i++)
		points[i] = 0x1F600 + i % 7;
	FAKE_EACH(py)
	{
		uint64_t object = fake_unicode(&py, FAKE_UCS4, points, COUNT);
		CLEANUP(text_deinit)
		struct text text;
		bool cut;

		text_init(&text);
		cr_assert_null(str_read(&py.view, object, COUNT, &text, &cut));
		cr_assert_not(cut);
		cr_assert_eq(text.length, COUNT * 4);
		for (size_t i = 0; i < COUNT; i++)
			cr_assert_eq((uint8_t)text.chars[4 * i + 3], 0x80 + i % 7);
		text_clear(&text);
		cr_assert_null(str_read(&py.view, object, COUNT - 1, &text, &cut));
		cr_assert(cut);
		cr_assert_eq(text.length, (COUNT - 1) * 4);
	}
}

Test(object, a_str_at_the_end_of_the_mapping)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		size_t header = (size_t)(layout->str_shape == STR_PY2 ? layout->bytes_value
								      : layout->unicode_ascii_size);
		uint64_t from = fake_str(&py, "end"), to = fake_alloc_at_edge(&py, header + 4);

		fake_put(&py, to, 0, fake_at(&py, from), header + 4);
		check_str(&py, to, 100, "end", false);
	}
}

Test(object, py2_str_that_is_no_utf8)
{
	struct fake py;

	FAKE_EACH(py)
	{
		if (py.layout.str_shape != STR_PY2)
			continue;
		check_str(&py, fake_bytes(&py, "caf\xC3\xA9", 5), 100, "caf\xC3\xA9", false);
		check_str(&py, fake_bytes(&py, "caf\xE9!", 5), 100, "caf\xEF\xBF\xBD!", false);
		check_str(&py, fake_bytes(&py, "caf\xC3\xA9", 5), 4, "caf\xC3\xA9", false);
		check_str(&py, fake_bytes(&py, "caf\xC3", 4), 100, "caf\xEF\xBF\xBD", false);
	}
}

Test(object, ucs2_pairs)
{
	struct fake py;

	FAKE_EACH(py)
	{
		static const uint32_t lone[] = { 0xD83D, 'x', 0xDE00, 0xD83D };

		if (py.layout.str_shape != STR_PY2 || py.layout.unicode_unit_size != 2)
			continue;
		check_str(&py, fake_unicode(&py, FAKE_UCS4, (uint32_t[]) { 0x1F600, 'a' }, 2), 2,
			  "\xF0\x9F\x98\x80"
			  "a",
			  false);
		check_str(&py, fake_unicode(&py, FAKE_UCS4, lone, 4), 4,
			  "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD", false);
	}
}

Test(object, a_str_that_lies)
{
	static const uint64_t lengths[] = { UINT64_C(1) << 60, UINT64_MAX, INT64_MAX };
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		bool py2 = layout->str_shape == STR_PY2;
		uint64_t object;

		check_no_str(&py, 0, &error_fault);
		check_no_str(&py, fake_none(&py), &error_torn);
		check_no_str(&py, fake_int(&py, 5), &error_torn);
		for (size_t i = 0; i < 3; i++) {
			object = fake_str(&py, "abc");
			fake_put_u64(&py, object, py2 ? layout->var_size : layout->unicode_length,
				     lengths[i]);
			if (lengths[i] > INT64_MAX / 4 && (!py2 || lengths[i] > INT64_MAX))
				check_no_str(&py, object, &error_torn);
			else /* read as far as asked for; there may be zeros behind it */
				check_str(&py, object, 3, "abc", true);
		}
		py.gone = true;
		check_no_str(&py, fake_str(&py, "x"), &error_gone);
	}
}

Test(object, a_kind_out_of_range)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		uint64_t object = fake_str(&py, "abc");

		if (layout->str_shape == STR_PY2)
			continue;
		for (uint32_t kind = 3; kind < 8; kind++) {
			fake_put_u32(&py, object, layout->unicode_state,
				     (kind | 1 << 3) << layout->unicode_kind_shift);
			if (kind != 4)
				check_no_str(&py, object, &error_torn);
		}
		/* ascii, and two bytes each */
		fake_put_u32(&py, object, layout->unicode_state,
			     (2U | 1 << 3 | 1 << 4) << layout->unicode_kind_shift);
		check_no_str(&py, object, &error_torn);
	}
}

Test(object, characters_that_cannot_be)
{
	static const uint32_t above[] = { 0x110000 };
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t object;

		if (py.layout.str_shape == STR_PY2)
			continue;
		check_no_str(&py, fake_unicode(&py, FAKE_UCS4, above, 1), &error_torn);
		object = fake_str(&py, "abc");
		fake_put_u8(&py, object, py.layout.unicode_ascii_size + 1, 0x80);
		check_no_str(&py, object, &error_torn);
	}
}

Test(object, characters_that_are_not_there)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t object;

		if (!fake_has_str_kind(&py, FAKE_LEGACY_UCS2) && py.layout.str_shape != STR_PY2)
			continue;
		object = fake_unicode(&py, FAKE_LEGACY_UCS2, (uint32_t[]) { 'a' }, 1);
		fake_put_u64(&py, object, py.layout.unicode_data, 4096);
		check_no_str(&py, object, &error_fault);
	}
}

Test(object, bytes)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t object = fake_bytes(&py, "a\0b\xFF", 4);
		CLEANUP(freep)
		uint8_t *bytes = NULL, *none = NULL;
		size_t size;

		cr_assert_null(bytes_read(&py.view, object, 4, true, &bytes, &size));
		cr_assert_eq(size, 4);
		cr_assert_arr_eq(bytes, "a\0b\xFF", 4);
		cr_assert_eq(bytes_read(&py.view, object, 3, true, &none, &size), &error_torn);
		free(take_ptr(bytes));
		cr_assert_null(bytes_read(&py.view, object, 3, false, &bytes, &size));
		cr_assert_eq(size, 3);
		cr_assert_eq(bytes_read(&py.view, fake_none(&py), 9, false, &none, &size),
			     &error_torn);
		cr_assert_null(none);
	}
}

Test(object, bytes_that_lie)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t object = fake_bytes(&py, "abc", 3);
		uint8_t *bytes = NULL;
		size_t size;

		fake_put_u64(&py, object, py.layout.var_size, UINT64_C(1) << 60);
		cr_assert_eq(bytes_read(&py.view, object, SIZE_MAX, true, &bytes, &size),
			     &error_torn);
		cr_assert_eq(bytes_read(&py.view, object, SIZE_MAX, false, &bytes, &size),
			     &error_fault, "a bounded piece, which is not there");
		fake_put_u64(&py, object, py.layout.var_size, UINT64_MAX);
		cr_assert_eq(bytes_read(&py.view, object, 10, false, &bytes, &size), &error_torn);
		cr_assert_eq(bytes_read(&py.view, 8, 10, false, &bytes, &size), &error_fault);
		cr_assert_null(bytes);
	}
}
