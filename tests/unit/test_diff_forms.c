/*
 * What a difference looks like.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/diff.h"
#include "support/golden.h"
#include "support/profiles.h"

struct two {
	struct profile profiles[DIFF_SIDES];
	struct diff diff;
	struct diff_facts facts;
};

static void two_init(struct two *two)
{
	static const struct diff_options roots = { .thread_roots = true, .process_roots = true };

	setlocale(LC_ALL, "C.UTF-8");
	*two = (struct two) { .facts.titles = { "old.sonde", "a|`b`\n.sonde" } };
	for (int side = 0; side < DIFF_SIDES; side++) {
		struct profile *profile = &two->profiles[side];

		cr_assert_null(profile_init(profile));
		profile_ordinary(profile);
		profile_hostile(profile);
		two->facts.reports[side] = profile;
	}
	COUNT(&two->profiles[DIFF_OLD], 100, PY("<module>", "app.py", 40), PY("gone", "app.py", 3));
	COUNT(&two->profiles[DIFF_NEW], 300, PY("<module>", "app.py", 41), PY("slow", "app.py", 9),
	      PY("much | `deeper`", "app.py", 9));
	two->profiles[DIFF_OLD].capture.stats.elapsed_ns = 1000 * 1000 * 1000;
	two->profiles[DIFF_NEW].capture.stats.elapsed_ns = 2000 * 1000 * 1000;
	cr_assert_null(
		diff_init(&two->diff, &two->profiles[DIFF_OLD], &two->profiles[DIFF_NEW], &roots));
}

static void two_deinit(struct two *two)
{
	diff_deinit(&two->diff);
	for (int side = 0; side < DIFF_SIDES; side++)
		profile_deinit(&two->profiles[side]);
}

static char *write_form(const char *name, const struct two *two, size_t *length)
{
	const struct diff_output *form = diff_output_by_name(name);
	char *bytes = NULL;
	FILE *file = open_memstream(&bytes, length);

	cr_assert(form && file);
	cr_assert_null(form->write(&two->diff, &two->facts, file));
	fclose(file);
	return bytes;
}

static void check(const char *form, const struct two *two, const char *golden)
{
	CLEANUP(freep)
	char *bytes = NULL;
	size_t length;

	bytes = write_form(form, two, &length);
	golden_check(golden, bytes, length);
}

Test(diff_forms, table)
{
	struct two two;

	two_init(&two);
	check("table", &two, "diff.table");
	two.facts.by = DIFF_BY_STACK;
	two.facts.width = 70;
	two.facts.colour = true;
	check("table", &two, "diff-stacks.table");
	two_deinit(&two);
}

Test(diff_forms, table_of_a_few_rows)
{
	struct two two;

	two_init(&two);
	two.facts.limit = 2;
	two.facts.width = 80;
	check("table", &two, "diff-few.table");
	two.facts.significant = true;
	check("table", &two, "diff-significant.table");
	two_deinit(&two);
}

Test(diff_forms, markdown)
{
	struct two two;

	two_init(&two);
	two.facts.limit = 3;
	check("markdown", &two, "diff.md");
	two.facts.by = DIFF_BY_STACK;
	check("markdown", &two, "diff-stacks.md");
	two_deinit(&two);
}

Test(diff_forms, folded)
{
	struct two two;

	two_init(&two);
	check("folded", &two, "diff.folded");
	two_deinit(&two);
}

Test(diff_forms, of_a_profile_with_itself)
{
	CLEANUP(freep)
	char *table = NULL;
	CLEANUP(freep)
	char *markdown = NULL;
	struct two two;
	size_t length;

	two_init(&two);
	diff_deinit(&two.diff);
	cr_assert_null(diff_init(&two.diff, &two.profiles[0], &two.profiles[0],
				 &(struct diff_options) { 0 }));
	table = write_form("table", &two, &length);
	cr_assert(strstr(table, "no difference\n"));
	markdown = write_form("markdown", &two, &length);
	cr_assert(strstr(markdown, "No difference.\n"));
	two_deinit(&two);
}

Test(diff_forms, by_name_and_by_ending)
{
	cr_assert_str_eq(diff_output_by_suffix("a/b.MD")->name, "markdown");
	cr_assert_str_eq(diff_output_by_suffix("b.folded")->name, "folded");
	cr_assert_null(diff_output_by_suffix(".md"));
	cr_assert_null(diff_output_by_suffix("x.doc"));
	cr_assert_null(diff_output_by_name("pprof"));
	cr_assert_str_eq(diff_output_by_name("Table")->name, "table");
	cr_assert_eq(strncmp(diff_output_names(), "table, markdown, folded", 23), 0);
}

Test(diff_forms, svg)
{
	struct two two;

	two_init(&two);
	check("svg", &two, "diff.svg");
	two_deinit(&two);
}

/* Of the page, what is its own: the data. */
Test(diff_forms, html)
{
	CLEANUP(freep)
	char *page = NULL;
	const char *data, *end;
	struct two two;
	size_t length;

	two_init(&two);
	page = write_form("html", &two, &length);
	data = strchr(strstr(page, "id=\"profile\""), '>') + 1;
	end = strstr(data, "</script>");
	golden_check("diff.html.json", data, (size_t)(end - data));
	two_deinit(&two);
}
