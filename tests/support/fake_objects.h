/*
 * fake_objects.h - Python objects in a fake target's memory, as each version lays them out.
 */
#ifndef TESTS_SUPPORT_FAKE_OBJECTS_H
#define TESTS_SUPPORT_FAKE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/fake.h"

/* The type of that name, made on first use; built-in types have the flags that they have. */
uint64_t fake_type(struct fake *py, const char *name);

/* A class with these tp_flags. tp_basicsize is the header's, there is no __dict__. */
uint64_t fake_class(struct fake *py, const char *name, uint64_t flags);

/* A zeroed object of `size` bytes, header included. */
uint64_t fake_object(struct fake *py, uint64_t type, size_t size);

uint64_t fake_none(struct fake *py);
uint64_t fake_bool(struct fake *py, bool value);
uint64_t fake_int(struct fake *py, int64_t value);
/* Digits of layout.long_digit_bits, lowest first; in 2.7 a long. */
uint64_t fake_int_digits(struct fake *py, bool is_negative, const uint32_t *digits, size_t count);
uint64_t fake_float(struct fake *py, double value);
uint64_t fake_complex(struct fake *py, double real, double imag);

/* A str as a name is: compact ASCII; in 2.7 the str that is bytes. */
uint64_t fake_str(struct fake *py, const char *ascii);

/* How the characters of a str are kept. In 2.7 there is only one way for unicode. */
enum fake_str_kind {
	FAKE_ASCII,
	FAKE_LATIN1,
	FAKE_UCS2,
	FAKE_UCS4,
	FAKE_LEGACY_ASCII, /* not compact: of a subclass, or made by the old API and used */
	FAKE_LEGACY_UCS2,
	FAKE_WCHAR, /* not compact, not ready: until 3.11 */
	FAKE_STR_KINDS,
};
bool fake_has_str_kind(const struct fake *py, enum fake_str_kind kind);
uint64_t fake_unicode(struct fake *py, enum fake_str_kind kind, const uint32_t *points,
		      size_t count);

uint64_t fake_bytes(struct fake *py, const void *bytes, size_t size);
uint64_t fake_bytearray(struct fake *py, const void *bytes, size_t size);
uint64_t fake_tuple(struct fake *py, const uint64_t *items, size_t count);
uint64_t fake_list(struct fake *py, const uint64_t *items, size_t count);

uint64_t fake_cell(struct fake *py, uint64_t value);
uint64_t fake_function(struct fake *py, const char *qualname);
uint64_t fake_exception(struct fake *py, const char *type, const uint64_t *args, size_t count);

#endif
