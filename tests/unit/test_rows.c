/*
 * From what the live view keeps to rows: trees, sums, groups, filters, orders.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/live_model.h"

static struct profile dictionary;
static struct model model;
static struct live live;

static void setup(void)
{
	live_model_dictionary(&dictionary);
	model_init(&model, &dictionary);
	live_init(&live, &model, "python3 app.py");
	live_model_run(&model, 0, 10);
}

static void teardown(void)
{
	live_deinit(&live);
	model_deinit(&model);
	profile_deinit(&dictionary);
}

TestSuite(rows, .init = setup, .fini = teardown);

enum { SECOND = CLOCK_SECOND_NS };

static const struct row *row_called(const char *name)
{
	const struct tree *tree = live.choice.by == BY_LINE ? &live.lines : &live.functions;

	for (size_t i = 0; i < live.rows.list.count; i++)
		if (!strcmp(row_func(&live.rows.list.items[i], tree)->name, name))
			return &live.rows.list.items[i];
	return NULL;
}

static void update(void)
{
	cr_assert_null(live_update(&live));
}

Test(rows, own_and_total_of_functions)
{
	const struct row *walk, *leaf;

	update();
	walk = row_called("walk");
	leaf = row_called("leaf");
	cr_assert_eq(walk->sum.own_time, UINT64_C(5) * SECOND);
	cr_assert_eq(walk->sum.total_time, UINT64_C(10) * SECOND, "recursion counts once");
	cr_assert_eq(leaf->sum.own_time, UINT64_C(5) * SECOND);
	cr_assert_eq(leaf->sum.total_time, leaf->sum.own_time);
	cr_assert_null(row_called("get"), "it waited all the time");
	cr_assert_eq(row_called("loads")->sum.own_time, SECOND, "the rest it waited for the GIL");
	cr_assert_eq(row_called("loads")->sum.gc, row_called("loads")->sum.total);
}

Test(rows, waiting_threads_only_when_asked_for)
{
	live.choice.idle = true;
	update();
	cr_assert_eq(row_called("get")->sum.own_time, UINT64_C(10) * SECOND);
	cr_assert_eq(sum_state(&row_called("get")->sum), SAMPLE_WAIT_IO);
	cr_assert_eq(sum_state(&row_called("loads")->sum), SAMPLE_GIL_WAIT);
	live.choice.mode = REPORT_CPU;
	update();
	cr_assert_null(row_called("get"));
}

Test(rows, the_gils_holders)
{
	live.choice.mode = REPORT_GIL;
	update();
	/* every tenth look it does not hold it: all of these are in leaf() */
	cr_assert_eq(row_called("leaf")->sum.own_time, UINT64_C(4) * SECOND);
	cr_assert_eq(row_called("walk")->sum.own_time, UINT64_C(5) * SECOND);
	cr_assert_eq(row_called("loads")->sum.own_time, SECOND);
}

Test(rows, only_functions_of_the_program)
{
	live.choice.mine = true;
	live.choice.idle = true;
	update();
	cr_assert_null(row_called("loads"));
	cr_assert_null(row_called("Thread._bootstrap"));
	cr_assert_eq(row_called("work.<locals>.inner")->sum.own_time, UINT64_C(10) * SECOND);
	cr_assert_eq(row_called("Server.serve")->sum.own_time, UINT64_C(10) * SECOND);
	live.choice.mine = false;
	update();
	cr_assert_eq(row_called("loads")->sum.own_time, UINT64_C(10) * SECOND);
}

Test(rows, one_thread_one_process)
{
	live.choice.thread = 1;
	update();
	cr_assert_null(row_called("walk"));
	cr_assert_not_null(row_called("loads"));
	live.choice.thread = CHOICE_ANY;
	live.choice.process = 1;
	update();
	cr_assert_null(row_called("loads"));
	cr_assert_eq(live.rows.list.count, 2);
}

Test(rows, filters)
{
	snprintf(live.choice.filter, sizeof(live.choice.filter), "LEAF|json");
	update();
	cr_assert_eq(live.rows.list.count, 2, "by name, by file, in any case");
	cr_assert_gt(live.rows.all, 2);
	snprintf(live.choice.filter, sizeof(live.choice.filter), "<stdlib>");
	update();
	cr_assert_not_null(row_called("loads"), "by package");
	snprintf(live.choice.filter, sizeof(live.choice.filter), "main(");
	update();
	cr_assert(live.rows.bad_filter);
	cr_assert_eq(live.rows.list.count, 0);
}

Test(rows, files_lines_threads_processes)
{
	live.choice.by = BY_FILE;
	update();
	cr_assert_str_eq(row_func(&live.rows.list.items[0], &live.functions)->file, "tree.py");
	cr_assert_eq(live.rows.list.items[0].sum.own_time, UINT64_C(10) * SECOND);
	live.choice.by = BY_LINE;
	update();
	cr_assert_eq(dictionary.frames[row_called("leaf")->index].line, 12);
	live.choice.by = BY_THREAD;
	update();
	cr_assert_eq(live.rows.list.count, 4, "threads that wait, too");
	live.choice.by = BY_PROCESS;
	update();
	cr_assert_eq(live.rows.list.count, 2);
	cr_assert_eq(live.rows.list.items[1].depth, 1, "a child is below its parent");
	cr_assert_eq(live.rows.list.items[0].sum.own_time, UINT64_C(11) * SECOND);
}

Test(rows, the_tree_opens_where_the_time_is)
{
	live.choice.by = BY_TREE;
	live.choice.sort = COLUMN_TOTAL;
	update();
	cr_assert_str_eq(row_func(&live.rows.list.items[0], &live.functions)->name, "<module>");
	cr_assert(live.rows.list.items[0].is_open);
	cr_assert_eq(row_called("leaf")->depth, 4);
	cr_assert_eq(live.rows.list.items[0].sum.total_time, UINT64_C(15) * SECOND);
}

Test(rows, orders)
{
	for (int column = 0; column < COLUMN_COUNT; column++) {
		live.choice.sort = (enum column)column;
		for (int reverse = 0; reverse < 2; reverse++) {
			const struct row *items;

			live.choice.reverse = reverse;
			update();
			items = live.rows.list.items;
			for (size_t i = 1; i < live.rows.list.count; i++)
				cr_assert_lt(row_compare(&items[i - 1], &items[i], &live.choice,
							 &model, &live.functions),
					     0, "column %d, row %zu", column, i);
		}
	}
	live.choice.sort = COLUMN_NAME;
	live.choice.reverse = false;
	update();
	cr_assert_str_eq(row_func(&live.rows.list.items[0], &live.functions)->name, "<module>");
}

Test(rows, callers_callees_and_lines)
{
	const struct detail *detail = &live.detail;

	update();
	live.func = row_called("walk")->index;
	live.page = PAGE_DETAIL;
	update();
	cr_assert_eq(detail->sum.total_time, UINT64_C(10) * SECOND);
	cr_assert_eq(detail->callers.count, 1, "who called the outermost call");
	cr_assert_str_eq(dictionary.funcs[detail->callers.items[0].index].name, "main");
	cr_assert_eq(detail->callers.items[0].sum.total_time, UINT64_C(10) * SECOND);
	cr_assert_eq(detail->callees.count, 2);
	cr_assert_eq(detail->callees.items[0].sum.total_time, UINT64_C(10) * SECOND, "itself");
	cr_assert_str_eq(dictionary.funcs[detail->callees.items[1].index].name, "leaf");
	cr_assert_eq(detail->callees.items[1].sum.total_time, UINT64_C(5) * SECOND);
	cr_assert_eq(detail->lines.count, 1);
	cr_assert_eq(detail->lines.items[0].line, 5);
	cr_assert_eq(detail->lines.items[0].sum.total_time, UINT64_C(10) * SECOND);
}

/* main() calls each of so many functions, each a little longer than the one before. */
Test(rows, ten_thousand_functions)
{
	enum { COUNT = 10000 };
	struct func func = { .kind = FRAME_PYTHON, .path = "/srv/app/many.py", .file = "many.py" };
	uint32_t main_node =
		live_model_stack(&dictionary, (const char *const[]) { "<module>", "main", "" });

	model_reset(&model);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct sample sample = { .state = SAMPLE_RUNNING };
		char name[32];
		uint32_t index, frame;

		snprintf(name, sizeof(name), "function_%05u", (unsigned int)i);
		func.name = name;
		func.first_line = (int32_t)i + 1;
		cr_assert_null(profile_func(&dictionary, &func, &index));
		cr_assert_null(profile_frame(&dictionary, index, func.first_line, &frame));
		cr_assert_null(profile_child(&dictionary, main_node, frame, &sample.node));
		live_model_look(&model, UINT64_C(10) * SECOND + i, &sample, 1);
		if (i % 2)
			live_model_look(&model, UINT64_C(10) * SECOND + i, &sample, 1);
	}
	cr_assert_null(live_refresh(&live));
	update();
	cr_assert_eq(live.rows.list.count, COUNT + 2);
	cr_assert_str_eq(row_func(&live.rows.list.items[0], &live.functions)->name,
			 "function_00001");
	cr_assert_eq(row_called("main")->sum.total, UINT64_C(15000) * LOOK_NS);
	snprintf(live.choice.filter, sizeof(live.choice.filter), "_0999[0-9]$");
	update();
	cr_assert_eq(live.rows.list.count, 10);
	live.choice.by = BY_TREE;
	update();
	cr_assert_eq(live.rows.list.count, 12, "and what called them");
	live.choice.filter[0] = '\0';
	live.choice.by = BY_LINE;
	update();
	cr_assert_eq(live.rows.list.count, COUNT + 2);
}
