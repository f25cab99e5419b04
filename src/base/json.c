/*
 * json.c - yajl's generator, its output straight into the stream.
 *
 * yajl_gen_number() takes characters as they are: what makes a number quick, and a value that was
 * written before possible.
 */
#include "base/json.h"

#include <string.h>

#include "base/utf8.h"

enum {
	NUMBER_MAX = 24,         /* "-9223372036854775808" or "0.000000018446744073709551615" */
	DECIMAL_DIGITS_MAX = 18, /* of 10^digits in 64 bits */
};

static void print(void *context, const char *chars, size_t length)
{
	struct json *json = context;
	const char *less;

	/* outside of strings JSON has none */
	while (json->in_page && (less = memchr(chars, '<', length))) {
		fwrite_unlocked(chars, 1, (size_t)(less - chars), json->file);
		fputs_unlocked("\\u003c", json->file);
		length -= (size_t)(less + 1 - chars);
		chars = less + 1;
	}
	fwrite_unlocked(chars, 1, length, json->file);
}

struct error *json_init(struct json *json, FILE *file, const char *indent)
{
	*json = (struct json) { .gen = yajl_gen_alloc(NULL), .file = file };
	if (!json->gen)
		return &error_nomem;
	yajl_gen_config(json->gen, yajl_gen_print_callback, print, json);
	if (indent) {
		yajl_gen_config(json->gen, yajl_gen_beautify, 1);
		yajl_gen_config(json->gen, yajl_gen_indent_string, indent);
	}
	return NULL;
}

void json_deinit(struct json *json)
{
	if (json->gen)
		yajl_gen_free(json->gen);
	json->gen = NULL;
	text_deinit(&json->scratch);
}

struct error *json_finish(struct json *json)
{
	if (json->scratch.failed)
		return &error_nomem;
	if (json->failed)
		return error_create(ERROR_OTHER, "a value where JSON has no place for one");
	return NULL;
}

static void check(struct json *json, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		json->failed = true;
}

static void put_key(struct json *json, const char *key)
{
	if (key)
		check(json, yajl_gen_string(json->gen, (const unsigned char *)key, strlen(key)));
}

void json_open(struct json *json, const char *key)
{
	put_key(json, key);
	check(json, yajl_gen_map_open(json->gen));
}

void json_close(struct json *json)
{
	check(json, yajl_gen_map_close(json->gen));
}

void json_open_array(struct json *json, const char *key)
{
	put_key(json, key);
	check(json, yajl_gen_array_open(json->gen));
}

void json_close_array(struct json *json)
{
	check(json, yajl_gen_array_close(json->gen));
}

static void put_scratch(struct json *json, const char *key)
{
	put_key(json, key);
	check(json, yajl_gen_string(json->gen, (const unsigned char *)text_chars(&json->scratch),
				    json->scratch.length));
}

void json_string(struct json *json, const char *key, const char *chars)
{
	unsigned int c;

	if (!chars) {
		json_null(json, key);
		return;
	}
	text_clear(&json->scratch);
	while (*chars) {
		chars += utf8_next(chars, &c);
		text_add_utf8(&json->scratch, c);
	}
	put_scratch(json, key);
}

void json_clean(struct json *json, const char *key, const char *chars)
{
	text_clear(&json->scratch);
	text_add_clean(&json->scratch, chars);
	put_scratch(json, key);
}

/* Digits of value before end, at least `least` of them; where they begin. */
static char *digits_before(char *end, uint64_t value, unsigned int least)
{
	char *start = end;

	while (value || (unsigned int)(end - start) < least) {
		*--start = (char)('0' + value % 10);
		value /= 10;
	}
	return start;
}

void json_integer(struct json *json, const char *key, int64_t value)
{
	char buf[NUMBER_MAX], *end = buf + sizeof(buf), *start;

	start = digits_before(end, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
	if (value < 0)
		*--start = '-';
	json_raw(json, key, start, (size_t)(end - start));
}

void json_unsigned(struct json *json, const char *key, uint64_t value)
{
	char buf[NUMBER_MAX], *end = buf + sizeof(buf), *start = digits_before(end, value, 1);

	json_raw(json, key, start, (size_t)(end - start));
}

void json_bool(struct json *json, const char *key, bool value)
{
	put_key(json, key);
	check(json, yajl_gen_bool(json->gen, value));
}

void json_null(struct json *json, const char *key)
{
	put_key(json, key);
	check(json, yajl_gen_null(json->gen));
}

void json_decimal(struct json *json, const char *key, uint64_t value, unsigned int digits)
{
	char buf[NUMBER_MAX], *end = buf + sizeof(buf), *start;
	uint64_t one = 1;
	unsigned int i;

	for (i = 0; i < digits && i < DECIMAL_DIGITS_MAX; i++)
		one *= 10;
	for (; digits && value % 10 == 0; digits--, one /= 10)
		value /= 10;
	if (!digits) {
		json_unsigned(json, key, value);
		return;
	}
	start = digits_before(end, value % one, digits);
	*--start = '.';
	start = digits_before(start, value / one, 1);
	json_raw(json, key, start, (size_t)(end - start));
}

void json_raw(struct json *json, const char *key, const char *chars, size_t length)
{
	put_key(json, key);
	check(json, yajl_gen_number(json->gen, chars, length));
}

void json_line_end(struct json *json)
{
	putc_unlocked('\n', json->file);
}

void json_next_line(struct json *json)
{
	yajl_gen_reset(json->gen, NULL);
	json_line_end(json);
}
