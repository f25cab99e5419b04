/*
 * From what was recorded to what is shown.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "profile/report.h"
#include "support/profiles.h"

static void report(const struct report_options *options, struct profile *ret)
{
	struct profile recorded;

	cr_assert_null(profile_init(&recorded));
	profile_recorded(&recorded);
	cr_assert_null(profile_report(&recorded, options, ret));
	profile_deinit(&recorded);
}

Test(report, hides_waiting_threads_and_says_how_many)
{
	struct profile profile;

	report(&(struct report_options) { 0 }, &profile);
	cr_assert_eq(profile.total, 24);
	cr_assert_eq(profile.hidden_waiting, 20);
	cr_assert_eq(profile.hidden_gil, 1);
	profile_deinit(&profile);
	report(&(struct report_options) { .idle = true }, &profile);
	cr_assert_eq(profile.total, 44);
	cr_assert_eq(profile.total_time_ns, 44500 * 1000);
	cr_assert_eq(profile.hidden_waiting, 0);
	profile_deinit(&profile);
}

Test(report, keeps_the_source_of_what_it_shows)
{
	static const char path[] = "/srv/app.py";
	struct profile profile;

	report(&(struct report_options) { .idle = true }, &profile);
	cr_assert_eq(profile.source_count, 2);
	cr_assert_str_eq(profile_source_text(&profile, path, 33), "\tparse(x)");
	cr_assert_null(profile_source_text(&profile, path, 32));
	profile_deinit(&profile);
	report(&(struct report_options) { .include = { "semi" }, .include_count = 1, .idle = true },
	       &profile);
	cr_assert_gt(profile.total, 0);
	cr_assert_eq(profile.source_count, 0);
	profile_deinit(&profile);
}
