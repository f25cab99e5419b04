/*
 * keys.h - which key does what: the line at the bottom and the page of help are made of it, too.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include "ui/live.h"

enum action {
	ACTION_NONE,
	ACTION_QUIT,
	ACTION_HELP,
	ACTION_FILTER,
	ACTION_BY,
	ACTION_BY_BACK,
	ACTION_BY_FUNCTION, /* these six in the order of enum by */
	ACTION_BY_LINE,
	ACTION_BY_FILE,
	ACTION_BY_THREAD,
	ACTION_BY_PROCESS,
	ACTION_BY_TREE,
	ACTION_SORT,
	ACTION_REVERSE,
	ACTION_MODE,
	ACTION_IDLE,
	ACTION_MINE,
	ACTION_FREEZE,
	ACTION_RESET,
	ACTION_LONGER,
	ACTION_SHORTER,
	ACTION_OPEN,
	ACTION_DETAIL,
	ACTION_EXPAND,
	ACTION_COLLAPSE,
	ACTION_EXPAND_ALL,
	ACTION_COLLAPSE_ALL,
	ACTION_BACK,
	ACTION_SAVE,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_FOCUS,
};

struct key {
	unsigned int keys[3]; /* that do it; 0: none */
	enum action action;
	const char *shown; /* how the key is called; NULL: as the row above, in the help */
	const char *label; /* in the line at the bottom; NULL: not there */
	const char *help;  /* NULL: is not told */
};

extern const struct key keys_list[], keys_detail[]; /* end with a row without action */

/* What a key does on that page. */
enum action keys_action(enum live_page page, unsigned int key);

#endif
