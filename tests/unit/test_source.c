/*
 * Source text with what each line took.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/source.h"
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

TestSuite(source, .init = setup, .fini = teardown);

static char *listed(const char *name, const struct output_facts *facts)
{
	static const struct output_facts none;
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	cr_assert_null(source_write(&profile, name, facts ? facts : &none, file));
	fclose(file);
	return text;
}

static void check_golden(const char *golden, const char *name, const struct output_facts *facts)
{
	CLEANUP(freep)
	char *text = listed(name, facts);

	golden_check(golden, text, strlen(text));
}

static void add_source(const char *path, int32_t line, const char *text)
{
	cr_assert_null(profile_source(&profile, path, line, text));
}

/* A report in which nothing is left out. */
static void report(void)
{
	profile_deinit(&profile);
	profile_reported(&profile);
}

Test(source, of_a_file)
{
	report();
	check_golden("file.source", "app.py", NULL);
}

Test(source, of_a_function_in_colour)
{
	const struct output_facts facts = { .width = 60, .colour = true };

	report();
	check_golden("function-colour.source", "main", &facts);
}

Test(source, that_was_not_recorded)
{
	report();
	check_golden("none.source", "Parser.parse", NULL);
}

/* A recursion counts once for each line, and lines of all functions of a file stand side by side.
 */
Test(source, counts_each_stack_once)
{
	CLEANUP(freep)
	char *text = NULL;

	COUNT(&profile, 6, PY("f", "/a.py", 2), PY("f", "/a.py", 2), PY("f", "/a.py", 3));
	COUNT(&profile, 4, PY("f", "/a.py", 2), PY("g", "/a.py", 3));
	add_source("/a.py", 2, "\tf()\x1b[1m");
	add_source("/a.py", 9, "behind");
	profile_sort_sources(&profile);
	text = listed("a.py", NULL);
	cr_assert_str_eq(text, "/a.py: 100.0% own\n"
			       "   own   total    line\n"
			       "        100.0%       2      f() [1m\n"
			       "100.0%  100.0%       3\n"
			       "                        ...\n"
			       "                     9  behind\n");
}

Test(source, is_called_by_what_stands_behind_a_dot_or_a_slash)
{
	static const char *const names[] = { "C.run", "run", "D.run", "pkg/a.py", "/srv/pkg/a.py" };
	static const char *const others[] = { "un", "C", "C.", "a.p", "kg/a.py", "/a.py", ".run" };

	COUNT(&profile, 1, PY("C.run", "/srv/pkg/a.py", 1), PY("D.run", "/srv/pkg/b.py", 1));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP(freep)
		char *text = listed(names[i], NULL);

		cr_assert(*text, "%s", names[i]);
		cr_assert_eq(strstr(text, "\n\n") != NULL, !strcmp(names[i], "run"));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		static const struct output_facts none;
		struct error *err = source_write(&profile, others[i], &none, stdout);

		cr_assert(err, "%s", others[i]);
		cr_assert_str_eq(strstr(error_message(err), "; "),
				 "; the hottest functions are D.run");
		error_destroy(err);
	}
}

Test(source, of_a_name_that_many_have)
{
	CLEANUP(freep)
	char *text = NULL;
	char path[32];

	for (uint64_t i = 0; i < SOURCE_LISTINGS_MAX + 3; i++) {
		snprintf(path, sizeof(path), "/%llu.py", (unsigned long long)i);
		COUNT(&profile, 1 + i, PY("run", path, 1));
	}
	text = listed("run", NULL);
	cr_assert_eq(strncmp(text, "run (/12.py): ", 14), 0, "%s", text);
	cr_assert(strstr(text, "\n\n... 3 more of that name\n"));
}

Test(source, of_nothing)
{
	CLEANUP(freep)
	char *text = listed("main", NULL);

	cr_assert_str_eq(text, "");
}

Test(source, hostile)
{
	static const struct output_facts facts = { .width = 80 };

	setlocale(LC_ALL, "C.UTF-8");
	profile_hostile(&profile);
	add_source("</script>", 1, "\xe2\x9b\x87\xe2\x9b\x87\t\xff\x85 wide \xf0\x9f\x90\x8d");
	profile_sort_sources(&profile);
	check_golden("hostile.source", "</script>", &facts);
}
