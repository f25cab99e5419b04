/*
 * Ints of every size and version, those that cannot be, and those too large to be shown whole.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/object.h"
#include "support/fake.h"
#include "support/fake_objects.h"

static void check(struct fake *py, uint64_t object, size_t max, const char *expected)
{
	CLEANUP(text_deinit)
	struct text text;

	text_init(&text);
	cr_assert_null(int_read(&py->view, object, max, &text), "%s: %s",
		       fake_layout_name(&py->layout), expected);
	cr_assert_str_eq(text_chars(&text), expected, "%s", fake_layout_name(&py->layout));
}

static void check_none(struct fake *py, uint64_t object, const struct error *expected)
{
	CLEANUP(text_deinit)
	struct text text;
	uint64_t value = 7;

	text_init(&text);
	cr_assert_eq(int_read(&py->view, object, 100, &text), expected, "%s",
		     fake_layout_name(&py->layout));
	cr_assert_eq(text.length, 0);
	cr_assert_eq(int_read_u64(&py->view, object, &value), expected);
	cr_assert_eq(value, 7);
}

Test(int, words)
{
	static const int64_t values[] = {
		0,
		1,
		-1,
		255,
		-256,
		1 << 15,
		(1 << 30) - 1,
		1 << 30,
		-(INT64_C(1) << 31),
		(INT64_C(1) << 60) - 1,
		INT64_C(1) << 60,
		INT64_MAX,
		INT64_MIN,
		1000000000,
		INT64_C(1000000000000000000),
		INT64_C(999999999999999999),
	};
	struct fake py;

	FAKE_EACH(py)
	{
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			uint64_t object = fake_int(&py, values[i]), value;
			char expected[32];

			snprintf(expected, sizeof(expected), "%" PRId64, values[i]);
			check(&py, object, 100, expected);
			if (values[i] >= 0) {
				cr_assert_null(int_read_u64(&py.view, object, &value));
				cr_assert_eq(value, (uint64_t)values[i]);
			} else {
				cr_assert_eq(int_read_u64(&py.view, object, &value), &error_torn);
			}
		}
		check(&py, fake_bool(&py, true), 100, "1");
	}
}

Test(int, digits)
{
	/* 2^64 - 1, 2^64, 2^90 - 1 */
	static const uint32_t all[] = { 0x3FFFFFFF, 0x3FFFFFFF, 0xF }, next[] = { 0, 0, 0x10 };
	static const uint32_t ones[] = { 0x3FFFFFFF, 0x3FFFFFFF, 0x3FFFFFFF };
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t value;

		check(&py, fake_int_digits(&py, false, all, 3), 100, "18446744073709551615");
		cr_assert_null(int_read_u64(&py.view, fake_int_digits(&py, false, all, 3), &value));
		cr_assert_eq(value, UINT64_MAX);
		check(&py, fake_int_digits(&py, true, next, 3), 100, "-18446744073709551616");
		cr_assert_eq(int_read_u64(&py.view, fake_int_digits(&py, false, next, 3), &value),
			     &error_torn);
		check(&py, fake_int_digits(&py, false, ones, 3), 100,
		      "1237940039285380274899124223");
		check(&py, fake_int_digits(&py, false, ones, 0), 100, "0");
	}
}

Test(int, digits_of_15_bits)
{
	static const uint32_t digits[] = { 0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF, 0xF };
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t value;

		py.layout.long_digit_bits = 15;
		check(&py, fake_int_digits(&py, true, digits, 5), 100, "-18446744073709551615");
		cr_assert_null(
			int_read_u64(&py.view, fake_int_digits(&py, false, digits, 5), &value));
		cr_assert_eq(value, UINT64_MAX);
	}
}

Test(int, more_digits_than_asked_for)
{
	static const uint32_t ones[] = { 0x3FFFFFFF, 0x3FFFFFFF, 0x3FFFFFFF };
	struct fake py;

	FAKE_EACH(py)
	{
		uint64_t object = fake_int_digits(&py, true, ones, 3);

		check(&py, object, 28, "-1237940039285380274899124223");
		check(&py, object, 27, "-123794003928538027489912422...");
		check(&py, object, 1, "-1...");
		check(&py, object, 0, "-...");
	}
}

Test(int, too_large_for_decimal)
{
	enum { COUNT = 1025 };
	static uint32_t digits[COUNT];
	struct fake py;

	digits[COUNT - 1] = 0x123;
	digits[COUNT - 2] = 0x2AAAAAAA;
	FAKE_EACH(py)
	{
		/* 0x123 << 30 | 0x2AAAAAAA, then zeros; 30,720 bits lie below 0x123 */
		check(&py, fake_int_digits(&py, true, digits, COUNT), 100,
		      "-0x123aaaaaaa8000000000000000000000...");
		check(&py, fake_int_digits(&py, false, digits, COUNT), 4, "0x123a...");
	}
}

Test(int, what_cannot_be)
{
	static const uint32_t over[] = { 0x40000000 };
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		bool tagged = layout->int_shape == INT_TAG;
		int32_t size_at = tagged ? layout->long_tag : layout->var_size;
		unsigned int shift = tagged ? 3 : 0;
		uint64_t object = fake_int_digits(&py, false, (uint32_t[]) { 1 }, 1);

		check_none(&py, 0, &error_fault);
		check_none(&py, fake_none(&py), &error_torn);
		check_none(&py, fake_str(&py, "1"), &error_torn);
		check_none(&py, fake_int_digits(&py, false, over, 1), &error_torn);
		fake_put_u64(&py, object, size_at, UINT64_C(1) << 60 << shift);
		check_none(&py, object, &error_torn);
		if (tagged) {
			fake_put_u64(&py, object, size_at, 1 << 3 | 3);
			check_none(&py, object, &error_torn);
		} else {
			fake_put_u64(&py, object, size_at, UINT64_C(1) << 63);
			check_none(&py, object, &error_torn);
		}
		py.gone = true;
		check_none(&py, object, &error_gone);
	}
}

Test(int, a_size_that_nothing_backs)
{
	struct fake py;

	FAKE_EACH(py)
	{
		const struct py_layout *layout = &py.layout;
		bool tagged = layout->int_shape == INT_TAG;
		CLEANUP(text_deinit)
		struct text text;
		uint64_t object = fake_int_digits(&py, false, (uint32_t[]) { 1 }, 1);

		text_init(&text);
		fake_put_u64(&py, object, tagged ? layout->long_tag : layout->var_size,
			     UINT64_C(1) << (tagged ? 53 : 50));
		cr_assert_eq(int_read(&py.view, object, 100, &text), &error_fault);
		cr_assert_eq(text.length, 0);
	}
}
