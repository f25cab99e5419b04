/*
 * Markdown: byte for byte.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/forms.h"
#include "support/profiles.h"

Test(markdown, goldens)
{
	form_check_goldens(&output_markdown);
}

/* For a ticket: however much there is, with names as long as they come. */
Test(markdown, stays_small)
{
	enum { LARGEST_BYTES = 20 * 1000 };
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	CLEANUP(freep)
	char *text = NULL;
	char name[4000], path[4000];
	size_t length;

	cr_assert_null(profile_init(&profile));
	for (uint32_t i = 0; i < 3000; i++) {
		const struct thread_info thread = { .tid = (pid_t)i + 1, .name = name };
		const struct frame_given root = { FRAME_THREAD, name, "", 0 };
		const struct frame_given middle = PY(path, name, 7);
		uint32_t number;

		snprintf(name, sizeof(name), "|*_`<%03990u", i);
		snprintf(path, sizeof(path), "/a/%03990u.py", i);
		cr_assert_null(profile_thread(&profile, &thread, &number));
		COUNT(&profile, i + 1, root, middle, middle, middle, middle, middle, middle, middle,
		      middle, middle, middle, middle, middle, middle, PY(name, path, 1));
	}
	profile_count_deep(&profile, 5000, 1000000);
	profile.capture.command = profile_string(&profile, name);
	text = written(&output_markdown, &profile, NULL, &length);
	cr_assert_lt(length, LARGEST_BYTES, "%zu bytes", length);
	cr_assert_gt(length, 1000);
}
