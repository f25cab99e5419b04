/*
 * render_text.c - text of the target inside a value: str, bytes, names; quoted and escaped.
 *
 * As unicode_repr() (Objects/unicodeobject.c) and bytes_repr() (Objects/bytesobject.c) do: quotes
 * are ' unless there are such and no ". 2.7 escapes all that is not ASCII. Characters that no
 * Unicode version has assigned are written as they are, where Python escapes them.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "render.h"
#include "str.h"

/* Not printable past ASCII: categories Cc, Cf, Cs, Co, Zl, Zp, Zs. */
static const struct {
	uint32_t first, last;
} not_printable[] = {
	{ 0x80, 0xA0 },       { 0xAD, 0xAD },       { 0x600, 0x605 },       { 0x61C, 0x61C },
	{ 0x6DD, 0x6DD },     { 0x70F, 0x70F },     { 0x890, 0x891 },       { 0x8E2, 0x8E2 },
	{ 0x1680, 0x1680 },   { 0x180E, 0x180E },   { 0x2000, 0x200F },     { 0x2028, 0x202F },
	{ 0x205F, 0x2064 },   { 0x2066, 0x206F },   { 0x3000, 0x3000 },     { 0xD800, 0xF8FF },
	{ 0xFEFF, 0xFEFF },   { 0xFFF9, 0xFFFB },   { 0x110BD, 0x110BD },   { 0x110CD, 0x110CD },
	{ 0x13430, 0x13438 }, { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A },   { 0xE0001, 0xE0001 },
	{ 0xE0020, 0xE007F }, { 0xF0000, 0xFFFFD }, { 0x100000, 0x10FFFD },
};

static bool is_printable(uint32_t point)
{
	if (point < 0x80)
		return point >= ' ' && point != 0x7F;
	for (size_t i = 0; i < sizeof(not_printable) / sizeof(not_printable[0]); i++) {
		if (point <= not_printable[i].last)
			return point < not_printable[i].first;
	}
	return true;
}

bool render_is_full(const struct render *render)
{
	return render->left <= 0;
}

void render_add(struct render *render, const char *ascii)
{
	text_add(render->text, ascii);
	render->left -= (int64_t)strlen(ascii);
}

void render_addf(struct render *render, const char *format, ...)
{
	char buf[128];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	render_add(render, buf);
}

/* One character; quote (0: none) is escaped too. */
static void add_point(struct render *render, uint32_t point, uint32_t quote, bool ascii_only)
{
	if (quote && (point == quote || point == '\\'))
		render_addf(render, "\\%c", (char)point);
	else if (point == '\t')
		render_add(render, "\\t");
	else if (point == '\n')
		render_add(render, "\\n");
	else if (point == '\r')
		render_add(render, "\\r");
	else if (is_printable(point) && (point < 0x80 || !ascii_only)) {
		text_add_utf8(render->text, point);
		render->left--;
	} else if (point <= 0xFF)
		render_addf(render, "\\x%02x", point);
	else if (point <= 0xFFFF)
		render_addf(render, "\\u%04x", point);
	else
		render_addf(render, "\\U%08x", point);
}

/* Characters in quotes, as many as the budget has room for. */
static void add_quoted(struct render *render, const uint32_t *points, size_t count, bool cut,
		       bool ascii_only)
{
	bool has_single = false, has_double = false;
	uint32_t quote;

	for (size_t i = 0; i < count; i++) {
		has_single = has_single || points[i] == '\'';
		has_double = has_double || points[i] == '"';
	}
	quote = has_single && !has_double ? '"' : '\'';
	render_addf(render, "%c", (char)quote);
	for (size_t i = 0; i < count; i++) {
		if (render->left < 1) {
			cut = true;
			break;
		}
		add_point(render, points[i], quote, ascii_only);
	}
	render_addf(render, "%c", (char)quote);
	if (cut)
		render_add(render, "...");
}

/* At most max characters of a str, malloc'ed. */
static struct error *read_str(const struct py_view *view, uint64_t object, size_t max,
			      uint32_t **ret, size_t *count, bool *cut)
{
	CLEANUP(freep)
	uint32_t *points = NULL;
	struct str_points reader;
	struct error *err;
	bool end = false;

	err = str_points_init(view, object, &reader);
	if (err)
		return err;
	if (max > reader.length)
		max = reader.length;
	points = malloc((max + 1) * sizeof(*points));
	if (!points)
		return &error_nomem;
	for (*count = 0; *count <= max; ++*count) {
		err = str_points_next(&reader, &points[*count], &end);
		if (err)
			return err;
		if (end)
			break;
	}
	*cut = !end;
	if (*cut)
		*count = max;
	*ret = take_ptr(points);
	return NULL;
}

static size_t room(const struct render *render)
{
	return render->left > 0 ? (size_t)render->left : 1;
}

struct error *render_str(struct render *render, uint64_t object)
{
	bool py2 = render->view->layout->str_shape == STR_PY2;
	CLEANUP(freep)
	uint32_t *points = NULL;
	size_t count;
	bool cut;
	struct error *err;

	err = read_str(render->view, object, room(render), &points, &count, &cut);
	if (err)
		return err;
	if (py2)
		render_add(render, "u");
	add_quoted(render, points, count, cut, py2);
	return NULL;
}

static struct error *add_bytes(struct render *render, const uint8_t *bytes, size_t size, bool cut)
{
	CLEANUP(freep)
	uint32_t *points = NULL;

	points = malloc((size + 1) * sizeof(*points));
	if (!points)
		return &error_nomem;
	for (size_t i = 0; i < size; i++)
		points[i] = bytes[i];
	add_quoted(render, points, size, cut, true);
	return NULL;
}

struct error *render_bytes(struct render *render, uint64_t object)
{
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	size_t size, max = room(render);
	struct error *err;

	err = bytes_read(render->view, object, max + 1, false, &bytes, &size);
	if (err)
		return err;
	if (render->view->layout->str_shape != STR_PY2)
		render_add(render, "b");
	return add_bytes(render, bytes, size < max ? size : max, size > max);
}

struct error *render_bytearray(struct render *render, uint64_t object)
{
	const struct py_layout *layout = render->view->layout;
	CLEANUP(freep)
	uint8_t *bytes = NULL;
	uint64_t size, start, max = room(render);
	struct error *err;

	if (layout->bytearray_start < 0)
		return &error_torn;
	err = mem_read_u64(render->view->mem, object + (uint64_t)layout->var_size, &size);
	if (!err)
		err = mem_read_u64(render->view->mem, object + (uint64_t)layout->bytearray_start,
				   &start);
	if (err)
		return err;
	if (size > INT64_MAX)
		return &error_torn;
	if (max > size)
		max = size;
	bytes = malloc(max + 1);
	if (!bytes)
		return &error_nomem;
	err = mem_read(render->view->mem, start, bytes, max);
	if (err)
		return err;
	render_add(render, "bytearray(b");
	err = add_bytes(render, bytes, max, size > max);
	render_add(render, ")");
	return err;
}

struct error *render_name(struct render *render, uint64_t object)
{
	CLEANUP(text_deinit)
	struct text name;
	struct error *err;
	bool cut;

	text_init(&name);
	err = str_read(render->view, object, NAME_CHARS_MAX, &name, &cut);
	if (err)
		return err;
	render_cstr(render, text_chars(&name));
	if (cut)
		render_add(render, "...");
	return NULL;
}

void render_cstr(struct render *render, const char *chars)
{
	while (*chars) {
		unsigned int point;

		chars += utf8_next(chars, &point);
		add_point(render, point, 0, false);
	}
}
