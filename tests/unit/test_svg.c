/*
 * The flame graph as SVG.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "support/forms.h"
#include "support/profiles.h"

Test(svg, goldens)
{
	form_check_goldens(&output_svg);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

Test(svg, boxes_too_narrow_to_be_seen_are_left_out)
{
	struct profile profile;
	size_t length;

	cr_assert_null(profile_init(&profile));
	COUNT(&profile, 1000000, PY("wide", "a.py", 1));
	COUNT(&profile, 1, PY("narrow", "a.py", 1));
	char *bytes = written(&output_svg, &profile, NULL, &length);

	cr_assert_eq(count_of(bytes, "</g>"), 2); /* all, wide */
	cr_assert_null(strstr(bytes, "narrow (a.py:1)"));
	cr_assert(strstr(bytes, ">1 too narrow to be drawn</text>"));
	free(bytes);
	profile_deinit(&profile);
}

Test(svg, a_very_deep_stack_is_cut)
{
	struct profile profile;
	size_t length;

	cr_assert_null(profile_init(&profile));
	profile_count_deep(&profile, 5000, 1);
	char *bytes = written(&output_svg, &profile, NULL, &length);

	cr_assert_eq(count_of(bytes, "</g>"), 4000);
	free(bytes);
	profile_deinit(&profile);
}
