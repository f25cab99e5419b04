/*
 * fit_text.c - count and cut by columns: characters are of none, one or two.
 */
#include "fit_text.h"

#include <limits.h>
#include <wchar.h>

#include "base/utf8.h"

static int columns_of(unsigned int c, bool utf8)
{
	int columns = utf8 ? wcwidth((wchar_t)c) : 1;

	return columns < 0 ? 1 : columns;
}

static const char *dots_of(bool utf8)
{
	return utf8 ? "\u2026" : "...";
}

static void add_char(struct text *line, unsigned int c, bool utf8)
{
	if (utf8 || c < 0x80)
		text_add_utf8(line, c);
	else
		text_add_char(line, '?');
}

int fit_text_width(const struct text *text, bool utf8)
{
	const char *p = text_chars(text);
	unsigned int c;
	int used = 0;

	while (*p && used < INT_MAX / 4) {
		p += utf8_next(p, &c);
		used += columns_of(c, utf8);
	}
	return used;
}

void fit_text(struct text *line, const struct text *text, int width, bool utf8)
{
	const char *p = text_chars(text);
	int used = 0, keep = width - (utf8 ? 1 : 3);
	size_t cut = line->length; /* where the dots would stand */
	unsigned int c;

	while (*p) {
		p += utf8_next(p, &c);
		used += columns_of(c, utf8);
		if (width && used > width) {
			line->length = cut;
			text_add(line, dots_of(utf8));
			return;
		}
		add_char(line, c, utf8);
		if (used <= keep)
			cut = line->length;
	}
}

void fit_text_end(struct text *line, const struct text *text, int width, bool utf8)
{
	const char *p = text_chars(text);
	int left = fit_text_width(text, utf8), keep = width - (utf8 ? 1 : 3);
	unsigned int c;

	if (width && left > width) {
		text_add(line, dots_of(utf8));
		while (*p && left > keep) {
			p += utf8_next(p, &c);
			left -= columns_of(c, utf8);
		}
	}
	while (*p) {
		p += utf8_next(p, &c);
		add_char(line, c, utf8);
	}
}
