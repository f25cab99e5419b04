/*
 * Two profiles side by side.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/diff.h"
#include "support/profiles.h"

static const struct diff_options no_options;

static const struct diff_func *func_of(const struct diff *diff, const char *name)
{
	for (size_t i = 0; i < diff->tree.func_count; i++)
		if (!strcmp(diff->tree.funcs[i].name, name))
			return &diff->funcs[i];
	cr_assert_fail("no function %s", name);
	return NULL;
}

static void start(struct profile profiles[DIFF_SIDES])
{
	for (int side = 0; side < DIFF_SIDES; side++)
		cr_assert_null(profile_init(&profiles[side]));
}

static void end(struct profile profiles[DIFF_SIDES], struct diff *diff)
{
	diff_deinit(diff);
	for (int side = 0; side < DIFF_SIDES; side++)
		profile_deinit(&profiles[side]);
}

Test(diff, of_a_profile_with_itself_is_zero)
{
	void (*const made[])(struct profile *) = { profile_ordinary, profile_hostile };
	const struct diff_options all = { true, true };

	for (size_t i = 0; i < 4; i++) {
		struct profile profile;
		struct diff_rows rows;
		struct diff diff;

		cr_assert_null(profile_init(&profile));
		made[i / 2](&profile);
		cr_assert_null(diff_init(&diff, &profile, &profile, &all));
		cr_assert_null(diff_rank(&diff, i % 2 ? DIFF_BY_STACK : DIFF_BY_FUNCTION, &rows));
		cr_assert_geq(rows.count, 5);
		for (size_t row = 0; row < rows.count; row++) {
			cr_assert_eq(rows.items[row].self.delta, 0);
			cr_assert_eq(rows.items[row].total.delta, 0);
			cr_assert(diff_change_may_be_chance(&rows.items[row].self));
		}
		cr_assert_eq(diff.all[DIFF_OLD].samples, profile.total);
		cr_assert_eq(diff.tree.total, 2 * profile.total);
		diff_rows_deinit(&rows);
		diff_deinit(&diff);
		profile_deinit(&profile);
	}
}

Test(diff, does_not_look_at_lines_and_how_long_it_took)
{
	struct profile profiles[DIFF_SIDES];
	struct diff diff;

	start(profiles);
	COUNT(&profiles[DIFF_OLD], 10, PY("main", "app.py", 1), PY("f", "app.py", 2));
	COUNT(&profiles[DIFF_NEW], 30, PY("main", "app.py", 7), PY("f", "app.py", 8));
	COUNT(&profiles[DIFF_NEW], 10, PY("main", "app.py", 9), PY("f", "app.py", 9));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_eq(diff.tree.node_count, 3);
	for (int side = 0; side < DIFF_SIDES; side++) {
		cr_assert_eq(diff_share(&diff, side, &func_of(&diff, "f")->self[side]), 1);
		cr_assert_eq(diff_share(&diff, side, &func_of(&diff, "main")->self[side]), 0);
		cr_assert_eq(diff_share(&diff, side, &func_of(&diff, "main")->total[side]), 1);
	}
	end(profiles, &diff);
}

Test(diff, counts_a_recursion_once_for_the_total)
{
	struct profile profiles[DIFF_SIDES];
	struct diff diff;

	start(profiles);
	COUNT(&profiles[DIFF_OLD], 4, PY("f", "a", 1), PY("g", "a", 1), PY("f", "a", 1));
	COUNT(&profiles[DIFF_OLD], 2, PY("g", "a", 1), PY("f", "a", 1));
	COUNT(&profiles[DIFF_NEW], 5, PY("g", "a", 1));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_eq(func_of(&diff, "f")->total[DIFF_OLD].samples, 6);
	cr_assert_eq(func_of(&diff, "f")->self[DIFF_OLD].samples, 6);
	cr_assert_eq(func_of(&diff, "g")->total[DIFF_OLD].samples, 6);
	cr_assert_eq(func_of(&diff, "g")->self[DIFF_OLD].samples, 0);
	cr_assert_eq(func_of(&diff, "f")->total[DIFF_NEW].samples, 0);
	cr_assert_eq(func_of(&diff, "g")->self[DIFF_NEW].time_ns, 5 * SAMPLE_NS);
	end(profiles, &diff);
}

Test(diff, puts_what_got_slower_first)
{
	static const char *const order[] = { "slower", "same", "caller", "faster" };
	struct profile profiles[DIFF_SIDES];
	struct diff_rows rows;
	struct diff diff;

	start(profiles);
	COUNT(&profiles[DIFF_OLD], 50, PY("faster", "a", 1));
	COUNT(&profiles[DIFF_OLD], 10, PY("caller", "a", 1), PY("slower", "a", 1));
	COUNT(&profiles[DIFF_OLD], 40, PY("same", "a", 1));
	COUNT(&profiles[DIFF_NEW], 40, PY("faster", "a", 1));
	COUNT(&profiles[DIFF_NEW], 120, PY("caller", "a", 1), PY("slower", "a", 1));
	COUNT(&profiles[DIFF_NEW], 107, PY("same", "a", 1));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_null(diff_rank(&diff, DIFF_BY_FUNCTION, &rows));
	cr_assert_eq(rows.count, 4);
	for (size_t i = 0; i < 4; i++)
		cr_assert_str_eq(rows.items[i].func->name, order[i]);
	cr_assert_float_eq(rows.items[0].self.delta, 120.0 / 267 - 0.1, 1e-9);
	cr_assert_float_eq(rows.items[2].total.delta, 120.0 / 267 - 0.1, 1e-9);
	cr_assert_not(diff_change_may_be_chance(&rows.items[0].self));
	cr_assert(diff_change_may_be_chance(&rows.items[1].self));
	diff_rows_deinit(&rows);
	end(profiles, &diff);
}

Test(diff, of_few_samples_may_be_chance)
{
	struct profile profiles[DIFF_SIDES];
	struct diff diff;
	double few;

	start(profiles);
	COUNT(&profiles[DIFF_OLD], 5, PY("f", "a", 1));
	COUNT(&profiles[DIFF_OLD], 5, PY("g", "a", 1));
	COUNT(&profiles[DIFF_NEW], 7, PY("f", "a", 1));
	COUNT(&profiles[DIFF_NEW], 3, PY("g", "a", 1));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	few = diff_noise(&diff, func_of(&diff, "f")->self);
	cr_assert_gt(few, 0.4);
	cr_assert_lt(few, 0.6);
	diff_deinit(&diff);
	for (int side = 0; side < DIFF_SIDES; side++)
		for (int i = 0; i < 1000; i++) {
			COUNT(&profiles[side], 5, PY("f", "a", 1));
			COUNT(&profiles[side], 5, PY("g", "a", 1));
		}
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_lt(diff_noise(&diff, func_of(&diff, "f")->self), 0.02);
	end(profiles, &diff);
}

Test(diff, knows_threads_by_name_and_processes_by_command)
{
	struct profile profiles[DIFF_SIDES], views[DIFF_SIDES];
	const struct diff_options roots = { .thread_roots = true, .process_roots = true };
	const struct frame_given old[] = { { FRAME_PROCESS, "process 7:\"python3 a.py\"", "", 0 },
					   { FRAME_THREAD, "thread (8): worker", "", 0 },
					   PY("f", "a", 1),
					   { 0 } };
	const struct frame_given new[] = { { FRAME_PROCESS, "process 99:\"python3 a.py\"", "", 0 },
					   { FRAME_THREAD, "thread (0x77): worker", "", 0 },
					   PY("f", "a", 1),
					   { 0 } };
	struct diff diff;

	start(profiles);
	profile_count(&profiles[DIFF_OLD], old, 3);
	profile_count(&profiles[DIFF_NEW], new, 6);
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &roots));
	cr_assert_eq(diff.tree.node_count, 4);
	cr_assert_str_eq(profile_func_of(&diff.tree, 1)->name, "process \"python3 a.py\"");
	cr_assert_str_eq(profile_func_of(&diff.tree, 2)->name, "thread: worker");
	cr_assert_eq(func_of(&diff, "thread: worker")->total[DIFF_OLD].samples, 0);
	for (int side = 0; side < DIFF_SIDES; side++) {
		cr_assert_null(diff_side_profile(&diff, side, &profiles[side], &views[side]));
		cr_assert_eq(views[side].nodes[3].count, side == DIFF_OLD ? 3 : 6);
		cr_assert_eq(views[side].total, profiles[side].total);
		diff_side_profile_deinit(&views[side]);
	}
	diff_deinit(&diff);
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_eq(diff.tree.node_count, 2);
	end(profiles, &diff);
}

Test(diff, of_nothing)
{
	struct profile profiles[DIFF_SIDES];
	struct diff_rows rows;
	struct diff diff;

	start(profiles);
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_null(diff_rank(&diff, DIFF_BY_FUNCTION, &rows));
	cr_assert_eq(rows.count, 0);
	diff_rows_deinit(&rows);
	diff_deinit(&diff);
	COUNT(&profiles[DIFF_NEW], 4, PY("f", "a", 1));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW], &no_options));
	cr_assert_eq(diff_share(&diff, DIFF_OLD, &func_of(&diff, "f")->self[DIFF_OLD]), 0);
	cr_assert_eq(diff_share(&diff, DIFF_NEW, &func_of(&diff, "f")->self[DIFF_NEW]), 1);
	end(profiles, &diff);
}
