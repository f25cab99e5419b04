/*
 * The JSON pen: numbers that are exact, text that is valid, mistakes that are told.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"

static struct json json;
static FILE *file;
static char *bytes;
static size_t length;

static void setup(void)
{
	file = open_memstream(&bytes, &length);
	cr_assert(file);
	cr_assert_null(json_init(&json, file, NULL));
}

static void teardown(void)
{
	json_deinit(&json);
	fclose(file);
	free(bytes);
}

TestSuite(json, .init = setup, .fini = teardown);

static void check_written(const char *expected)
{
	fflush(file);
	cr_assert_str_eq(bytes, expected);
}

Test(json, numbers_are_exact)
{
	json_open_array(&json, NULL);
	json_integer(&json, NULL, 0);
	json_integer(&json, NULL, INT64_MIN);
	json_integer(&json, NULL, INT64_MAX);
	json_unsigned(&json, NULL, UINT64_MAX);
	json_line_end(&json);
	json_decimal(&json, NULL, 1500, 3);
	json_decimal(&json, NULL, 0, 6);
	json_decimal(&json, NULL, 7, 6);
	json_decimal(&json, NULL, 2000000, 6);
	json_decimal(&json, NULL, 1234567, 0);
	json_decimal(&json, NULL, UINT64_MAX, 18);
	json_decimal(&json, NULL, 10, 1);
	json_close_array(&json);
	cr_assert_null(json_finish(&json));
	check_written("[0,-9223372036854775808,9223372036854775807,18446744073709551615\n,"
		      "1.5,0,0.000007,2,1234567,18.446744073709551615,1]");
}

Test(json, text_is_valid_whatever_comes)
{
	json_open(&json, NULL);
	json_string(&json, "s", "a\"\\\n\x7f\xc3\xbc\xff\xed\xa0\x80\U0001F40D/");
	json_clean(&json, "c", "\033[1m\nb");
	json_string(&json, "n", NULL);
	json_bool(&json, "t", true);
	json_null(&json, "z");
	json_raw(&json, "r", "[1,[2]]", 7);
	json_close(&json);
	cr_assert_null(json_finish(&json));
	check_written("{\"s\":\"a\\\"\\\\\\n\x7f\u00fc\ufffd\ufffd\ufffd\ufffd\U0001F40D/\","
		      "\"c\":\" [1m b\",\"n\":null,\"t\":true,\"z\":null,\"r\":[1,[2]]}");
}

Test(json, indented)
{
	struct json pen;

	cr_assert_null(json_init(&pen, file, "  "));
	json_open(&pen, NULL);
	json_integer(&pen, "a", 1);
	json_close(&pen);
	cr_assert_null(json_finish(&pen));
	json_deinit(&pen);
	check_written("{\n  \"a\": 1\n}\n");
}

Test(json, lines)
{
	for (int i = 1; i <= 2; i++) {
		json_open(&json, NULL);
		json_integer(&json, "a", i);
		json_close(&json);
		json_next_line(&json);
	}
	cr_assert_null(json_finish(&json));
	check_written("{\"a\":1}\n{\"a\":2}\n");
}

Test(json, a_value_out_of_place_is_told)
{
	CLEANUP(error_destroyp)
	struct error *err = NULL;

	json_open(&json, NULL);
	json_integer(&json, NULL, 1); /* no key */
	json_close(&json);
	err = json_finish(&json);
	cr_assert(err);
	cr_assert_eq(err->kind, ERROR_OTHER);
}
