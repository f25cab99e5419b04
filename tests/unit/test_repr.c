/*
 * Values as text: as Python writes them, within a budget, whatever the memory holds.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/repr.h"
#include "support/fake.h"
#include "support/fake_dicts.h"
#include "support/fake_objects.h"

enum { AMPLE = 10000 };

static bool is_py2(const struct fake *py)
{
	return py->layout.str_shape == STR_PY2;
}

/* expected may hold one %s: the address of the object. */
static void check_within(struct fake *py, uint64_t object, size_t budget, const char *expected)
{
	CLEANUP(text_deinit)
	struct text text;
	CLEANUP(text_deinit)
	struct text wanted;
	const char *place = strstr(expected, "%s");

	text_init(&text);
	text_init(&wanted);
	if (place) {
		text_add_bytes(&wanted, expected, (size_t)(place - expected));
		text_addf(&wanted, "0x%" PRIx64 "%s", object, place + 2);
	} else {
		text_add(&wanted, expected);
	}
	cr_assert_null(repr_read(&py->view, object, budget, &text));
	cr_assert_str_eq(text_chars(&text), text_chars(&wanted), "%s: %s, not %s",
			 fake_layout_name(&py->layout), text_chars(&text), text_chars(&wanted));
}

static void check(struct fake *py, uint64_t object, const char *expected)
{
	check_within(py, object, AMPLE, expected);
}

Test(repr, constants_and_ints)
{
	struct fake py;

	FAKE_EACH(py)
	{
		check(&py, fake_none(&py), "None");
		check(&py, fake_bool(&py, true), "True");
		check(&py, fake_bool(&py, false), "False");
		check(&py, fake_int(&py, -12345678901), "-12345678901");
		check(&py, fake_object(&py, fake_type(&py, "ellipsis"), 32), "Ellipsis");
		check(&py, fake_int_digits(&py, true, (uint32_t[]) { 5 }, 1),
		      is_py2(&py) ? "-5L" : "-5");
	}
}

Test(repr, floats)
{
	static const struct {
		double value;
		const char *text;
	} floats[] = {
		{ 0.0, "0.0" },
		{ -0.0, "-0.0" },
		{ 1, "1.0" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 1e15, "1000000000000000.0" },
		{ 9999999999999998.0, "9999999999999998.0" },
		{ 1e16, "1e+16" },
		{ 1.5e300, "1.5e+300" },
		{ 0.0001, "0.0001" },
		{ 0.00001, "1e-05" },
		{ 1.25e-7, "1.25e-07" },
		{ 5e-324, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 0x1p-24, "5.960464477539063e-08" },
		{ 0x1p-44, "5.684341886080802e-14" },
		{ 0x1p89, "6.189700196426902e+26" },
		{ 123456.75, "123456.75" },
		{ INFINITY, "inf" },
		{ -INFINITY, "-inf" },
		{ NAN, "nan" },
	};
	struct fake py;

	FAKE_EACH(py)
	{
		for (size_t i = 0; i < sizeof(floats) / sizeof(floats[0]); i++)
			check(&py, fake_float(&py, floats[i].value), floats[i].text);
		check(&py, fake_complex(&py, 0, 1), "1j");
		check(&py, fake_complex(&py, 1, -2.5), "(1-2.5j)");
		check(&py, fake_complex(&py, -0.0, 1e16), "(-0+1e+16j)");
	}
}

Test(repr, strings)
{
	static const struct {
		const char *chars, *text;
	} strings[] = {
		{ "", "''" },
		{ "abc", "'abc'" },
		{ "it's", "\"it's\"" },
		{ "\"", "'\"'" },
		{ "'\"", "'\\'\"'" },
		{ "a\nb\t\r\\", "'a\\nb\\t\\r\\\\'" },
		{ "\x1b[31m\x7f", "'\\x1b[31m\\x7f'" },
	};
	static const uint32_t points[] = { 0xE9, 0x20AC, 0x1F600, 0x85, 0x2028, 0xD800, 0xE0001 };
	struct fake py;

	FAKE_EACH(py)
	{
		for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
			check(&py, fake_str(&py, strings[i].chars), strings[i].text);
		check(&py, fake_unicode(&py, FAKE_UCS4, points, 7),
		      is_py2(&py) ? "u'\\xe9\\u20ac\\U0001f600\\x85\\u2028\\ud800\\U000e0001'"
				  : "'\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
				    "\\x85\\u2028\\ud800\\U000e0001'");
		check(&py, fake_bytes(&py, "a\0\xFF'", 4),
		      is_py2(&py) ? "\"a\\x00\\xff'\"" : "b\"a\\x00\\xff'\"");
		check(&py, fake_bytearray(&py, "ab", 2), "bytearray(b'ab')");
	}
}

Test(repr, containers)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t values[] = { fake_int(&py, 1), fake_str(&py, "x") };
		struct py_item item = { values[1], values[0] };
		bool py2 = is_py2(&py);

		check(&py, fake_list(&py, values, 0), "[]");
		check(&py, fake_list(&py, values, 2), "[1, 'x']");
		check(&py, fake_tuple(&py, values, 0), "()");
		check(&py, fake_tuple(&py, values, 1), "(1,)");
		check(&py, fake_tuple(&py, values, 2), "(1, 'x')");
		check(&py, fake_dict(&py, FAKE_DICT_ANY, &item, 0), "{}");
		check(&py, fake_dict(&py, FAKE_DICT_ANY, &item, 1), "{'x': 1}");
		check(&py, fake_set(&py, "set", values, 0), py2 ? "set([])" : "set()");
		check(&py, fake_set(&py, "set", values, 2), py2 ? "set([1, 'x'])" : "{1, 'x'}");
		check(&py, fake_set(&py, "frozenset", values, 0),
		      py2 ? "frozenset([])" : "frozenset()");
		check(&py, fake_set(&py, "frozenset", values, 1),
		      py2 ? "frozenset([1])" : "frozenset({1})");
	}
}

Test(repr, cycles_and_depth)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t list = fake_list(&py, (uint64_t[]) { fake_int(&py, 1), 0 }, 2),
			 deep = list;
		uint64_t array = fake_get_u64(&py, list, py.layout.list_items);
		struct py_item item = { fake_str(&py, "me"), 0 };
		uint64_t dict, value, slot;

		fake_put_u64(&py, array, 8, list);
		check(&py, list, "[1, [...]]");
		item.value = list;
		dict = fake_dict(&py, FAKE_DICT_ANY, &item, 1);
		cr_assert_null(dict_find(&py.view, dict, "me", &value, &slot));
		fake_put_u64(&py, slot, 0, dict);
		check(&py, dict, "{'me': {...}}");
		for (int i = 0; i < 100; i++)
			deep = fake_tuple(&py, &deep, 1);
		check(&py, deep, "((((((((...,),),),),),),),)");
	}
}

Test(repr, within_a_budget)
{
	static const uint32_t ones[] = { 0x3FFFFFFF, 0x3FFFFFFF, 0x3FFFFFFF };
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t values[50], list, str = fake_str(&py, "some rather long text");

		for (size_t i = 0; i < 50; i++)
			values[i] = fake_int(&py, 1000 + (int64_t)i);
		list = fake_list(&py, values, 50);
		check_within(&py, list, 20, "[1000, 1001, 1002, 1003, ...]");
		check_within(&py, list, 0, "...");
		check_within(&py, str, 10, "'some rath'...");
		check_within(&py, fake_int(&py, 1234567), 4, "1234567");
		check_within(&py, fake_int_digits(&py, false, ones, 3), 4,
			     is_py2(&py) ? "12379400392853802748...L" : "12379400392853802748...");
		check_within(&py, fake_list(&py, &str, 1), 10, "['some rat'...]");
	}
}

static void check_subclass(struct fake *py, uint64_t object, const char *class_name,
			   const char *expected)
{
	uint64_t was = fake_get_u64(py, object, py->layout.object_type);
	uint64_t flags = fake_get_u64(py, was, py->layout.type_flags) | 1 << 9;
	uint64_t class = fake_class(py, class_name, flags);

	fake_put_u64(py, class, py->layout.type_base, was);
	fake_put_u64(py, object, py->layout.object_type, class);
	check(py, object, expected);
}

Test(repr, subclasses)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t one = fake_int(&py, 1);

		check_subclass(&py, fake_int(&py, 5), "Level", "Level(5)");
		check_subclass(&py, fake_float(&py, 2), "Metre", "Metre(2.0)");
		check_subclass(&py, fake_str(&py, "x"), "Name", "Name('x')");
		check_subclass(&py, fake_list(&py, &one, 1), "Row", "Row([1])");
		check_subclass(&py, fake_set(&py, "set", &one, 1), "Bag",
			       is_py2(&py) ? "Bag(set([1]))" : "Bag({1})");
		/* a class is free to have such a name; its kind is in its flags */
		check_subclass(&py, fake_int(&py, 5), "NoneType", "NoneType(5)");
	}
}

Test(repr, named_tuples)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t values[] = { fake_int(&py, 1), fake_str(&py, "b") };
		uint64_t names[] = { fake_str(&py, "x"), fake_str(&py, "y") };
		uint64_t fields = fake_tuple(&py, names, 2), object = fake_tuple(&py, values, 2);
		uint64_t class = fake_class(&py, "Point", TYPE_TUPLE | 1 << 9);

		fake_put_u64(&py, class, py.layout.type_dict,
			     fake_namespace(&py, (const char *[]) { "_fields" }, &fields, 1));
		fake_put_u64(&py, object, py.layout.object_type, class);
		check(&py, object, "Point(x=1, y='b')");
	}
}

Test(repr, instances)
{
	struct fake py;

	FAKE_EACH(py)
	{
		for (int where = 0; where < FAKE_ATTR_KINDS; where++) {
			struct py_item items[] = {
				{ fake_str(&py, "a"), fake_int(&py, 1) },
				{ fake_str(&py, "b"), fake_str(&py, "x") },
			};
			uint64_t object;

			if (where == FAKE_ATTR_NEGATIVE ||
			    !fake_has_attributes(&py, (enum fake_attributes)where))
				continue;
			object = fake_instance(&py, "Some", (enum fake_attributes)where, items, 2);
			check(&py, object,
			      where == FAKE_ATTR_NONE ? "<Some at %s>" : "<Some at %s a=1 b='x'>");
			check_within(&py, object, 10, "<Some at %s>");
		}
	}
}

Test(repr, members_of_enums)
{
	struct fake py;

	FAKE_EACH(py)
	{
		struct py_item items[] = {
			{ fake_str(&py, "_value_"), fake_int(&py, 2) },
			{ fake_str(&py, "_name_"), fake_str(&py, "RED") },
		};

		check(&py, fake_instance(&py, "Color", FAKE_ATTR_OFFSET, items, 2),
		      "<Color.RED: 2>");
	}
}

Test(repr, what_has_a_name)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t name = fake_str(&py, "os.path"), args[] = { fake_int(&py, 2), name };

		check(&py, fake_function(&py, "Some.method"), "<function Some.method at %s>");
		check(&py, fake_function(&py, "a\nb"), "<function a\\nb at %s>");
		check(&py,
		      fake_module(&py,
				  fake_namespace(&py, (const char *[]) { "__name__" }, &name, 1)),
		      "<module 'os.path'>");
		check(&py, fake_type(&py, "int"), is_py2(&py) ? "<type 'int'>" : "<class 'int'>");
		check(&py, fake_exception(&py, "OSError", args, 2), "OSError(2, 'os.path')");
		check(&py, fake_exception(&py, "KeyError", args, 1), "KeyError(2)");
		check(&py, fake_exception(&py, "Exception", args, 0), "Exception()");
	}
}

Test(repr, dates)
{
	/* 2024-02-29 23:59:58.123456, as PyDateTime_DateTime packs it */
	static const uint8_t packed[] = { 0, 7, 232, 2, 29, 23, 59, 58, 1, 226, 64, 0 };
	static const int32_t delta[] = { -1, 0, 5 };
	struct fake py;

	FAKE_EACH(py)
	{
		int32_t fields = py.layout.object_size + 8;
		uint64_t object = fake_object(&py, fake_type(&py, "datetime.datetime"), 96);

		fake_put(&py, object, fields, packed, sizeof(packed));
		check(&py, object, "datetime.datetime(2024, 2, 29, 23, 59, 58, 123456)");
		fake_put(&py, object, fields + 8, "\0\0\0", 3);
		check(&py, object, "datetime.datetime(2024, 2, 29, 23, 59, 58)");
		fake_put_u8(&py, object, fields, 1);
		fake_put_u64(&py, object, fields + 16, fake_none(&py));
		check(&py, object, "datetime.datetime(2024, 2, 29, 23, 59, 58, tzinfo=None)");
		object = fake_object(&py, fake_type(&py, "datetime.date"), 64);
		fake_put(&py, object, fields, packed, 5);
		check(&py, object, "datetime.date(2024, 2, 29)");
		object = fake_object(&py, fake_type(&py, "datetime.timedelta"), 64);
		fake_put(&py, object, fields, delta, sizeof(delta));
		check(&py, object, "datetime.timedelta(days=-1, microseconds=5)");
	}
}

Test(repr, numpy_scalars)
{
	struct fake py;

	FAKE_EACH(py)
	{
		int32_t value = py.layout.object_size;
		uint64_t object = fake_object(&py, fake_type(&py, "numpy.int8"), 64);

		fake_put_u64(&py, object, value, 0x1FE);
		check(&py, object, "np.int8(-2)");
		fake_put_u64(&py, object, py.layout.object_type, fake_type(&py, "numpy.uint16"));
		check(&py, object, "np.uint16(510)");
		fake_put_u64(&py, object, py.layout.object_type, fake_type(&py, "numpy.bool_"));
		check(&py, object, "np.bool_(True)");
		fake_put_u64(&py, object, py.layout.object_type, fake_type(&py, "numpy.float64"));
		fake_put(&py, object, value, &(double) { 0.1 }, 8);
		check(&py, object, "np.float64(0.1)");
	}
}

Test(repr, what_cannot_be_read)
{
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t lost[] = { fake_int(&py, 1), 4096, fake_int(&py, 2) };
		uint64_t str = fake_str(&py, "x");
		struct text text;

		check(&py, 0, "?");
		check(&py, UINT64_MAX, "?");
		check(&py, fake_list(&py, lost, 3), "[1, ?, 2]");
		fake_put_u64(&py, fake_type(&py, "str"), py.layout.type_name, 1);
		check(&py, str, "?");
		text_init(&text);
		py.gone = true;
		cr_assert_eq(repr_read(&py.view, str, 10, &text), &error_gone);
		text_deinit(&text);
	}
}
