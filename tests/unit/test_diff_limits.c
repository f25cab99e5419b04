/*
 * The rules of --fail-on.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "cmd/diff_limits.h"
#include "support/profiles.h"

static size_t broken(const char *rule, bool significant)
{
	struct profile profiles[DIFF_SIDES];
	struct diff_limits limits = { 0 };
	struct diff diff;
	size_t count;

	for (int side = 0; side < DIFF_SIDES; side++)
		cr_assert_null(profile_init(&profiles[side]));
	COUNT(&profiles[DIFF_OLD], 900, PY("main", "app.py", 1));
	COUNT(&profiles[DIFF_OLD], 100, PY("main", "app.py", 1), PY("parse", "parse/core.py", 1));
	COUNT(&profiles[DIFF_NEW], 846, PY("main", "app.py", 1));
	COUNT(&profiles[DIFF_NEW], 150, PY("main", "app.py", 1), PY("parse", "parse/core.py", 1));
	COUNT(&profiles[DIFF_NEW], 4, PY("other", "other.py", 1));
	cr_assert_null(diff_init(&diff, &profiles[DIFF_OLD], &profiles[DIFF_NEW],
				 &(struct diff_options) { 0 }));
	cr_assert_null(diff_limits_add(&limits, rule), "%s", rule);
	cr_assert_null(diff_limits_check(&limits, &diff, significant, &count));
	diff_limits_deinit(&limits);
	diff_deinit(&diff);
	for (int side = 0; side < DIFF_SIDES; side++)
		profile_deinit(&profiles[side]);
	return count;
}

Test(diff_limits, count_what_got_slower_by_more, .init = cr_redirect_stderr)
{
	cr_assert_eq(broken("self:+4.9%", false), 1);
	cr_assert_eq(broken("self:+5.1%", false), 0);
	cr_assert_eq(broken("self:0.3", false), 2);
	cr_assert_eq(broken("own:+0%", false), 2);
	cr_assert_eq(broken("total:+4%", false), 1);
	cr_assert_eq(broken("total:+4%:^other$", false), 0);
	cr_assert_eq(broken("self:+0%:^other$", false), 1);
	cr_assert_eq(broken("self:+1%:^parse/", false), 1);
	cr_assert_eq(broken("self:+1%:^parse$", false), 1);
}

Test(diff_limits, leave_out_what_may_be_chance, .init = cr_redirect_stderr)
{
	cr_assert_eq(broken("self:+0%:other", true), 0);
	cr_assert_eq(broken("self:+0%:parse", true), 1);
}

Test(diff_limits, are_refused_where_they_are_none)
{
	static const char *const wrong[] = { "",           "5%",        "self",       "self:",
					     "self:x",     "all:+5%",   "self:+5%%",  "self:-5%",
					     "self:+500%", "self:+5%:", "self:+5%:(", "self:nan",
					     "self:+5 %" };
	struct diff_limits limits = { 0 };
	struct error *err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		err = diff_limits_add(&limits, wrong[i]);
		cr_assert(err, "%s", wrong[i]);
		cr_assert_eq(err->kind, ERROR_USAGE);
		error_destroy(err);
	}
	cr_assert_eq(limits.count, 0);
}
