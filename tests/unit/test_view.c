/*
 * The screens of the live view, as they look.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/golden.h"
#include "support/live_model.h"
#include "ui/view.h"

static struct profile dictionary;
static struct model model;
static struct live live;

static const char *source(void *context, const struct func *func, int32_t line)
{
	(void)context;
	if (strcmp(func->file, "tree.py") != 0)
		return NULL;
	return line == 3   ? "def walk(node):"
	       : line == 5 ? "\treturn walk(node.left) + leaf(node.right)  # \xE4\xB8\xAD"
			   : "    pass";
}

static void setup(void)
{
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	live_model_dictionary(&dictionary);
	model_init(&model, &dictionary);
	live_init(&live, &model, "python3 app.py");
	live.source = source;
	live_model_run(&model, 0, 100);
}

static void teardown(void)
{
	live_deinit(&live);
	model_deinit(&model);
	profile_deinit(&dictionary);
}

TestSuite(view, .init = setup, .fini = teardown);

static void press(const char *keys)
{
	for (; *keys; keys++) {
		(void)live_key(&live, (unsigned char)*keys == '\n' ? LIVE_KEY_ENTER
								   : (unsigned char)*keys);
		cr_assert_null(live_update(&live));
	}
}

static void check(const char *name, int rows, int cols, bool utf8, bool styles)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	struct grid grid;

	cr_assert_null(live_update(&live));
	cr_assert_null(grid_init(&grid, rows, cols, utf8));
	view_draw(&live, &grid);
	view_draw(&live, &grid); /* what was drawn before leaves nothing behind */
	if (styles)
		grid_styles(&grid, &text);
	else
		grid_text(&grid, &text);
	grid_deinit(&grid);
	golden_check(name, text_chars(&text), text.length);
}

Test(view, functions)
{
	check("top-functions.screen", 24, 80, true, false);
	check("top-functions.styles", 24, 80, true, true);
}

Test(view, functions_in_ascii)
{
	check("top-functions-ascii.screen", 24, 80, false, false);
}

Test(view, functions_on_a_large_screen)
{
	live.choice.idle = true;
	check("top-functions-large.screen", 60, 200, true, false);
}

Test(view, lines_of_one_thread)
{
	live.choice.thread = 0;
	press("2/tree");
	check("top-lines.screen", 24, 80, true, false);
}

Test(view, threads)
{
	press("4");
	check("top-threads.screen", 24, 80, true, false);
}

Test(view, processes)
{
	press("5");
	check("top-processes.screen", 24, 80, true, false);
}

Test(view, the_tree)
{
	press("6jjj");
	check("top-tree.screen", 24, 80, true, false);
	check("top-tree.styles", 24, 80, true, true);
	check("top-tree-ascii.screen", 24, 80, false, false);
}

Test(view, a_function)
{
	press("/^walk\n\n");
	cr_assert_eq(live.page, PAGE_DETAIL);
	check("top-function.screen", 24, 80, true, false);
	check("top-function-large.screen", 60, 200, true, false);
}

Test(view, help)
{
	press("?");
	check("top-help.screen", 60, 100, true, false);
	check("top-help-ascii.screen", 24, 80, false, false);
}

Test(view, help_is_scrolled_to_its_end)
{
	press("?G");
	check("top-help-end.screen", 24, 80, true, false);
}

Test(view, everything_that_can_be_said)
{
	live.frozen = true;
	live.choice.mine = live.choice.idle = true;
	live.ended = true;
	snprintf(live.choice.filter, sizeof(live.choice.filter), "(");
	live_say(&live, true, "cannot save 'x': disk full");
	check("top-said.screen", 24, 80, true, false);
}

Test(view, of_any_size)
{
	for (int rows = 1; rows < 20; rows++)
		for (int cols = 1; cols < 140; cols++) {
			struct grid grid;

			for (int page = PAGE_LIST; page <= PAGE_HELP; page++) {
				cr_assert_null(live_update(&live));
				live.page = (enum live_page)page;
				cr_assert_null(grid_init(&grid, rows, cols, true));
				view_draw(&live, &grid);
				grid_deinit(&grid);
			}
		}
}

Test(view, a_table)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };

	cr_assert_null(live_update(&live));
	cr_assert_null(view_table(&live, 100, 3, true, &text));
	golden_check("top-batch.screen", text_chars(&text), text.length);
}
