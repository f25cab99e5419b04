/*
 * top_lines.c - a map from file and line to text. How much there is is bounded by sources.h.
 */
#include "top_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

struct line {
	struct place {
		const char *path; /* of the dictionary: equal ones are at the same address */
		intptr_t line;    /* as wide as the pointer: no padding in the key */
	} place;
	char *text;
	UT_hash_handle hh;
};

struct top_lines {
	struct source_taker taker;
	struct line *map;
};

static struct error *add_line(struct source_taker *taker, const char *path, int32_t number,
			      const char *text, size_t length)
{
	struct top_lines *lines = (struct top_lines *)taker;
	struct line *line = calloc(1, sizeof(*line));

	if (line)
		line->text = strndup(text, length);
	if (!line || !line->text) {
		free(line);
		return &error_nomem;
	}
	line->place = (struct place) { path, number };
	HASH_ADD(hh, lines->map, place, sizeof(line->place), line);
	if (line->hh.tbl)
		return NULL;
	free(line->text);
	free(line);
	return &error_nomem;
}

struct error *top_lines_create(struct top_lines **ret)
{
	struct top_lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return &error_nomem;
	lines->taker.add = add_line;
	*ret = lines;
	return NULL;
}

void top_lines_destroy(struct top_lines *lines)
{
	struct line *line, *next;

	if (!lines)
		return;
	HASH_ITER (hh, lines->map, line, next) {
		HASH_DEL(lines->map, line);
		free(line->text);
		free(line);
	}
	free(lines);
}

struct source_taker *top_lines_taker(struct top_lines *lines)
{
	return &lines->taker;
}

const char *top_lines_get(const struct top_lines *lines, const char *path, int32_t line)
{
	const struct place place = { path, line };
	struct line *found;

	HASH_FIND(hh, lines->map, &place, sizeof(place), found);
	return found ? found->text : NULL;
}
