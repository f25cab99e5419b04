/*
 * text.c - strings built piece by piece.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_init(struct text *text)
{
	*text = (struct text) { 0 };
}

void text_deinit(struct text *text)
{
	free(text->chars);
	text_init(text);
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->failed = false;
	if (text->chars)
		text->chars[0] = '\0';
}

static bool text_reserve(struct text *text, size_t more)
{
	size_t wanted, grown;
	char *moved;

	if (__builtin_add_overflow(text->length, more, &wanted) ||
	    __builtin_add_overflow(wanted, 1, &wanted)) {
		text->failed = true;
		return false;
	}
	if (wanted <= text->capacity)
		return true;
	grown = text->capacity ? text->capacity * 2 : 64;
	if (grown < wanted)
		grown = wanted;
	moved = realloc(text->chars, grown);
	if (!moved) {
		text->failed = true;
		return false;
	}
	text->chars = moved;
	text->capacity = grown;
	return true;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	if (length)
		memcpy(text->chars + text->length, bytes, length);
	text->length += length;
	text->chars[text->length] = '\0';
}

void text_add(struct text *text, const char *chars)
{
	text_add_bytes(text, chars, strlen(chars));
}

void text_add_char(struct text *text, char c)
{
	text_add_bytes(text, &c, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 || !text_reserve(text, (size_t)length)) {
		text->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(text->chars + text->length, (size_t)length + 1, format, args);
	va_end(args);
	text->length += (size_t)length;
}

void text_add_utf8(struct text *text, unsigned int c)
{
	char bytes[4];
	size_t n = 0;

	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = 0xFFFD;
	if (c < 0x80) {
		bytes[n++] = (char)c;
	} else if (c < 0x800) {
		bytes[n++] = (char)(0xC0 | c >> 6);
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		bytes[n++] = (char)(0xE0 | c >> 12);
		bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		bytes[n++] = (char)(0xF0 | c >> 18);
		bytes[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	}
	text_add_bytes(text, bytes, n);
}

const char *text_chars(const struct text *text)
{
	return text->chars ? text->chars : "";
}

char *text_take(struct text *text)
{
	char *chars = text->failed ? NULL : text->chars;

	if (text->failed)
		free(text->chars);
	else if (!chars)
		chars = calloc(1, 1);
	text_init(text);
	return chars;
}
