/*
 * view_help.c - all keys, and what the numbers mean.
 */
#include <string.h>

#include "keys.h"
#include "view_parts.h"

enum { KEY_WIDTH = 9 };

static const struct {
	const char *what, *text;
} notes[] = {
	{ "own%",
	  "share of the window's time in the function itself; 100 is one thread all the time" },
	{ "total%", "the same, in the function and in all that it called" },
	{ "own", "time in the function itself since the start" },
	{ "total", "the same, with all that it called" },
	{ "state", "what it did for most of the window: run, gil (wait for it), lock, io, sleep, "
		   "wait (for something else), gc (collect garbage)" },
	{ "colours", "the program's own functions, the standard library, installed packages" },
	{ "sonde",
	  "the share of a CPU that looking takes; the rate falls rather than to take more" },
};

/* The text from a column on, broken at blanks; returns the row behind it. */
static int put_wrapped(struct grid *grid, int row, int col, int end_row, const char *text)
{
	while (*text) {
		int room = grid->cols - col, length = (int)strlen(text), cut = length;
		char line[GRID_COLS_MAX];

		if (length > room) {
			for (cut = room; cut > 0 && text[cut] != ' ';)
				cut--;
			if (!cut)
				cut = room;
		}
		if (cut <= 0 || cut >= (int)sizeof(line))
			return row;
		memcpy(line, text, (size_t)cut);
		line[cut] = '\0';
		if (row < end_row)
			grid_put(grid, row, col, grid->cols, STYLE_PLAIN, line);
		row++;
		text += cut;
		while (*text == ' ')
			text++;
	}
	return row;
}

/* Arrows have another name where there are none. */
static const char *shown_of(const struct grid *grid, const struct key *key)
{
	if (grid->utf8 || (unsigned char)key->shown[0] < 0x80)
		return key->shown;
	return key->action == ACTION_EXPAND ? "> <" : "up down";
}

/* A key or a word, and what it means; returns the row behind. */
static int put_item(struct grid *grid, int row, int first, int end, enum style style,
		    const char *what, const char *text)
{
	if (row <= first) /* scrolled away */
		return row + 1;
	if (row < end)
		grid_put(grid, row, 1, KEY_WIDTH, style, what);
	return put_wrapped(grid, row, KEY_WIDTH + 1, end, text);
}

/* All of it, scrolled; returns the row behind the last, drawn or not. */
static int put_help(const struct live *live, struct grid *grid, int first, int end)
{
	int row = first + 1 - (int)live->help_top;

	for (const struct key *key = keys_list; key->action; key++)
		if (key->help)
			row = put_item(grid, row, first, end, STYLE_KEY, shown_of(grid, key),
				       key->help);
	row++;
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		row = put_item(grid, row, first, end, STYLE_STRONG, notes[i].what, notes[i].text);
	return row;
}

void view_help(struct live *live, struct grid *grid, int first, int end)
{
	while (live->help_top && put_help(live, grid, first, first) < end)
		live->help_top--; /* not further than to its end */
	grid_put(grid, first, 0, grid->cols, STYLE_STRONG,
		 "Keys (the mouse selects, opens with a second click, sorts by headings)");
	(void)put_help(live, grid, first, end);
}
