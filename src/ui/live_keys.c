/*
 * live_keys.c - what keys and clicks do.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "keys.h"
#include "ui/live.h"

static const uint8_t windows_s[] = { 1, 2, 5, 10, 30, 60 };
enum { WINDOWS = sizeof(windows_s) };

static void list_again(struct live *live)
{
	live->selected = live->top = 0;
}

static void choose_by(struct live *live, unsigned int by)
{
	live->choice.by = (enum by)(by % BY_COUNT);
	choice_fit_sort(&live->choice);
	list_again(live);
}

static void choose_window(struct live *live, int step)
{
	int at = 0;

	while (at + 1 < WINDOWS &&
	       windows_s[at] * (uint64_t)CLOCK_SECOND_NS < live->choice.window_ns)
		at++;
	at += step;
	if (at >= 0 && at < WINDOWS)
		live->choice.window_ns = windows_s[at] * (uint64_t)CLOCK_SECOND_NS;
	live->is_stale = true;
	live_say(live, false, "shares of the last %u s",
		 (unsigned int)(live->choice.window_ns / CLOCK_SECOND_NS));
}

static const struct row *selected_row(const struct live *live)
{
	return live->selected < live->rows.list.count ? &live->rows.list.items[live->selected]
						      : NULL;
}

/* Only functions of Python code have callers, lines and the like. */
static uint32_t function_of(const struct live *live, const struct row *row)
{
	const struct tree *tree = row->by == BY_LINE ? &live->lines : &live->functions;
	const struct func *func = row_func(row, tree);

	return func ? (uint32_t)(func - live->model->dictionary->funcs) : TREE_NONE;
}

static void show_function(struct live *live, uint32_t func)
{
	if (live->page == PAGE_DETAIL) {
		if (live->back_count == LIVE_BACK_MAX)
			memmove(live->back, live->back + 1,
				--live->back_count * sizeof(*live->back));
		live->back[live->back_count++] = live->func;
	}
	live->page = PAGE_DETAIL;
	live->func = func;
	live->focus = FOCUS_CALLERS;
	live->is_source_placed = false;
	memset(live->detail_selected, 0, sizeof(live->detail_selected));
	memset(live->detail_top, 0, sizeof(live->detail_top));
}

static void look_into(struct live *live, bool detail)
{
	const struct row *row = selected_row(live);

	if (!row)
		return;
	if (row->by == BY_TREE && !detail) {
		live->functions.nodes.items[row->index].opening =
			row->is_open ? TREE_CLOSED : TREE_OPEN;
	} else if (row->by == BY_THREAD) {
		live->choice.thread = row->index;
		choose_by(live, BY_FUNCTION);
	} else if (row->by == BY_PROCESS) {
		live->choice.process = row->index;
		choose_by(live, BY_THREAD);
	} else if (row->by == BY_FILE) {
		live_say(live, false, "a function has callers and source: 1 lists functions");
	} else {
		show_function(live, function_of(live, row));
	}
}

/* From the list of callers or callees to that function. */
static void look_further(struct live *live)
{
	const struct row_list *list =
		live->focus == FOCUS_CALLERS ? &live->detail.callers : &live->detail.callees;
	size_t at = live->detail_selected[live->focus];

	if (live->focus != FOCUS_SOURCE && at < list->count)
		show_function(live, list->items[at].index);
}

static void back(struct live *live)
{
	struct choice *choice = &live->choice;

	if (live->page == PAGE_DETAIL && live->back_count) {
		live->func = live->back[--live->back_count];
		live->is_source_placed = false;
	} else if (live->page == PAGE_DETAIL) {
		live->page = PAGE_LIST;
	} else if (*choice->filter) {
		choice->filter[0] = '\0';
	} else if (choice->thread != CHOICE_ANY) {
		choice->thread = CHOICE_ANY;
		choose_by(live, BY_THREAD);
	} else if (choice->process != CHOICE_ANY) {
		choice->process = CHOICE_ANY;
		choose_by(live, BY_PROCESS);
	}
}

static void open_row(struct live *live, enum tree_opening opening)
{
	const struct row *row = selected_row(live);
	size_t at = live->selected;

	if (!row || row->by != BY_TREE)
		return;
	if (opening == TREE_CLOSED && !row->is_open) { /* what is closed: up to its caller */
		while (at > 0 && live->rows.list.items[at].depth >= row->depth)
			at--;
		live->selected = at;
		return;
	}
	live->functions.nodes.items[row->index].opening = (uint8_t)opening;
}

static void open_all(struct live *live, enum tree_opening opening)
{
	const struct row *row = selected_row(live);
	struct tree *tree = &live->functions;
	uint32_t top, n;

	if (!row || row->by != BY_TREE)
		return;
	top = row->index;
	/* children stand behind their parents: a node is below if its parent was marked */
	tree->nodes.items[top].opening = (uint8_t)opening;
	for (n = tree_next(tree, top, NULL, NULL); n; n = tree_next(tree, n, NULL, NULL)) {
		uint32_t up = n;

		while (up > top)
			up = tree->nodes.items[up].parent;
		if (up != top)
			break;
		tree->nodes.items[n].opening = (uint8_t)opening;
	}
}

static void step(size_t *selected, long by, size_t count)
{
	if (by < 0 && *selected < (size_t)-by)
		*selected = 0;
	else
		*selected += (size_t)by;
	if (*selected >= count)
		*selected = count ? count - 1 : 0;
}

static void move_by(struct live *live, long rows)
{
	size_t count;

	if (live->page == PAGE_HELP) {
		step(&live->help_top, rows, 200);
		return;
	}
	if (live->page == PAGE_LIST) {
		step(&live->selected, rows, live->rows.list.count);
		return;
	}
	count = live->focus == FOCUS_SOURCE    ? live_source_lines(live)
		: live->focus == FOCUS_CALLERS ? live->detail.callers.count
					       : live->detail.callees.count;
	step(&live->detail_selected[live->focus], rows, count);
}

static void show_help(struct live *live)
{
	if (live->page == PAGE_HELP) {
		live->page = live->page_behind_help;
	} else {
		live->page_behind_help = live->page;
		live->page = PAGE_HELP;
		live->help_top = 0;
	}
}

static void begin_prompt(struct live *live)
{
	live->is_prompt = true;
	memcpy(live->prompt, live->choice.filter, sizeof(live->prompt));
}

static void freeze(struct live *live)
{
	live->frozen = !live->frozen && !live->ended;
}

/* What has ended is not counted again. */
static void reset(struct live *live)
{
	if (live->ended)
		return;
	model_reset(live->model);
	live->is_stale = true;
	live_say(live, false, "counting from now on");
}

static void switch_choice(struct live *live, enum action action)
{
	struct choice *choice = &live->choice;

	switch (action) {
	case ACTION_SORT:
		choice->sort = (enum column)((choice->sort + 1) % COLUMN_COUNT);
		break;
	case ACTION_REVERSE:
		choice->reverse = !choice->reverse;
		break;
	case ACTION_MODE:
		choice->mode = (enum report_mode)((choice->mode + 1) % 3);
		break;
	case ACTION_IDLE:
		choice->idle = !choice->idle;
		if (choice->mode != REPORT_WALL)
			live_say(live, false, "waiting threads are shown in mode wall only (m)");
		break;
	case ACTION_MINE:
		choice->mine = !choice->mine;
		break;
	default:
		return;
	}
	if (live->selected == 0)
		live->top = 0;
}

static void move(struct live *live, enum action action)
{
	long page = (long)(live->page_rows > 1 ? live->page_rows - 1 : 1);

	switch (action) {
	case ACTION_UP:
		move_by(live, -1);
		break;
	case ACTION_DOWN:
		move_by(live, 1);
		break;
	case ACTION_PAGE_UP:
		move_by(live, -page);
		break;
	case ACTION_PAGE_DOWN:
		move_by(live, page);
		break;
	case ACTION_HOME:
		move_by(live, -(1L << 30));
		break;
	case ACTION_END:
		move_by(live, 1L << 30);
		break;
	default:
		break;
	}
}

static void act_on_row(struct live *live, enum action action)
{
	switch (action) {
	case ACTION_OPEN:
		if (live->page == PAGE_DETAIL)
			look_further(live);
		else if (live->page == PAGE_LIST)
			look_into(live, false);
		break;
	case ACTION_DETAIL:
		if (live->page == PAGE_LIST)
			look_into(live, true);
		break;
	case ACTION_EXPAND:
		open_row(live, TREE_OPEN);
		break;
	case ACTION_COLLAPSE:
		open_row(live, TREE_CLOSED);
		break;
	case ACTION_EXPAND_ALL:
		open_all(live, TREE_OPEN);
		break;
	case ACTION_COLLAPSE_ALL:
		open_all(live, TREE_CLOSED);
		break;
	case ACTION_FOCUS:
		live->focus = (enum live_focus)((live->focus + 1) % FOCUS_COUNT);
		break;
	default:
		move(live, action);
	}
}

static enum live_wish act(struct live *live, enum action action)
{
	switch (action) {
	case ACTION_QUIT:
		return LIVE_QUIT;
	case ACTION_SAVE:
		return LIVE_SAVE;
	case ACTION_REDRAW:
		return LIVE_REDRAW;
	case ACTION_SUSPEND:
		return LIVE_SUSPEND;
	case ACTION_HELP:
		show_help(live);
		break;
	case ACTION_BACK:
		if (live->page == PAGE_HELP)
			show_help(live);
		else
			back(live);
		break;
	case ACTION_FILTER:
		begin_prompt(live);
		break;
	case ACTION_BY:
		choose_by(live, live->choice.by + 1);
		break;
	case ACTION_BY_BACK:
		choose_by(live, live->choice.by + BY_COUNT - 1);
		break;
	case ACTION_FREEZE:
		freeze(live);
		break;
	case ACTION_RESET:
		reset(live);
		break;
	case ACTION_LONGER:
		choose_window(live, 1);
		break;
	case ACTION_SHORTER:
		choose_window(live, -1);
		break;
	default:
		if (action >= ACTION_BY_FUNCTION && action <= ACTION_BY_TREE)
			choose_by(live, (unsigned int)(action - ACTION_BY_FUNCTION));
		else if (action >= ACTION_SORT && action <= ACTION_MINE)
			switch_choice(live, action);
		else
			act_on_row(live, action);
	}
	return LIVE_DRAW;
}

/* The last character goes, all its bytes. */
static void prompt_erase(struct live *live)
{
	size_t length = strlen(live->prompt);

	while (length && (live->prompt[length - 1] & 0xC0) == 0x80)
		length--;
	if (length)
		length--;
	live->prompt[length] = '\0';
}

static void prompt_key(struct live *live, unsigned int key)
{
	struct text bytes = { 0 };
	size_t length = strlen(live->prompt);

	switch (key) {
	case LIVE_KEY_ENTER:
		live->is_prompt = false;
		break;
	case LIVE_KEY_ESCAPE:
		live->is_prompt = false;
		live->prompt[0] = '\0';
		break;
	case LIVE_KEY_BACKSPACE:
		prompt_erase(live);
		break;
	case 'U' & 31:
		live->prompt[0] = '\0';
		break;
	default:
		if (key < ' ' || key == 0x7F || key >= LIVE_KEY_UP)
			return;
		text_add_utf8(&bytes, key);
		if (!bytes.failed && length + bytes.length < sizeof(live->prompt))
			memcpy(live->prompt + length, bytes.chars, bytes.length + 1);
		text_deinit(&bytes);
	}
	memcpy(live->choice.filter, live->prompt, sizeof(live->prompt));
	list_again(live);
}

enum live_wish live_key(struct live *live, unsigned int key)
{
	live->message[0] = '\0';
	if (!live->is_prompt)
		return act(live, keys_action(live->page, key));
	if (key == LIVE_KEY_UP || key == LIVE_KEY_DOWN)
		return act(live, keys_action(live->page, key));
	if (key == ('C' & 31))
		return LIVE_QUIT;
	prompt_key(live, key);
	return LIVE_DRAW;
}

enum live_wish live_click(struct live *live, uint32_t hit, bool twice)
{
	uint32_t number = hit & 0xFFFFFF;

	live->message[0] = '\0';
	switch ((enum hit_kind)(hit >> 24)) {
	case HIT_KEY:
		return act(live, keys_action(live->page, number));
	case HIT_COLUMN:
		if (live->choice.sort == (enum column)number)
			live->choice.reverse = !live->choice.reverse;
		live->choice.sort = (enum column)number;
		break;
	case HIT_ROW:
		live->selected = number;
		if (twice)
			look_into(live, false);
		break;
	case HIT_CALLER:
	case HIT_CALLEE:
		live->focus = hit >> 24 == HIT_CALLER ? FOCUS_CALLERS : FOCUS_CALLEES;
		live->detail_selected[live->focus] = number;
		if (twice)
			look_further(live);
		break;
	default:
		break;
	}
	return LIVE_DRAW;
}
