/*
 * Keys and clicks of the live view.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/live_model.h"
#include "ui/view.h"

static struct profile dictionary;
static struct model model;
static struct live live;
static struct grid grid;

static void setup(void)
{
	live_model_dictionary(&dictionary);
	model_init(&model, &dictionary);
	live_init(&live, &model, "python3 app.py");
	live_model_run(&model, 0, 10);
	cr_assert_null(grid_init(&grid, 24, 80, false));
	cr_assert_null(live_update(&live));
	view_draw(&live, &grid);
}

static void teardown(void)
{
	grid_deinit(&grid);
	live_deinit(&live);
	model_deinit(&model);
	profile_deinit(&dictionary);
}

TestSuite(live, .init = setup, .fini = teardown);

static enum live_wish press(unsigned int key)
{
	enum live_wish wish = live_key(&live, key);

	cr_assert_null(live_update(&live));
	view_draw(&live, &grid);
	return wish;
}

static void type(const char *chars)
{
	for (; *chars; chars++)
		(void)press((unsigned char)*chars);
}

static const char *selected_name(void)
{
	return row_func(&live.rows.list.items[live.selected], &live.functions)->name;
}

Test(live, wishes)
{
	cr_assert_eq(press('q'), LIVE_QUIT);
	cr_assert_eq(press(LIVE_KEY_QUIT), LIVE_QUIT);
	cr_assert_eq(press('C' & 31), LIVE_QUIT);
	cr_assert_eq(press('w'), LIVE_SAVE);
	cr_assert_eq(press('L' & 31), LIVE_REDRAW);
	cr_assert_eq(press('Z' & 31), LIVE_SUSPEND);
	cr_assert_eq(press(0x1F600), LIVE_DRAW, "what means nothing does nothing");
}

Test(live, by_in_turn_and_at_once)
{
	for (unsigned int by = 1; by <= BY_COUNT; by++) {
		(void)press('b');
		cr_assert_eq(live.choice.by, by % BY_COUNT);
	}
	(void)press('B');
	cr_assert_eq(live.choice.by, BY_TREE);
	cr_assert_eq(live.choice.sort, COLUMN_TOTAL, "in a tree the total leads");
	(void)press('1');
	cr_assert_eq(live.choice.by, BY_FUNCTION);
	cr_assert_eq(live.choice.sort, COLUMN_OWN);
	(void)press('4');
	cr_assert_eq(live.choice.by, BY_THREAD);
}

Test(live, a_filter_is_typed)
{
	type("/leaX");
	cr_assert(live.is_prompt);
	(void)press(LIVE_KEY_BACKSPACE);
	(void)press('f');
	cr_assert_eq(live.rows.list.count, 1, "rows go while it is typed");
	(void)press(LIVE_KEY_ENTER);
	cr_assert(!live.is_prompt);
	cr_assert_str_eq(live.choice.filter, "leaf");
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_str_eq(live.choice.filter, "");
	type("/q");
	(void)press(0xE9);
	cr_assert_str_eq(live.choice.filter, "q\xC3\xA9", "letters are no keys there");
	(void)press(LIVE_KEY_BACKSPACE);
	cr_assert_str_eq(live.choice.filter, "q", "a character, not a byte");
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_str_eq(live.choice.filter, "");
}

Test(live, a_filter_has_an_end)
{
	(void)press('/');
	for (int i = 0; i < 1000; i++)
		(void)press(0x4E2D);
	cr_assert_lt(strlen(live.choice.filter), CHOICE_FILTER_SIZE);
	(void)press('U' & 31);
	cr_assert_str_eq(live.choice.filter, "");
}

Test(live, the_selection_follows_its_row)
{
	const char *name;

	(void)press(LIVE_KEY_DOWN);
	cr_assert_eq(live.selected, 1);
	name = selected_name();
	(void)press('S');
	cr_assert_str_eq(selected_name(), name);
	(void)press(LIVE_KEY_HOME);
	cr_assert_eq(live.selected, 0);
	(void)press(LIVE_KEY_UP);
	cr_assert_eq(live.selected, 0);
	(void)press('G');
	cr_assert_eq(live.selected, live.rows.list.count - 1);
	(void)press(LIVE_KEY_PAGE_UP);
	(void)press(LIVE_KEY_PAGE_DOWN);
	cr_assert_eq(live.selected, live.rows.list.count - 1);
}

Test(live, frozen_is_what_is_shown_not_what_is_seen)
{
	uint64_t total_ns = model.total_shown.looked_ns;

	(void)press(' ');
	cr_assert(live.frozen);
	live_model_run(&model, 10, 0);
	cr_assert_null(live_refresh(&live));
	cr_assert_eq(model.total_shown.looked_ns, total_ns);
	(void)press('s');
	cr_assert_eq(live.choice.sort, COLUMN_TOTAL, "it can still be sorted");
	(void)press('p');
	cr_assert(!live.frozen);
}

Test(live, window_and_reset)
{
	(void)press('+');
	cr_assert_eq(live.choice.window_ns, UINT64_C(10) * CLOCK_SECOND_NS);
	cr_assert_eq(model.window_shown.looked_ns, UINT64_C(10) * CLOCK_SECOND_NS);
	for (int i = 0; i < 9; i++)
		(void)press('-');
	cr_assert_eq(live.choice.window_ns, CLOCK_SECOND_NS);
	(void)press('r');
	cr_assert_eq(live.rows.list.count, 0);
	live.ended = true;
	live_model_run(&model, 10, 1);
	(void)press('r');
	cr_assert_gt(live.rows.list.count, 0, "the last view is not thrown away");
}

Test(live, into_a_process_a_thread_a_function_and_back)
{
	(void)press('5');
	(void)press(LIVE_KEY_ENTER);
	cr_assert_eq(live.choice.by, BY_THREAD);
	cr_assert_eq(live.choice.process, 0);
	cr_assert_eq(live.rows.list.count, 3);
	(void)press(LIVE_KEY_ENTER);
	cr_assert_eq(live.choice.by, BY_FUNCTION);
	cr_assert_neq(live.choice.thread, CHOICE_ANY);
	(void)press(LIVE_KEY_ENTER);
	cr_assert_eq(live.page, PAGE_DETAIL);
	(void)press(LIVE_KEY_ENTER);
	cr_assert_eq(live.back_count, 1, "to the first caller");
	(void)press(LIVE_KEY_ESCAPE);
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_eq(live.page, PAGE_LIST);
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_eq(live.choice.by, BY_THREAD);
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_eq(live.choice.by, BY_PROCESS);
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_eq(live.choice.by, BY_PROCESS);
}

Test(live, the_way_back_has_an_end)
{
	(void)press(LIVE_KEY_ENTER);
	for (int i = 0; i < 3 * LIVE_BACK_MAX; i++) {
		live.focus = i % 2 ? FOCUS_CALLEES : FOCUS_CALLERS;
		live.detail_selected[live.focus] = 0;
		(void)press(LIVE_KEY_ENTER);
	}
	cr_assert_leq(live.back_count, LIVE_BACK_MAX);
}

Test(live, open_and_close)
{
	size_t rows;

	(void)press('6');
	rows = live.rows.list.count;
	(void)press(LIVE_KEY_LEFT);
	cr_assert_lt(live.rows.list.count, rows);
	(void)press(LIVE_KEY_RIGHT);
	cr_assert_eq(live.rows.list.count, rows);
	(void)press('C');
	(void)press(LIVE_KEY_ENTER);
	(void)press(LIVE_KEY_DOWN);
	cr_assert(!live.rows.list.items[live.selected].is_open, "all below were closed");
	(void)press(LIVE_KEY_LEFT);
	cr_assert_eq(live.selected, 0, "from what is closed up to what called it");
	(void)press('E');
	cr_assert_geq(live.rows.list.count, rows);
	(void)press('d');
	cr_assert_eq(live.page, PAGE_DETAIL);
}

Test(live, help_comes_and_goes)
{
	(void)press('?');
	cr_assert_eq(live.page, PAGE_HELP);
	(void)press('s');
	cr_assert_eq(live.choice.sort, COLUMN_OWN, "nothing is sorted that nobody sees");
	(void)press(LIVE_KEY_ESCAPE);
	cr_assert_eq(live.page, PAGE_LIST);
	(void)press(LIVE_KEY_ENTER);
	(void)press('?');
	(void)press('?');
	cr_assert_eq(live.page, PAGE_DETAIL);
}

Test(live, clicks)
{
	cr_assert_eq(live_click(&live, hit_pack(HIT_ROW, 2), false), LIVE_DRAW);
	cr_assert_eq(live.selected, 2);
	(void)live_click(&live, hit_pack(HIT_COLUMN, COLUMN_NAME), false);
	cr_assert_eq(live.choice.sort, COLUMN_NAME);
	(void)live_click(&live, hit_pack(HIT_COLUMN, COLUMN_NAME), false);
	cr_assert(live.choice.reverse);
	cr_assert_eq(live_click(&live, hit_pack(HIT_KEY, 'q'), false), LIVE_QUIT);
	(void)live_click(&live, hit_pack(HIT_ROW, 1), true);
	cr_assert_eq(live.page, PAGE_DETAIL);
	cr_assert_null(live_update(&live));
	(void)live_click(&live, hit_pack(HIT_CALLER, 0), true);
	cr_assert_eq(live.back_count, 1);
	(void)live_click(&live, 0, true);
	(void)live_click(&live, hit_pack(HIT_ROW, 0xFFFFFF), true);
	cr_assert_null(live_update(&live));
	view_draw(&live, &grid);
}

Test(live, every_key_on_every_page)
{
	for (int page = PAGE_LIST; page <= PAGE_HELP; page++)
		for (unsigned int key = 1; key < 127; key++) {
			live.page = (enum live_page)page;
			live.is_prompt = false;
			(void)press(key);
		}
	for (unsigned int key = LIVE_KEY_UP; key <= LIVE_KEY_QUIT; key++)
		(void)press(key);
}

Test(live, nothing_was_seen)
{
	struct profile none;
	struct model empty;
	struct live view;

	cr_assert_null(profile_init(&none));
	model_init(&empty, &none);
	live_init(&view, &empty, "");
	cr_assert_null(live_refresh(&view));
	for (unsigned int key = 1; key < 127; key++) {
		(void)live_key(&view, key);
		view.is_prompt = false;
		cr_assert_null(live_update(&view));
		view_draw(&view, &grid);
	}
	live_deinit(&view);
	model_deinit(&empty);
	profile_deinit(&none);
}
