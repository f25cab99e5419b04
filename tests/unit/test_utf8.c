/*
 * UTF-8 that may be anything, made fit to be shown.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/utf8.h"

static void check_clean(const char *chars, const char *expected)
{
	struct text text = { 0 };

	text_add_clean(&text, chars);
	cr_assert_str_eq(text_chars(&text), expected);
	text_deinit(&text);
}

Test(utf8, decodes_every_length)
{
	static const unsigned int points[] = { 0x1,    0x7F,   0x80,   0x7FF,   0x800,
					       0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF };
	unsigned int c;
	size_t i;

	for (i = 0; i < sizeof(points) / sizeof(*points); i++) {
		struct text text = { 0 };

		text_add_utf8(&text, points[i]);
		cr_assert_eq(utf8_next(text_chars(&text), &c), text.length);
		cr_assert_eq(c, points[i]);
		text_deinit(&text);
	}
}

Test(utf8, what_is_none_is_one_byte_at_a_time)
{
	static const char *const wrong[] = { "\x80",
					     "\xBF",
					     "\xC0\x80",
					     "\xC1\xBF",
					     "\xC3",
					     "\xC3(",
					     "\xE2\x82",
					     "\xE0\x80\x80",
					     "\xED\xA0\x80",
					     "\xF0\x80\x80\x80",
					     "\xF4\x90\x80\x80",
					     "\xF5\x80\x80\x80",
					     "\xFF",
					     "\xF0\x9F\x90" };
	unsigned int c;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		cr_assert_eq(utf8_next(wrong[i], &c), 1, "%zu", i);
		cr_assert_eq(c, 0xFFFD);
	}
}

Test(utf8, what_would_break_a_line_is_a_space)
{
	check_clean("", "");
	check_clean("a\tb\nc\x7F", "a b c ");
	check_clean("\033[2J", " [2J");
	check_clean("\xC2\x9B\xC2\x85|\u2028|\u2029|", "  | | |");
	check_clean("\u00fc\u86C7\U0001F40D", "\u00fc\u86C7\U0001F40D");
	check_clean("a\xFFz", "a\uFFFDz");
}
