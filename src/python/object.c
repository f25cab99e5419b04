/*
 * object.c - one object: its type, the text of a str, the bytes of a bytes.
 *
 * Offsets come from the layout, the rest from the target, which may lie: lengths are bounded before
 * anything is allocated for them, and a type must say that it is what the reader expects.
 */
#include "python/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "str.h"

enum {
	TYPE_BYTES_MAX = 1024,        /* PyTypeObject takes 424 bytes, free-threaded 440 */
	STR_POINTS_MAX = 1024 * 1024, /* more text than anybody looks at */
	BYTES_MAX = 64 << 20,         /* the line table of a module of ten million lines */
	UTF8_BYTES_MAX = 4,           /* of one code point */
};

/* A word of a structure; 0 where this version has no such member. */
static uint64_t word_at(const uint8_t *object, int32_t offset)
{
	uint64_t word = 0;

	if (offset >= 0)
		memcpy(&word, object + offset, sizeof(word));
	return word;
}

struct error *type_read(const struct py_view *view, uint64_t addr, struct py_type *ret)
{
	const struct py_layout *layout = view->layout;
	struct py_type found = { .addr = addr };
	uint8_t type[TYPE_BYTES_MAX];
	struct error *err;

	if (layout->type_size < 0 || layout->type_size > TYPE_BYTES_MAX)
		return &error_torn;
	err = mem_read(view->mem, addr, type, (size_t)layout->type_size);
	if (err)
		return err;
	found.flags = word_at(type, layout->type_flags);
	found.basicsize = (int64_t)word_at(type, layout->type_basicsize);
	found.itemsize = (int64_t)word_at(type, layout->type_itemsize);
	found.dictoffset = (int64_t)word_at(type, layout->type_dictoffset);
	err = mem_read_cstr(view->mem, word_at(type, layout->type_name), found.name,
			    sizeof(found.name));
	if (!err)
		*ret = found;
	return err;
}

struct error *object_type(const struct py_view *view, uint64_t object, struct py_type *ret)
{
	uint64_t type;
	struct error *err;

	err = mem_read_u64(view->mem, object + (uint64_t)view->layout->object_type, &type);
	return err ? err : type_read(view, type, ret);
}

/* As a text was before something was added to it that turned out to be wrong. */
static void text_truncate(struct text *text, size_t length)
{
	if (text->chars && length < text->length) {
		text->length = length;
		text->chars[length] = '\0';
	}
}

/* A 2.7 str is bytes: shown as the UTF-8 that names and paths nearly always are. */
static struct error *read_py2_str(const struct py_view *view, uint64_t object, size_t max,
				  struct text *text, bool *cut)
{
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	size_t size, at = 0;
	struct error *err;

	err = bytes_read(view, object, max * UTF8_BYTES_MAX + 1, false, &bytes, &size);
	if (err)
		return err;
	for (; max && at < size; max--) {
		unsigned int point;

		at += utf8_next((const char *)bytes + at, &point);
		text_add_utf8(text, point);
	}
	*cut = at < size;
	return NULL;
}

static struct error *read_points(struct str_points *points, size_t max, struct text *text,
				 bool *cut)
{
	uint32_t point;
	bool end;

	for (size_t count = 0;; count++) {
		struct error *err = str_points_next(points, &point, &end);

		if (err)
			return err;
		*cut = !end;
		if (end || count == max)
			return NULL;
		text_add_utf8(text, point);
	}
}

/* 2.7 has two types of strings; which of them, the object's type says. */
static struct error *is_py2_str(const struct py_view *view, uint64_t object, bool *ret)
{
	uint64_t type, flags;
	struct error *err;

	*ret = false;
	if (view->layout->str_shape != STR_PY2)
		return NULL;
	err = mem_read_u64(view->mem, object + (uint64_t)view->layout->object_type, &type);
	if (!err)
		err = mem_read_u64(view->mem, type + (uint64_t)view->layout->type_flags, &flags);
	if (!err)
		*ret = flags & TYPE_BYTES;
	return err;
}

struct error *str_read(const struct py_view *view, uint64_t object, size_t max, struct text *text,
		       bool *cut)
{
	size_t before = text->length;
	struct str_points points;
	struct error *err;
	bool ignored, py2;

	if (!cut)
		cut = &ignored;
	if (max > STR_POINTS_MAX)
		max = STR_POINTS_MAX;
	err = is_py2_str(view, object, &py2);
	if (err)
		return err;
	if (py2) {
		err = read_py2_str(view, object, max, text, cut);
	} else {
		err = str_points_init(view, object, &points);
		if (!err)
			err = read_points(&points, max, text, cut);
	}
	if (!err && text->failed)
		err = &error_nomem;
	if (err)
		text_truncate(text, before);
	return err;
}

struct error *bytes_read(const struct py_view *view, uint64_t object, size_t max, bool whole,
			 uint8_t **ret, size_t *size)
{
	const struct py_layout *layout = view->layout;
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	uint64_t type, length, flags;
	struct mem_range header[2] = {
		{ object + (uint64_t)layout->object_type, sizeof(type), &type, false },
		{ object + (uint64_t)layout->var_size, sizeof(length), &length, false },
	};
	struct mem_range body[2];
	struct error *err;

	err = mem_readv(view->mem, header, 2);
	if (err)
		return err;
	if (!header[0].ok || !header[1].ok)
		return &error_fault;
	if (max > BYTES_MAX)
		max = BYTES_MAX;
	if (length > INT64_MAX || (whole && length > max))
		return &error_torn;
	if (length > max)
		length = max;
	bytes = malloc(length + 1);
	if (!bytes)
		return &error_nomem;
	body[0] =
		(struct mem_range) { object + (uint64_t)layout->bytes_value, length, bytes, false };
	body[1] = (struct mem_range) { type + (uint64_t)layout->type_flags, sizeof(flags), &flags,
				       false };
	err = mem_readv(view->mem, body, 2);
	if (err)
		return err;
	if (!body[0].ok || !body[1].ok)
		return &error_fault;
	if (!(flags & TYPE_BYTES))
		return &error_torn;
	bytes[length] = '\0';
	*ret = take_ptr(bytes);
	*size = length;
	return NULL;
}
