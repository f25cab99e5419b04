/*
 * str.c - the code points of a str, of every kind and width that CPython has had.
 *
 * PEP 393 (Include/cpython/unicodeobject.h, 3.3 and later): the word at unicode_state holds kind
 * (3 bits), compact and ascii next to each other. A compact str has its characters behind its
 * header (PyASCIIObject for ASCII, else PyCompactUnicodeObject); others, such as instances of
 * subclasses, have a pointer to them in PyUnicodeObject.data. Kind 0 is a str made by the old API
 * that nobody has looked at yet, until 3.11: wchar_t (4 bytes on Linux) at wstr.
 * 2.7 (Include/unicodeobject.h): a pointer to units of 2 or 4 bytes.
 */
#include "str.h"

#include <string.h>

#include "python/object.h"

enum {
	HEADER_MAX = 128, /* PyUnicodeObject takes 80 bytes, 96 in free-threaded debug builds */
	KIND_MASK = 7,
	COMPACT_BIT = 3, /* counted from the kind's lowest bit */
	ASCII_BIT = 4,
	WCHAR_BYTES = 4,
};

static uint64_t word_at(const uint8_t *header, int32_t offset)
{
	uint64_t word;

	memcpy(&word, header + offset, sizeof(word));
	return word;
}

/* 2.7: PyUnicodeObject. */
static struct error *init_py2(const struct py_layout *layout, const uint8_t *header,
			      struct str_points *points)
{
	points->length = word_at(header, layout->unicode_length);
	points->next = word_at(header, layout->unicode_data);
	points->unit_size = (unsigned int)layout->unicode_unit_size;
	points->has_pairs = points->unit_size == 2;
	return NULL;
}

/* A str of which only wchar_t characters exist. */
static struct error *init_wchar(const struct py_layout *layout, const uint8_t *header,
				struct str_points *points)
{
	if (layout->unicode_wstr < 0 || layout->unicode_wstr_length < 0)
		return &error_torn;
	points->length = word_at(header, layout->unicode_wstr_length);
	points->next = word_at(header, layout->unicode_wstr);
	points->unit_size = WCHAR_BYTES;
	return NULL;
}

static struct error *init_pep393(const struct py_layout *layout, uint64_t object,
				 const uint8_t *header, struct str_points *points)
{
	uint32_t state;
	unsigned int kind;

	memcpy(&state, header + layout->unicode_state, sizeof(state));
	state >>= layout->unicode_kind_shift;
	kind = state & KIND_MASK;
	points->is_ascii = state >> ASCII_BIT & 1;
	if (kind == 0)
		return init_wchar(layout, header, points);
	if ((kind != 1 && kind != 2 && kind != 4) || (points->is_ascii && kind != 1))
		return &error_torn;
	points->length = word_at(header, layout->unicode_length);
	points->unit_size = kind;
	if (!(state >> COMPACT_BIT & 1))
		points->next = word_at(header, layout->unicode_data);
	else if (points->is_ascii)
		points->next = object + (uint64_t)layout->unicode_ascii_size;
	else
		points->next = object + (uint64_t)layout->unicode_compact_size;
	return NULL;
}

/*
 * The header is read as far as PyUnicodeObject.data. A compact str may be shorter than that, and
 * its page the last: then only the part that every str has.
 */
static struct error *read_header(const struct py_view *view, uint64_t object,
				 uint8_t header[HEADER_MAX])
{
	const struct py_layout *layout = view->layout;
	size_t full = (size_t)layout->unicode_data + sizeof(uint64_t);
	size_t least = layout->str_shape == STR_PY2 ? full : (size_t)layout->unicode_ascii_size;
	struct mem_range ranges[2] = {
		{ .addr = object, .len = least, .buf = header },
		{ .addr = object + least, .len = full - least, .buf = header + least },
	};
	struct error *err;

	if (full > HEADER_MAX || least > full)
		return &error_torn;
	memset(header, 0, HEADER_MAX);
	err = mem_readv(view->mem, ranges, 2);
	if (err)
		return err;
	if (!ranges[1].ok)
		memset(header + least, 0, full - least);
	return ranges[0].ok ? NULL : &error_fault;
}

struct error *str_points_init(const struct py_view *view, uint64_t object, struct str_points *ret)
{
	const struct py_layout *layout = view->layout;
	uint8_t header[HEADER_MAX];
	struct error *err;

	err = read_header(view, object, header);
	if (err)
		return err;
	*ret = (struct str_points) {
		.view = view,
		.type = word_at(header, layout->object_type),
	};
	if (layout->str_shape == STR_PY2)
		err = init_py2(layout, header, ret);
	else
		err = init_pep393(layout, object, header, ret);
	if (err)
		return err;
	if (ret->length > INT64_MAX / 4)
		return &error_torn;
	ret->left = ret->length;
	return NULL;
}

/* The next chunk of units, and with the first one the flags of the type. */
static struct error *fill(struct str_points *points)
{
	const struct py_layout *layout = points->view->layout;
	uint64_t units = STR_CHUNK_BYTES / points->unit_size, flags = 0;
	struct mem_range ranges[2];
	struct error *err;

	if (units > points->left)
		units = points->left;
	ranges[0] = (struct mem_range) {
		.addr = points->next,
		.len = units * points->unit_size,
		.buf = points->chunk,
	};
	ranges[1] = (struct mem_range) {
		.addr = points->type + (uint64_t)layout->type_flags,
		.len = sizeof(flags),
		.buf = &flags,
	};
	err = mem_readv(points->view->mem, ranges, points->type ? 2 : 1);
	if (err)
		return err;
	if (points->type && ranges[1].ok && !(flags & TYPE_UNICODE))
		return &error_torn;
	if (!ranges[0].ok || (points->type && !ranges[1].ok))
		return &error_fault;
	points->type = 0;
	points->next += units * points->unit_size;
	points->left -= units;
	points->count = (size_t)units;
	points->at = 0;
	return NULL;
}

/* One unit; *end where there is none any more. */
static struct error *next_unit(struct str_points *points, uint32_t *ret, bool *end)
{
	const uint8_t *unit;

	*end = false;
	if (points->at == points->count && (points->left || points->type)) {
		struct error *err = fill(points);

		if (err)
			return err;
	}
	if (points->at == points->count) {
		*end = true;
		return NULL;
	}
	unit = points->chunk + points->at++ * points->unit_size;
	*ret = 0;
	memcpy(ret, unit, points->unit_size);
	return NULL;
}

struct error *str_points_next(struct str_points *points, uint32_t *ret, bool *end)
{
	struct error *err;
	uint32_t low;
	bool no_more;

	err = next_unit(points, ret, end);
	if (err || *end)
		return err;
	if (*ret > 0x10FFFF || (points->is_ascii && *ret > 0x7F))
		return &error_torn;
	if (!points->has_pairs || *ret < 0xD800 || *ret > 0xDBFF)
		return NULL;
	err = next_unit(points, &low, &no_more);
	if (err || no_more)
		return err;
	if (low < 0xDC00 || low > 0xDFFF)
		points->at--;
	else
		*ret = 0x10000 + ((*ret - 0xD800) << 10) + (low - 0xDC00);
	return NULL;
}
