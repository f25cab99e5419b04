/*
 * int.c - an int of any size.
 *
 * A long (Include/cpython/longintrepr.h) is an array of digits of 30 (or 15) bits, lowest first,
 * each in 4 (2) bytes. Until 3.11 ob_size is their number, negative for a negative value;
 * since 3.12 lv_tag is the number << 3 with the sign in its low two bits: 0 positive, 1 zero, 2
 * negative. The int of 2.7 is a C long.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/object.h"

enum {
	DIGITS_MAX = 1024, /* 9,200 decimal digits: time to convert grows with the square, 2 ms */
	TYPE_INT_PY2 = 1 << 23, /* Py_TPFLAGS_INT_SUBCLASS, 2.7 */
	TAG_SIGN_MASK = 3,
	TAG_ZERO = 1,
	TAG_NEGATIVE = 2,
	TAG_SIZE_SHIFT = 3,
	DECIMAL_BASE = 1000000000,
	DECIMAL_DIGITS = 9, /* of that base */
};

/* An int before its digits are read; small ones, as 2.7 has them, are read at once. */
struct number {
	bool is_negative;
	bool is_word;   /* the value is `word`: an int of 2.7 */
	uint64_t word;  /* absolute value */
	uint64_t count; /* digits */
	uint64_t addr;  /* of the lowest digit */
	unsigned int digit_bits;
};

static uint64_t absolute(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static struct error *open_int_py2(const struct py_view *view, uint64_t object, struct number *ret)
{
	int64_t value;
	struct error *err;

	if (view->layout->int2_value < 0)
		return &error_torn;
	err = mem_read(view->mem, object + (uint64_t)view->layout->int2_value, &value,
		       sizeof(value));
	if (err)
		return err;
	ret->is_word = true;
	ret->is_negative = value < 0;
	ret->word = absolute(value);
	return NULL;
}

static struct error *open_size(const struct py_view *view, uint64_t object, struct number *ret)
{
	int64_t size;
	struct error *err;

	err = mem_read(view->mem, object + (uint64_t)view->layout->var_size, &size, sizeof(size));
	if (err)
		return err;
	ret->is_negative = size < 0;
	ret->count = absolute(size);
	return NULL;
}

static struct error *open_tag(const struct py_view *view, uint64_t object, struct number *ret)
{
	uint64_t tag;
	struct error *err;

	err = mem_read_u64(view->mem, object + (uint64_t)view->layout->long_tag, &tag);
	if (err)
		return err;
	if ((tag & TAG_SIGN_MASK) == TAG_SIGN_MASK)
		return &error_torn;
	ret->is_negative = (tag & TAG_SIGN_MASK) == TAG_NEGATIVE;
	ret->count = (tag & TAG_SIGN_MASK) == TAG_ZERO ? 0 : tag >> TAG_SIZE_SHIFT;
	return NULL;
}

static struct error *open_int(const struct py_view *view, uint64_t object, struct number *ret)
{
	const struct py_layout *layout = view->layout;
	uint64_t type, flags;
	struct error *err;

	err = mem_read_u64(view->mem, object + (uint64_t)layout->object_type, &type);
	if (!err)
		err = mem_read_u64(view->mem, type + (uint64_t)layout->type_flags, &flags);
	if (err)
		return err;
	*ret = (struct number) { .digit_bits = (unsigned int)layout->long_digit_bits };
	if (layout->int_shape == INT_PY2 && flags & TYPE_INT_PY2)
		return open_int_py2(view, object, ret);
	if (!(flags & TYPE_LONG) || layout->long_digits < 0)
		return &error_torn;
	ret->addr = object + (uint64_t)layout->long_digits;
	err = layout->int_shape == INT_TAG ? open_tag(view, object, ret)
					   : open_size(view, object, ret);
	if (!err && ret->count > INT64_MAX / 64)
		err = &error_torn;
	return err;
}

/* Digits from `first` on, each widened to 32 bits. */
static struct error *read_digits(const struct py_view *view, const struct number *number,
				 uint64_t first, uint32_t *digits, size_t count)
{
	size_t bytes = number->digit_bits == 15 ? 2 : 4;
	struct error *err;

	err = mem_read(view->mem, number->addr + first * bytes, digits, count * bytes);
	if (err)
		return err;
	for (size_t i = count; bytes == 2 && i-- > 0;) {
		uint16_t digit;

		memcpy(&digit, (const uint8_t *)digits + i * bytes, bytes);
		digits[i] = digit;
	}
	for (size_t i = 0; i < count; i++) {
		if (digits[i] >> number->digit_bits)
			return &error_torn;
	}
	return NULL;
}

/* To base 10^9, lowest first, as long_to_decimal_string() does; returns their number. */
static size_t to_decimal(const uint32_t *digits, size_t count, unsigned int digit_bits,
			 uint32_t *decimal)
{
	size_t size = 0;

	for (size_t i = count; i-- > 0;) {
		uint64_t carry = digits[i];

		for (size_t j = 0; j < size; j++) {
			carry += (uint64_t)decimal[j] << digit_bits;
			decimal[j] = (uint32_t)(carry % DECIMAL_BASE);
			carry /= DECIMAL_BASE;
		}
		for (; carry; carry /= DECIMAL_BASE)
			decimal[size++] = (uint32_t)(carry % DECIMAL_BASE);
	}
	return size;
}

/* Characters as they are, or the first max of them and "...". */
static void add_shortened(struct text *text, const char *chars, size_t length, size_t max)
{
	text_add_bytes(text, chars, length < max ? length : max);
	if (length > max)
		text_add(text, "...");
}

static void add_word(const struct number *number, size_t max, struct text *text)
{
	char chars[32];
	int length = snprintf(chars, sizeof(chars), "%" PRIu64, number->word);

	add_shortened(text, chars, (size_t)length, max);
}

static struct error *add_decimal(const struct py_view *view, const struct number *number,
				 size_t max, struct text *text)
{
	CLEANUP(text_deinit)
	struct text all;
	uint32_t digits[DIGITS_MAX];
	uint32_t decimal[DIGITS_MAX * 30 / 29 + 2]; /* 10^9 has more than 29 bits */
	size_t size;
	struct error *err;

	text_init(&all);
	err = read_digits(view, number, 0, digits, number->count);
	if (err)
		return err;
	size = to_decimal(digits, number->count, number->digit_bits, decimal);
	text_addf(&all, "%" PRIu32, size ? decimal[--size] : 0);
	while (size)
		text_addf(&all, "%0*" PRIu32, DECIMAL_DIGITS, decimal[--size]);
	add_shortened(text, text_chars(&all), all.length, max);
	return all.failed ? &error_nomem : NULL;
}

/* The highest bits of an int that is too large for decimal, in hexadecimal. */
static struct error *add_hexadecimal(const struct py_view *view, const struct number *number,
				     size_t max, struct text *text)
{
	enum { READ = 16, SHOWN = 32 }; /* digits of the int; of those that are shown */
	uint64_t first = number->count - READ, bit = number->count * number->digit_bits;
	uint32_t digits[READ];
	char shown[SHOWN + 1];
	size_t length = 0;
	struct error *err;

	err = read_digits(view, number, first, digits, READ);
	if (err)
		return err;
	for (bit = (bit + 3) / 4 * 4; length < SHOWN && bit > first * number->digit_bits + 4;) {
		unsigned int nibble = 0;

		for (unsigned int i = 0; i < 4; i++) {
			uint64_t index = --bit / number->digit_bits;

			nibble <<= 1;
			if (index < number->count)
				nibble |= digits[index - first] >> bit % number->digit_bits & 1;
		}
		if (nibble || length)
			shown[length++] = "0123456789abcdef"[nibble];
	}
	text_add(text, "0x");
	text_add_bytes(text, shown, length < max ? length : max);
	text_add(text, "...");
	return NULL;
}

struct error *int_read(const struct py_view *view, uint64_t object, size_t max, struct text *text)
{
	CLEANUP(text_deinit) struct text digits;
	struct number number;
	struct error *err;

	text_init(&digits);
	err = open_int(view, object, &number);
	if (err)
		return err;

	if (number.is_word)
		add_word(&number, max, &digits);
	else if (number.count > DIGITS_MAX)
		err = add_hexadecimal(view, &number, max, &digits);
	else
		err = add_decimal(view, &number, max, &digits);
	if (err)
		return err;
	text_addf(text, "%s%s", number.is_negative ? "-" : "", text_chars(&digits));
	if (digits.failed)
		return &error_nomem;
	return text->failed ? &error_nomem : NULL;
}

struct error *int_read_u64(const struct py_view *view, uint64_t object, uint64_t *ret)
{
	enum { COUNT_MAX = 5 }; /* digits of 15 bits */
	uint32_t digits[COUNT_MAX];
	struct number number;
	uint64_t value = 0;
	struct error *err;

	err = open_int(view, object, &number);
	if (err)
		return err;
	if (number.is_word) {
		value = number.word;
	} else if (number.count > COUNT_MAX) {
		return &error_torn;
	} else {
		err = read_digits(view, &number, 0, digits, number.count);
		if (err)
			return err;
	}
	for (size_t i = number.count; i-- > 0;) {
		if (value >> (64 - number.digit_bits))
			return &error_torn;
		value = value << number.digit_bits | digits[i];
	}
	if (number.is_negative && value)
		return &error_torn;
	*ret = value;
	return NULL;
}
