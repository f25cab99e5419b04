/*
 * fake_objects.c - Python objects in a fake target's memory, as each version lays them out.
 */
#include "support/fake_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/object.h"

enum { INT_PY2_FLAG = 1 << 23, TYPE_BYTES_LEAST = 2048 /* a heap type with room */ };

static uint64_t type_flags(const struct fake *py, const char *name)
{
	bool py2 = py->layout.str_shape == STR_PY2;
	const struct {
		const char *name;
		uint64_t flags;
	} known[] = {
		{ "int", py2 ? (uint64_t)INT_PY2_FLAG : TYPE_LONG },
		{ "bool", py2 ? (uint64_t)INT_PY2_FLAG : TYPE_LONG },
		{ "long", TYPE_LONG },
		{ "list", TYPE_LIST },
		{ "tuple", TYPE_TUPLE },
		{ "bytes", TYPE_BYTES },
		{ "str", py2 ? TYPE_BYTES : TYPE_UNICODE },
		{ "unicode", TYPE_UNICODE },
		{ "dict", TYPE_DICT },
		{ "type", TYPE_TYPE },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcmp(known[i].name, name))
			return known[i].flags;
	}
	return 0;
}

static uint64_t make_type(struct fake *py, const char *name, uint64_t flags)
{
	const struct py_layout *layout = &py->layout;
	uint64_t type = fake_alloc(py, TYPE_BYTES_LEAST), chars = fake_alloc(py, strlen(name) + 1);

	fake_put(py, chars, 0, name, strlen(name));
	fake_put_u64(py, type, layout->type_name, chars);
	fake_put_u64(py, type, layout->type_flags, flags);
	fake_put_u64(py, type, layout->type_basicsize, (uint64_t)layout->object_size);
	return type;
}

uint64_t fake_type(struct fake *py, const char *name)
{
	struct fake_known_type *known;

	for (size_t i = 0; i < py->type_count; i++) {
		if (!strcmp(py->types[i].name, name))
			return py->types[i].addr;
	}
	if (py->type_count == FAKE_TYPES_MAX) {
		fprintf(stderr, "fake target: too many types\n");
		abort();
	}
	known = &py->types[py->type_count++];
	known->name = name;
	known->addr = make_type(py, name, type_flags(py, name));
	fake_put_u64(py, known->addr, py->layout.object_type, fake_type(py, "type"));
	return known->addr;
}

uint64_t fake_class(struct fake *py, const char *name, uint64_t flags)
{
	uint64_t type = make_type(py, name, flags);

	fake_put_u64(py, type, py->layout.object_type, fake_type(py, "type"));
	return type;
}

uint64_t fake_object(struct fake *py, uint64_t type, size_t size)
{
	uint64_t object = fake_alloc(py, size);

	fake_put_u64(py, object, py->layout.object_type, type);
	return object;
}

static uint64_t plain_object(struct fake *py, const char *type, size_t size)
{
	return fake_object(py, fake_type(py, type), (size_t)py->layout.object_size + size);
}

uint64_t fake_none(struct fake *py)
{
	if (!py->none)
		py->none = plain_object(py, "NoneType", 0);
	return py->none;
}

uint64_t fake_int_digits(struct fake *py, bool is_negative, const uint32_t *digits, size_t count)
{
	const struct py_layout *layout = &py->layout;
	uint64_t type = fake_type(py, layout->int_shape == INT_PY2 ? "long" : "int");
	uint64_t object = fake_object(py, type, (size_t)layout->long_digits + count * 4 + 8);
	uint64_t sign = !count ? 1 : is_negative ? 2 : 0;

	if (layout->int_shape == INT_TAG)
		fake_put_u64(py, object, layout->long_tag, (uint64_t)count << 3 | sign);
	else
		fake_put_u64(py, object, layout->var_size,
			     is_negative ? -(uint64_t)count : (uint64_t)count);
	for (size_t i = 0; i < count; i++) {
		size_t bytes = layout->long_digit_bits == 15 ? 2 : 4;

		fake_put(py, object, layout->long_digits + (int32_t)(i * bytes), &digits[i], bytes);
	}
	return object;
}

static uint64_t int_of_type(struct fake *py, const char *type, int64_t value)
{
	uint64_t absolute = value < 0 ? -(uint64_t)value : (uint64_t)value, object;
	unsigned int bits = (unsigned int)py->layout.long_digit_bits;
	uint32_t digits[5];
	size_t count = 0;

	if (py->layout.int_shape == INT_PY2) {
		object = plain_object(py, type, 8);
		fake_put_u64(py, object, py->layout.int2_value, (uint64_t)value);
		return object;
	}
	for (; absolute; absolute >>= bits)
		digits[count++] = (uint32_t)(absolute & ((1U << bits) - 1));
	object = fake_int_digits(py, value < 0, digits, count);
	fake_put_u64(py, object, py->layout.object_type, fake_type(py, type));
	return object;
}

uint64_t fake_int(struct fake *py, int64_t value)
{
	return int_of_type(py, "int", value);
}

uint64_t fake_bool(struct fake *py, bool value)
{
	return int_of_type(py, "bool", value);
}

uint64_t fake_float(struct fake *py, double value)
{
	uint64_t object = plain_object(py, "float", sizeof(value));

	fake_put(py, object, py->layout.float_value, &value, sizeof(value));
	return object;
}

uint64_t fake_complex(struct fake *py, double real, double imag)
{
	uint64_t object = plain_object(py, "complex", 2 * sizeof(real));

	fake_put(py, object, py->layout.complex_value, &real, sizeof(real));
	fake_put(py, object, py->layout.complex_value + 8, &imag, sizeof(imag));
	return object;
}

static uint64_t bytes_of_type(struct fake *py, const char *type, const void *bytes, size_t size)
{
	const struct py_layout *layout = &py->layout;
	uint64_t object =
		fake_object(py, fake_type(py, type), (size_t)layout->bytes_value + size + 1);

	fake_put_u64(py, object, layout->var_size, size);
	fake_put(py, object, layout->bytes_value, bytes, size);
	return object;
}

uint64_t fake_bytes(struct fake *py, const void *bytes, size_t size)
{
	return bytes_of_type(py, py->layout.str_shape == STR_PY2 ? "str" : "bytes", bytes, size);
}

uint64_t fake_bytearray(struct fake *py, const void *bytes, size_t size)
{
	uint64_t object = plain_object(py, "bytearray", 64), chars = fake_alloc(py, size + 1);

	fake_put(py, chars, 0, bytes, size);
	fake_put_u64(py, object, py->layout.var_size, size);
	fake_put_u64(py, object, py->layout.bytearray_start, chars);
	return object;
}

uint64_t fake_str(struct fake *py, const char *ascii)
{
	size_t length = strlen(ascii);
	const struct py_layout *layout = &py->layout;
	uint64_t object;

	if (layout->str_shape == STR_PY2)
		return fake_bytes(py, ascii, length);
	object = fake_object(py, fake_type(py, "str"),
			     (size_t)layout->unicode_ascii_size + length + 1);
	fake_put_u64(py, object, layout->unicode_length, length);
	fake_put_u32(py, object, layout->unicode_state,
		     (1U | 1U << 3 | 1U << 4) << layout->unicode_kind_shift);
	fake_put(py, object, layout->unicode_ascii_size, ascii, length);
	return object;
}

bool fake_has_str_kind(const struct fake *py, enum fake_str_kind kind)
{
	if (py->layout.str_shape == STR_PY2)
		return kind == FAKE_UCS4;
	return kind != FAKE_WCHAR || py->layout.unicode_wstr >= 0;
}

/* 2.7: a pointer to units of 2 or 4 bytes. */
static uint64_t unicode_py2(struct fake *py, const uint32_t *points, size_t count)
{
	const struct py_layout *layout = &py->layout;
	uint64_t chars = fake_alloc(py, count * 4 + 4), object;
	int32_t unit = layout->unicode_unit_size, at = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t units[2] = { points[i] }, pieces = 1;

		if (unit == 2 && points[i] > 0xFFFF) {
			units[0] = 0xD800 + ((points[i] - 0x10000) >> 10);
			units[1] = 0xDC00 + ((points[i] - 0x10000) & 0x3FF);
			pieces = 2;
		}
		for (uint32_t j = 0; j < pieces; j++, at += unit)
			fake_put(py, chars, at, &units[j], (size_t)unit);
	}
	object = fake_object(py, fake_type(py, "unicode"), (size_t)layout->unicode_data + 32);
	fake_put_u64(py, object, layout->unicode_length, (uint64_t)(at / unit));
	fake_put_u64(py, object, layout->unicode_data, chars);
	return object;
}

uint64_t fake_unicode(struct fake *py, enum fake_str_kind kind, const uint32_t *points,
		      size_t count)
{
	static const struct {
		uint32_t kind;
		int32_t unit;
		bool compact, ascii;
	} kinds[FAKE_STR_KINDS] = {
		[FAKE_ASCII] = { 1, 1, true, true },
		[FAKE_LATIN1] = { 1, 1, true, false },
		[FAKE_UCS2] = { 2, 2, true, false },
		[FAKE_UCS4] = { 4, 4, true, false },
		[FAKE_LEGACY_ASCII] = { 1, 1, false, true },
		[FAKE_LEGACY_UCS2] = { 2, 2, false, false },
		[FAKE_WCHAR] = { 0, 4, false, false },
	};
	const struct py_layout *layout = &py->layout;
	uint64_t object, chars;

	if (layout->str_shape == STR_PY2)
		return unicode_py2(py, points, count);
	object = fake_object(py, fake_type(py, "str"),
			     (size_t)layout->unicode_data + 32 + count * 4 + 4);
	fake_put_u32(py, object, layout->unicode_state,
		     (kinds[kind].kind | (uint32_t)kinds[kind].compact << 3 |
		      (uint32_t)kinds[kind].ascii << 4)
			     << layout->unicode_kind_shift);
	if (kinds[kind].compact)
		chars = object + (uint64_t)(kinds[kind].ascii ? layout->unicode_ascii_size
							      : layout->unicode_compact_size);
	else
		chars = fake_alloc(py, count * 4 + 4);
	if (kind == FAKE_WCHAR) {
		fake_put_u64(py, object, layout->unicode_wstr, chars);
		fake_put_u64(py, object, layout->unicode_wstr_length, count);
	} else {
		fake_put_u64(py, object, layout->unicode_length, count);
		if (!kinds[kind].compact)
			fake_put_u64(py, object, layout->unicode_data, chars);
	}
	for (size_t i = 0; i < count; i++)
		fake_put(py, chars, (int32_t)i * kinds[kind].unit, &points[i],
			 (size_t)kinds[kind].unit);
	return object;
}

uint64_t fake_tuple(struct fake *py, const uint64_t *items, size_t count)
{
	const struct py_layout *layout = &py->layout;
	uint64_t object =
		fake_object(py, fake_type(py, "tuple"), (size_t)layout->tuple_items + count * 8);

	fake_put_u64(py, object, layout->var_size, count);
	fake_put(py, object, layout->tuple_items, items, count * 8);
	return object;
}

uint64_t fake_list(struct fake *py, const uint64_t *items, size_t count)
{
	uint64_t object = plain_object(py, "list", 64), array = fake_alloc(py, count * 8);

	fake_put_u64(py, object, py->layout.var_size, count);
	fake_put_u64(py, object, py->layout.list_items, array);
	fake_put(py, array, 0, items, count * 8);
	return object;
}

uint64_t fake_cell(struct fake *py, uint64_t value)
{
	uint64_t object = plain_object(py, "cell", 16);

	fake_put_u64(py, object, py->layout.cell_ref, value);
	return object;
}

uint64_t fake_function(struct fake *py, const char *qualname)
{
	uint64_t object = plain_object(py, "function", 200);

	fake_put_u64(py, object, py->layout.function_qualname, fake_str(py, qualname));
	return object;
}

uint64_t fake_exception(struct fake *py, const char *type, const uint64_t *args, size_t count)
{
	uint64_t object = fake_object(py, fake_class(py, type, TYPE_EXCEPTION), 256);

	fake_put_u64(py, object, py->layout.exception_args, fake_tuple(py, args, count));
	return object;
}
