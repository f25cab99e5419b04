/*
 * strings.h - texts that a form refers to by number: each once, numbered as they come.
 */
#ifndef OUTPUT_STRINGS_H
#define OUTPUT_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"

struct strings {
	ARRAY(const char *) items;
	struct string_entry *index;
	struct text scratch;
};

/*
 * The number of these characters, made harmless: valid UTF-8, control characters are blanks.
 * &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *strings_add(struct strings *strings,
							      const char *chars, uint32_t *ret);
void strings_deinit(struct strings *strings);

#endif
