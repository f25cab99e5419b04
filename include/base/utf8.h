/*
 * utf8.h - strings of a target that are to be shown: decoded, and made harmless.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * The code point at chars (NUL-terminated, not empty) and how many bytes it takes. Bytes that are
 * no UTF-8 are U+FFFD, one byte at a time.
 */
size_t utf8_next(const char *chars, unsigned int *ret);

/* C0 and C1 controls, and the separators of lines and paragraphs: what would break a line. */
bool utf8_is_control(unsigned int code_point);

/* Appends chars as valid UTF-8 without control characters: each becomes a space. */
void text_add_clean(struct text *text, const char *chars);

#endif
