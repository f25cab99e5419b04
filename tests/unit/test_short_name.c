/*
 * Short file names: a package is what has an __init__.py, in the target's root.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile/short_name.h"

static char root[] = "/tmp/sonde-short-name-XXXXXX";
static struct short_names *names;

static void make_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	close(open(path, O_CREAT | O_WRONLY, 0644));
}

static void make_dir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	mkdir(path, 0755);
}

static void setup(void)
{
	cr_assert(mkdtemp(root));
	make_dir("site");
	make_dir("site/outer");
	make_dir("site/outer/inner");
	make_dir("site/plain");
	make_file("site/outer/__init__.py");
	make_file("site/outer/inner/__init__.py");
	cr_assert_eq(chdir(root), 0);
	cr_assert_null(short_names_create(getpid(), &names));
}

static void teardown(void)
{
	char command[128];

	short_names_destroy(names);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(short_name, .init = setup, .fini = teardown);

static void check(const char *name, const char *expected)
{
	char path[256];
	const char *got;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (int i = 0; i < 2; i++) { /* looked up, then remembered */
		got = short_names_get(names, path);
		cr_assert_str_eq(got, expected);
		cr_assert(got >= path && got < path + sizeof(path));
	}
}

Test(short_name, climbs_while_it_is_a_package)
{
	check("site/outer/inner/mod.py", "outer/inner/mod.py");
	check("site/outer/mod.py", "outer/mod.py");
	check("site/plain/mod.py", "mod.py");
	check("site/not/there/mod.py", "mod.py");
}

Test(short_name, slashes_do_not_matter)
{
	check("site/outer//inner/mod.py", "outer//inner/mod.py");
	check("site/outer/inner//mod.py", "outer/inner//mod.py");
	check("site/plain///mod.py", "mod.py");
	check("site/plain/mod.py", "mod.py");
	check("site/plain/", "");
	cr_assert_str_eq(short_names_get(names, "///x.py"), "x.py");
	cr_assert_str_eq(short_names_get(names, "/x.py"), "x.py");
	cr_assert_str_eq(short_names_get(names, "/"), "");
}

Test(short_name, relative_to_the_working_directory)
{
	cr_assert_str_eq(short_names_get(names, "mod.py"), "mod.py");
	cr_assert_str_eq(short_names_get(names, "site/outer/inner/mod.py"), "outer/inner/mod.py");
	cr_assert_str_eq(short_names_get(names, "./site/plain/mod.py"), "mod.py");
}

Test(short_name, what_is_no_path_stays)
{
	static char longest[10000];

	cr_assert_str_eq(short_names_get(names, "<frozen a/b>"), "<frozen a/b>");
	cr_assert_str_eq(short_names_get(names, "<string>"), "<string>");
	cr_assert_str_eq(short_names_get(names, ""), "");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = longest[9000] = '/';
	cr_assert_eq(short_names_get(names, longest), longest);
}

Test(short_name, many_directories_are_forgotten_not_hoarded)
{
	char path[64];

	for (int i = 0; i < 40000; i++) {
		snprintf(path, sizeof(path), "/nowhere/%d/x.py", i);
		cr_assert_str_eq(short_names_get(names, path), "x.py");
	}
}

Test(short_name, a_process_that_is_gone)
{
	struct short_names *gone;

	cr_assert_null(short_names_create(0x7ffffff0, &gone));
	cr_assert_str_eq(short_names_get(gone, "/usr/lib/x.py"), "x.py");
	short_names_destroy(gone);
	short_names_destroy(NULL);
}
