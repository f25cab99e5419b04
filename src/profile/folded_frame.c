/*
 * folded_frame.c - the frames of folded lines, as folded.c writes them and py-spy does.
 */
#include "folded_frame.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* A number at *p, which is moved behind it. More than fits is no number. */
static bool take_number(const char **p, const char *end, uint64_t max, uint64_t *ret)
{
	const char *start = *p;
	uint64_t value = 0;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		if (value > (max - (uint64_t)(**p - '0')) / 10)
			return false;
		value = value * 10 + (uint64_t)(**p - '0');
	}
	*ret = value;
	return *p > start;
}

static bool take_hex(const char **p, const char *end, uint64_t *ret)
{
	const char *start = *p;
	uint64_t value = 0;

	for (; *p < end && isxdigit((unsigned char)**p); (*p)++)
		value = value << 4 |
			(uint64_t)(isdigit((unsigned char)**p) ? **p - '0'
							       : (**p & ~0x20) - 'A' + 10);
	*ret = value;
	return *p > start && *p - start <= 16;
}

static bool take(const char **p, const char *end, const char *chars)
{
	size_t length = strlen(chars);

	if ((size_t)(end - *p) < length || memcmp(*p, chars, length) != 0)
		return false;
	*p += length;
	return true;
}

/* process PID:"command" */
static bool parse_process(const char *p, const char *end, struct folded_root *root)
{
	uint64_t pid;

	if (!take(&p, end, "process ") || !take_number(&p, end, INT_MAX, &pid) ||
	    !take(&p, end, ":\"") || p >= end || end[-1] != '"')
		return false;
	*root = (struct folded_root) { FRAME_PROCESS, (int64_t)pid, 0, p, (size_t)(end - 1 - p) };
	return true;
}

static bool parse_interpreter(const char *p, const char *end, struct folded_root *root)
{
	uint64_t number;

	if (!take(&p, end, "interpreter ") || !take_number(&p, end, INT64_MAX, &number) || p != end)
		return false;
	*root = (struct folded_root) { FRAME_INTERPRETER, (int64_t)number, 0, p, 0 };
	return true;
}

/* thread (TID): NAME; thread (0x7F00): NAME; without ": NAME" */
static bool parse_thread(const char *p, const char *end, struct folded_root *root)
{
	uint64_t tid = 0, ident = 0;

	if (!take(&p, end, "thread ("))
		return false;
	if (take(&p, end, "0x") ? !take_hex(&p, end, &ident) : !take_number(&p, end, INT_MAX, &tid))
		return false;
	if (!take(&p, end, ")") || (p != end && !take(&p, end, ": ")))
		return false;
	*root = (struct folded_root) { FRAME_THREAD, (int64_t)tid, ident, p, (size_t)(end - p) };
	return true;
}

bool folded_root_parse(const char *chars, size_t length, struct folded_root *ret)
{
	const char *end = chars + length;

	return parse_process(chars, end, ret) || parse_interpreter(chars, end, ret) ||
	       parse_thread(chars, end, ret);
}

/* The last " (" of a text that ends in ")"; NULL when there is none. */
static char *find_file(char *text)
{
	char *p = text + strlen(text);

	if (p == text || p[-1] != ')')
		return NULL;
	while (--p > text)
		if (p[0] == '(' && p[-1] == ' ')
			return p - 1;
	return NULL;
}

/* The number behind the last colon, which is cut off; 0 when there is none. */
static int32_t cut_line(char *file)
{
	char *colon = strrchr(file, ':');
	const char *p;
	uint64_t line;

	if (!colon)
		return 0;
	p = colon + 1;
	if (!take_number(&p, p + strlen(p), INT32_MAX, &line) || *p)
		return 0;
	*colon = '\0';
	return (int32_t)line;
}

static bool is_marker(const char *name)
{
	return !strcmp(name, "<torn>") || !strcmp(name, "<elided>");
}

struct error *folded_frame_add(struct profile *profile, const char *chars, size_t length,
			       struct text *scratch, uint32_t *ret)
{
	struct func func = { .kind = FRAME_PYTHON };
	struct error *err;
	char *raw, *file;
	int32_t line = 0;
	uint32_t number;

	text_clear(scratch);
	text_add_bytes(scratch, chars, length);
	raw = text_take(scratch);
	if (!raw)
		return &error_nomem;
	text_add_clean(scratch, raw);
	text_add(scratch, ""); /* an empty one has its NUL, too */
	free(raw);
	if (scratch->failed)
		return &error_nomem;
	file = find_file(scratch->chars);
	if (file) {
		*file = '\0';
		file += 2;
		file[strlen(file) - 1] = '\0';
		line = cut_line(file);
	}
	func.name = scratch->chars;
	func.path = func.file = file ? file : "";
	if (!file && is_marker(func.name))
		func.kind = FRAME_MARKER;
	err = profile_func(profile, &func, &number);
	return err ? err : profile_frame(profile, number, line, ret);
}
