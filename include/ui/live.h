/*
 * live.h - the live view without a terminal: keys and clicks in, what is to be drawn out.
 *
 * Pure: live_update() makes everything from the model, live_key() changes what is chosen, and
 * view_draw() (view.h) draws it. What only somebody else can do comes back as a wish.
 */
#ifndef UI_LIVE_H
#define UI_LIVE_H

#include "ui/choice.h"
#include "ui/detail.h"
#include "ui/grid.h"
#include "ui/model.h"
#include "ui/rows.h"

enum live_page { PAGE_LIST, PAGE_DETAIL, PAGE_HELP };

/* The lists of a function. */
enum live_focus { FOCUS_CALLERS, FOCUS_CALLEES, FOCUS_SOURCE, FOCUS_COUNT };

enum live_wish {
	LIVE_DRAW, /* something may have changed */
	LIVE_QUIT,
	LIVE_SAVE,   /* a recording of what was seen */
	LIVE_REDRAW, /* the whole screen, as if it were empty */
	LIVE_SUSPEND,
};

/* Keys without a character; all others are their code point. */
enum live_key {
	LIVE_KEY_UP = 0x110000,
	LIVE_KEY_DOWN,
	LIVE_KEY_LEFT,
	LIVE_KEY_RIGHT,
	LIVE_KEY_PAGE_UP,
	LIVE_KEY_PAGE_DOWN,
	LIVE_KEY_HOME,
	LIVE_KEY_END,
	LIVE_KEY_BACKSPACE,
	LIVE_KEY_ENTER,
	LIVE_KEY_TAB,
	LIVE_KEY_ESCAPE,
	LIVE_KEY_HELP,
	LIVE_KEY_QUIT,
};

enum { LIVE_MESSAGE_SIZE = 256, LIVE_BACK_MAX = 32 };

struct live {
	struct model *model; /* borrowed */
	const char *title;   /* command lines, clean; borrowed */
	struct choice choice;

	struct tree functions, lines; /* lines: only where they are shown */
	struct sums sums, line_sums;
	struct rows rows;
	struct detail detail;

	enum live_page page, page_behind_help;
	enum live_focus focus;
	uint32_t func;                /* of the detail */
	uint32_t back[LIVE_BACK_MAX]; /* functions that were looked at before it */
	size_t back_count;
	size_t selected, top; /* of the list: rows */
	size_t detail_selected[FOCUS_COUNT], detail_top[FOCUS_COUNT];
	bool is_source_placed; /* the hottest line was brought into sight */
	size_t page_rows;      /* of the list, as last drawn */
	size_t help_top;

	bool frozen;
	bool is_stale;  /* the window, or what is counted, was changed since the last refresh */
	bool is_prompt; /* a filter is typed */
	char prompt[CHOICE_FILTER_SIZE];
	char message[LIVE_MESSAGE_SIZE]; /* about the last key; "" */
	bool is_message_bad;
	bool ended; /* nothing will come any more */
	bool was_saved;
	/* Text of a line of a function's file; NULL where it is not known. Set by who can read it.
	 */
	const char *(*source)(void *context, const struct func *func, int32_t line);
	void *source_context;
};

/* Model and title are borrowed. */
void live_init(struct live *live, struct model *model, const char *title);
void live_deinit(struct live *live);

/* The model's moment, unless frozen. &error_nomem. */
__attribute__((warn_unused_result)) struct error *live_refresh(struct live *live);

/* What is to be drawn, after a refresh or a key. &error_nomem. */
__attribute__((warn_unused_result)) struct error *live_update(struct live *live);

enum live_wish live_key(struct live *live, unsigned int key);

/* A click, or a second one at the same place; hit is that of the cell. */
enum live_wish live_click(struct live *live, uint32_t hit, bool twice);

/* How many lines of source the function that is looked into has. */
size_t live_source_lines(const struct live *live);

/* A line for people at the bottom, until the next key. */
__attribute__((format(printf, 3, 4))) void live_say(struct live *live, bool bad, const char *format,
						    ...);

#endif
