/*
 * view_help.c - all keys, and what the numbers mean.
 */
#include <string.h>

#include "keys.h"
#include "view_parts.h"

enum { KEY_WIDTH = 9 };

static const char *const notes[] = {
	"",
	"own%     of the window's time, in the function itself; 100 is one thread all the time",
	"total%   the same, in the function and in all that it called",
	"own      time in the function itself since the start, total: with all that it called",
	"state    what it did for most of the window: run, gil (waits for it), lock, io, sleep,",
	"         wait (for something else), gc (collects garbage)",
	"colours  the program's own functions, the standard library, installed packages",
	"sonde    the share of a CPU that looking takes; the rate falls rather than to take more",
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

void view_help(struct live *live, struct grid *grid, int first, int end)
{
	int row = first + 1 - (int)live->help_top;

	grid_put(grid, first, 0, grid->cols, STYLE_STRONG,
		 "Keys (the mouse selects, opens with a second click, sorts by headings)");
	for (const struct key *key = keys_list; key->action; key++) {
		int next;

		if (!key->help)
			continue;
		if (row > first && row < end)
			grid_put(grid, row, 1, KEY_WIDTH, STYLE_KEY, shown_of(grid, key));
		next = row > first ? put_wrapped(grid, row, KEY_WIDTH + 1, end, key->help)
				   : row + 1;
		row = next;
	}
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++, row++)
		if (row > first && row < end)
			grid_put(grid, row, 1, grid->cols, STYLE_LABEL, notes[i]);
}
