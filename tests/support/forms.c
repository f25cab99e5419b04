/*
 * forms.c - a form of each canonical profile, compared with its golden.
 */
#include "support/forms.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "support/golden.h"
#include "support/profiles.h"

static void check_golden(const struct output *form, const struct profile *profile,
			 const char *prefix)
{
	const struct output_facts facts = {
		.title = profile->capture.command,
		.stats = &profile->capture.stats,
	};
	CLEANUP(freep)
	char *bytes = NULL;
	char name[64];
	size_t length;

	snprintf(name, sizeof(name), "%s%s", prefix, form->suffixes[0]);
	bytes = written(form, profile, &facts, &length);
	golden_check(name, bytes, length);
}

void form_check_goldens(const struct output *form)
{
	CLEANUP(profile_deinit)
	struct profile reported = { 0 };
	CLEANUP(profile_deinit)
	struct profile hostile = { 0 };
	CLEANUP(profile_deinit)
	struct profile empty = { 0 };

	profile_reported(&reported);
	check_golden(form, &reported, "reported");
	cr_assert_null(profile_init(&hostile));
	profile_hostile(&hostile);
	check_golden(form, &hostile, "hostile");
	cr_assert_null(profile_init(&empty));
	check_golden(form, &empty, "empty");
}
