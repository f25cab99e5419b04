/*
 * utf8.c - decoding that survives anything.
 */
#include "base/utf8.h"

enum { REPLACEMENT = 0xFFFD };

size_t utf8_next(const char *chars, unsigned int *ret)
{
	const unsigned char *bytes = (const unsigned char *)chars;
	unsigned int c = bytes[0], least;
	size_t length, i;

	*ret = c;
	if (c < 0x80)
		return 1;
	*ret = REPLACEMENT;
	if (c >= 0xC2 && c <= 0xDF) {
		length = 2;
		least = 0x80;
		c &= 0x1F;
	} else if (c >= 0xE0 && c <= 0xEF) {
		length = 3;
		least = 0x800;
		c &= 0x0F;
	} else if (c >= 0xF0 && c <= 0xF4) {
		length = 4;
		least = 0x10000;
		c &= 0x07;
	} else {
		return 1;
	}
	for (i = 1; i < length; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (bytes[i] & 0x3F);
	}
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 1;
	*ret = c;
	return length;
}

bool utf8_is_control(unsigned int c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

void text_add_clean(struct text *text, const char *chars)
{
	unsigned int c;

	while (*chars) {
		chars += utf8_next(chars, &c);
		if (utf8_is_control(c))
			text_add_char(text, ' ');
		else
			text_add_utf8(text, c);
	}
}
