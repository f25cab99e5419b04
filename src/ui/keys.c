/*
 * keys.c - the tables of keys.
 */
#include "keys.h"

enum { CONTROL_L = 'L' & 31, CONTROL_Z = 'Z' & 31, CONTROL_C = 'C' & 31 };

const struct key keys_list[] = {
	{ { 'q', LIVE_KEY_QUIT, CONTROL_C }, ACTION_QUIT, "q", "quit", "quit" },
	{ { '?', 'h', LIVE_KEY_HELP }, ACTION_HELP, "?", "help", "this page, and back" },
	{ { '/' },
	  ACTION_FILTER,
	  "/",
	  "filter",
	  "only rows whose name, file or package matches a regular expression" },
	{ { 'b', LIVE_KEY_TAB },
	  ACTION_BY,
	  "b",
	  "by",
	  "rows by function, line, file, thread, process, or as a tree of calls" },
	{ { 'B' }, ACTION_BY_BACK, "B", NULL, "the same backwards" },
	{ { '1' }, ACTION_BY_FUNCTION, "1-6", NULL, "one of these at once" },
	{ { '2' }, ACTION_BY_LINE, NULL, NULL, NULL },
	{ { '3' }, ACTION_BY_FILE, NULL, NULL, NULL },
	{ { '4' }, ACTION_BY_THREAD, NULL, NULL, NULL },
	{ { '5' }, ACTION_BY_PROCESS, NULL, NULL, NULL },
	{ { '6' }, ACTION_BY_TREE, NULL, NULL, NULL },
	{ { 's' }, ACTION_SORT, "s", "sort", "sort by the next column (or click on its heading)" },
	{ { 'S' }, ACTION_REVERSE, "S", NULL, "sort the other way round" },
	{ { 'm' },
	  ACTION_MODE,
	  "m",
	  "mode",
	  "wall: what runs; cpu: the same without waiting; gil: what holds the GIL" },
	{ { 'i' }, ACTION_IDLE, "i", "wait", "what waits, too" },
	{ { 'o' }, ACTION_MINE, "o", "mine", "only the program's own functions" },
	{ { 'p', ' ' },
	  ACTION_FREEZE,
	  "p",
	  "freeze",
	  "freeze the screen, and let it go on (space, too)" },
	{ { 'r' }, ACTION_RESET, "r", NULL, "count from now on" },
	{ { '+', '=' }, ACTION_LONGER, "+ -", NULL, "a longer or shorter window for the shares" },
	{ { '-' }, ACTION_SHORTER, NULL, NULL, NULL },
	{ { LIVE_KEY_ENTER },
	  ACTION_OPEN,
	  "enter",
	  NULL,
	  "look into the row: a function's callers, callees and source; a thread's functions; a "
	  "process's threads; in the tree: open and close" },
	{ { 'd' },
	  ACTION_DETAIL,
	  "d",
	  NULL,
	  "look into the function of the row, in the tree, too" },
	{ { LIVE_KEY_RIGHT, 'l' },
	  ACTION_EXPAND,
	  "\u2192 \u2190",
	  NULL,
	  "open and close in the tree" },
	{ { LIVE_KEY_LEFT }, ACTION_COLLAPSE, NULL, NULL, NULL },
	{ { '*', 'E' }, ACTION_EXPAND_ALL, "E C", NULL, "open or close all below the row" },
	{ { 'C' }, ACTION_COLLAPSE_ALL, NULL, NULL, NULL },
	{ { LIVE_KEY_ESCAPE, LIVE_KEY_BACKSPACE },
	  ACTION_BACK,
	  "esc",
	  NULL,
	  "back: out of the filter, the thread, the process" },
	{ { 'w' }, ACTION_SAVE, "w", "save", "save a recording of everything since the start" },
	{ { CONTROL_L }, ACTION_REDRAW, "^L", NULL, "draw the screen anew" },
	{ { CONTROL_Z }, ACTION_SUSPEND, NULL, NULL, NULL },
	{ { LIVE_KEY_UP, 'k' },
	  ACTION_UP,
	  "\u2191 \u2193 k j",
	  NULL,
	  "move; also page up and down, home, end, g, G" },
	{ { LIVE_KEY_DOWN, 'j' }, ACTION_DOWN, NULL, NULL, NULL },
	{ { LIVE_KEY_PAGE_UP }, ACTION_PAGE_UP, NULL, NULL, NULL },
	{ { LIVE_KEY_PAGE_DOWN }, ACTION_PAGE_DOWN, NULL, NULL, NULL },
	{ { LIVE_KEY_HOME, 'g' }, ACTION_HOME, NULL, NULL, NULL },
	{ { LIVE_KEY_END, 'G' }, ACTION_END, NULL, NULL, NULL },
	{ .action = ACTION_NONE },
};

const struct key keys_detail[] = {
	{ { LIVE_KEY_ESCAPE, LIVE_KEY_BACKSPACE, LIVE_KEY_LEFT }, ACTION_BACK, "esc", "back", "" },
	{ { LIVE_KEY_TAB }, ACTION_FOCUS, "tab", "callers, calls, source", "" },
	{ { LIVE_KEY_ENTER, LIVE_KEY_RIGHT, 'd' }, ACTION_OPEN, "enter", "look into", "" },
	{ { 'p', ' ' }, ACTION_FREEZE, "p", "freeze", "" },
	{ { 'w' }, ACTION_SAVE, "w", "save", "" },
	{ { '?', 'h', LIVE_KEY_HELP }, ACTION_HELP, "?", "help", "" },
	{ { 'q', LIVE_KEY_QUIT, CONTROL_C }, ACTION_QUIT, "q", "quit", "" },
	{ .action = ACTION_NONE },
};

static enum action find(const struct key *table, unsigned int key)
{
	for (; table->action; table++)
		for (size_t i = 0; i < sizeof(table->keys) / sizeof(*table->keys); i++)
			if (key && table->keys[i] == key)
				return table->action;
	return ACTION_NONE;
}

/* What changes the rows of the list, and nothing that is seen of a function. */
static bool is_of_list(enum action action)
{
	return action == ACTION_FILTER || action == ACTION_SORT || action == ACTION_REVERSE ||
	       (action >= ACTION_BY && action <= ACTION_BY_TREE) ||
	       (action >= ACTION_EXPAND && action <= ACTION_COLLAPSE_ALL);
}

enum action keys_action(enum live_page page, unsigned int key)
{
	enum action action;

	if (page == PAGE_LIST)
		return find(keys_list, key);
	action = page == PAGE_DETAIL ? find(keys_detail, key) : ACTION_NONE;
	if (!action)
		action = find(keys_list, key);
	return is_of_list(action) ? ACTION_NONE : action;
}
