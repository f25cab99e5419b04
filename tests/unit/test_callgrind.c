/*
 * callgrind: its grammar, and that what leads to a function adds up to its total.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/forms.h"
#include "support/profiles.h"

static struct profile profile;

static void setup(void)
{
	cr_assert_null(profile_init(&profile));
}

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(callgrind, .init = setup, .fini = teardown);

Test(callgrind, goldens)
{
	form_check_goldens(&output_callgrind);
}

Test(callgrind, recursion_does_not_count_twice)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	COUNT(&profile, 10, PY("a", "x.py", 1), PY("b", "y.py", 2), PY("a", "x.py", 3),
	      PY("c", "x.py", 4));
	COUNT(&profile, 4, PY("c", "x.py", 4), PY("c", "x.py", 5));
	text = written(&output_callgrind, &profile, NULL, &length);
	/* b's call of a again, and c's of itself: there, but without a cost */
	cr_assert(strstr(text, "fl=(3)\nfn=(4)\ncfi=(2)\ncfn=(2)\ncalls=10 0\n2 0 0\n"), "%s",
		  text);
	cr_assert(strstr(text, "cfi=(2)\ncfn=(3)\ncalls=4 0\n4 0 0\n"), "%s", text);
	cr_assert(strstr(text, "cfi=(2) x.py\ncfn=(2) a\ncalls=10 0\n0 10000 10\n"), "%s", text);
	cr_assert(strstr(text, "cfi=(2)\ncfn=(3) c\ncalls=4 0\n0 4000 4\n"), "%s", text);
	cr_assert(strstr(text, "\ntotals: 14000 14\n"), "%s", text);
}

/* Lines of the body are one of these; costs of lines that no call= precedes add up to totals. */
Test(callgrind, every_line_is_of_the_grammar)
{
	static const char *const words[] = {
		"fl=(", "fn=(", "cfi=(", "cfn=(", "calls=", "totals: "
	};
	CLEANUP(freep)
	char *text = NULL;
	uint64_t samples = 0, us = 0, line_samples, line_us;
	char *line, *save = NULL, *end;
	bool is_call = false;
	size_t length, i;

	profile_hostile(&profile);
	text = written(&output_callgrind, &profile, NULL, &length);
	line = strstr(text, "\n\nfl=");
	cr_assert(line);
	for (line = strtok_r(line, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		for (i = 0; i < 6 && strncmp(line, words[i], strlen(words[i])); i++)
			continue;
		if (i < 6) {
			is_call = i == 4;
			continue;
		}
		(void)strtoull(line, &end, 10);
		cr_assert(end > line && *end == ' ', "%s", line);
		line_us = strtoull(end + 1, &end, 10);
		cr_assert(*end == ' ', "%s", line);
		line_samples = strtoull(end + 1, &end, 10);
		cr_assert(*end == '\0', "%s", line);
		if (!is_call) {
			samples += line_samples;
			us += line_us;
		}
		is_call = false;
	}
	cr_assert_eq(samples, profile.total);
	cr_assert_eq(us, profile.total_time_ns / 1000);
}
