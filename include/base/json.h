/*
 * json.h - a pen that writes JSON into a stream while it is made (yajl underneath).
 *
 * Text is valid UTF-8 whatever comes: bytes that are none become U+FFFD. An error (memory, or a
 * value where JSON has none) is remembered, and told by json_finish(); what the stream could not
 * take is for its owner to ask the stream.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <yajl/yajl_gen.h>

#include "base/error.h"
#include "base/text.h"

struct json {
	yajl_gen gen;
	FILE *file; /* borrowed */
	struct text scratch;
	bool in_page; /* for a <script> of a page: "<" is written \u003c, so that none ends it */
	bool failed;
};

/* indent: what each level is indented by ("  "); NULL for no blanks and line ends at all. */
__attribute__((warn_unused_result)) struct error *json_init(struct json *json, FILE *file,
							    const char *indent);
void json_deinit(struct json *json);

/* Did all of it go well? &error_nomem, ERROR_OTHER. */
__attribute__((warn_unused_result)) struct error *json_finish(struct json *json);

void json_open(struct json *json, const char *key); /* an object; key NULL: in an array, or alone */
void json_close(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);

/* The values: as the member `key` of an object, or, key NULL, the next of an array. */
void json_string(struct json *json, const char *key, const char *chars); /* chars NULL: null */
/* The same on one line and harmless in a terminal: control characters become blanks. */
void json_clean(struct json *json, const char *key, const char *chars);
void json_integer(struct json *json, const char *key, int64_t value);
void json_unsigned(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/* value / 10^digits, exactly: json_decimal(json, key, 1500, 3) is 1.5. digits at most 18. */
void json_decimal(struct json *json, const char *key, uint64_t value, unsigned int digits);
/* A value that the caller has written as JSON before; length bytes. */
void json_raw(struct json *json, const char *key, const char *chars, size_t length);

/* A line end between two values, where a file without indentation wants some. */
void json_line_end(struct json *json);

/* The value is whole: another one begins on the next line (JSON Lines). */
void json_next_line(struct json *json);

#endif
