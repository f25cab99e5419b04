/*
 * The table of the hottest functions.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "support/golden.h"
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

TestSuite(table, .init = setup, .fini = teardown);

static void check_golden(const char *name, const struct output_facts *facts)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_table, &profile, facts, &length);
	golden_check(name, text, length);
}

Test(table, ordinary)
{
	profile_ordinary(&profile);
	check_golden("ordinary.table", NULL);
}

Test(table, ordinary_in_colour)
{
	const struct output_facts facts = { .title = "python3 app.py",
					    .width = 80,
					    .colour = true };

	profile_ordinary(&profile);
	check_golden("ordinary-colour.table", &facts);
}

Test(table, hostile_names_in_ascii)
{
	const struct output_facts facts = { .title = "a\nb\033[1m", .width = 80 };

	profile_hostile(&profile);
	check_golden("hostile-ascii.table", &facts);
}

Test(table, hostile_names_in_utf8)
{
	const struct output_facts facts = { .title = "\U0001F40D", .width = 80 };

	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	profile_hostile(&profile);
	check_golden("hostile-utf8.table", &facts);
}

Test(table, recursion_counts_once)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	COUNT(&profile, 4, PY("f", "a.py", 1), PY("g", "a.py", 2), PY("f", "a.py", 3),
	      PY("f", "a.py", 4));
	text = written(&output_table, &profile, NULL, &length);
	cr_assert(strstr(text, "100.0%  100.0%        4  f (a.py)\n"), "%s", text);
	cr_assert(strstr(text, "  0.0%  100.0%        0  g (a.py)\n"), "%s", text);
}

Test(table, no_samples)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_table, &profile, NULL, &length);
	cr_assert_str_eq(text, "0 samples\n");
}

/* Columns of the widest line. */
static int widest(const char *text)
{
	wchar_t wide[4096];
	int width = 0, columns;
	char line[8192];
	size_t length;

	for (; *text; text += length + 1) {
		length = strcspn(text, "\n");
		cr_assert_lt(length, sizeof(line));
		memcpy(line, text, length);
		line[length] = '\0';
		cr_assert_neq(mbstowcs(wide, line, 4096), (size_t)-1);
		columns = wcswidth(wide, 4096);
		width = columns > width ? columns : width;
	}
	return width;
}

Test(table, fits_the_terminal)
{
	struct output_facts facts = { .title = "\u86C7\u86C7\u86C7 and more and more and more" };
	size_t length;

	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	profile_hostile(&profile);
	COUNT(&profile, 99,
	      PY("\u86C7\u86C7\u86C7\u86C7\u86C7\u86C7\u86C7\u86C7\u86C7\u86C7",
		 "a/long/way/down/to/the/file/that/nobody/knows.py", 1));
	for (facts.width = 40; facts.width < 120; facts.width++) {
		CLEANUP(freep)
		char *text = written(&output_table, &profile, &facts, &length);

		cr_assert_leq(widest(text), facts.width, "%d columns:\n%s", facts.width, text);
	}
}

Test(table, very_deep_stacks)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	profile_count_deep(&profile, 100000, 3);
	text = written(&output_table, &profile, NULL, &length);
	cr_assert(strstr(text, "100.0%  100.0%        3  f99999 (deep.py)\n"));
	cr_assert(strstr(text, "99980 more\n"));
}
