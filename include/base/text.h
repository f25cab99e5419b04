/*
 * text.h - a string that is built piece by piece, with an upper bound where one is wanted.
 *
 * Running out of memory is remembered, not reported at each call: text_failed() at the end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *chars; /* NUL-terminated once anything was added; NULL before */
	size_t length, capacity;
	bool failed; /* memory ran out: what was added since is missing */
};

void text_init(struct text *text);
void text_deinit(struct text *text);
void text_clear(struct text *text); /* empty again, the memory is kept */

void text_add(struct text *text, const char *chars);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char c);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);

/* Code point as UTF-8; lone surrogates and values past U+10FFFF become U+FFFD. */
void text_add_utf8(struct text *text, unsigned int code_point);

/* The string, never NULL, borrowed until the next change. */
const char *text_chars(const struct text *text);

/* Hands the string over (caller frees); NULL when memory ran out. The text is empty then. */
char *text_take(struct text *text);

#endif
