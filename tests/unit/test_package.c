/*
 * To whom a function belongs.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "profile/package.h"

static void expect(const char *path, const char *file, enum package_origin origin, const char *name)
{
	const struct func func = { FRAME_PYTHON, "f", path, file, 0, 0 };
	struct package package = package_of(&func);

	cr_expect_str_eq(package.name, name, "%s: '%s'", path, package.name);
	cr_expect_eq(package.origin, origin, "%s: %d", path, (int)package.origin);
}

Test(package, of_the_standard_library)
{
	static const char *const paths[] = {
		"/usr/lib/python3.11/threading.py",
		"/usr/lib64/python3.9/json/decoder.py",
		"/home/me/.pyenv/versions/2.7.18/lib/python2.7/os.py",
		"/opt/py/lib/python3.14t/asyncio/base_events.py",
		"/srv/embedded/python311.zip/os.py",
		"<frozen importlib._bootstrap>",
		"lib/python3.12/os.py",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		expect(paths[i], "x.py", PACKAGE_STDLIB, "<stdlib>");
}

Test(package, that_is_installed)
{
	expect("/venv/lib/python3.11/site-packages/requests/api.py", "requests/api.py",
	       PACKAGE_INSTALLED, "requests");
	expect("/usr/lib/python3/dist-packages/six.py", "six.py", PACKAGE_INSTALLED, "six");
	expect("/usr/local/lib/python3.8/dist-packages/Foo-1.0-py3.8.egg/foo/bar.py", "foo/bar.py",
	       PACKAGE_INSTALLED, "foo");
	expect("/x/site-packages/a/site-packages/b/c.py", "b/c.py", PACKAGE_INSTALLED, "b");
	expect("/x/site-packages//a/c.py", "a/c.py", PACKAGE_INSTALLED, "a");
	expect("<__array_function__ internals>", "<__array_function__ internals>",
	       PACKAGE_INSTALLED, "<__array_function__>");
}

Test(package, of_the_program_itself)
{
	expect("/srv/shop/cart/views.py", "shop/cart/views.py", PACKAGE_MINE, "shop");
	expect("/srv/app.py", "app.py", PACKAGE_MINE, "app");
	expect("/srv/shop/cart.py", "/srv/shop/cart.py", PACKAGE_MINE, "shop");
	expect("/app.py", "/app.py", PACKAGE_MINE, "app");
	expect("./app.py", "./app.py", PACKAGE_MINE, "app");
	expect("../lib/x.py", "../lib/x.py", PACKAGE_MINE, "lib");
	expect("<string>", "<string>", PACKAGE_MINE, "<string>");
	expect("<ipython-input-7-0a1b>", "<ipython-input-7-0a1b>", PACKAGE_MINE, "<ipython>");
	expect("/srv/python3.11/app.py", "app.py", PACKAGE_MINE, "app");
	expect("/srv/lib/python/app.py", "app.py", PACKAGE_MINE, "app");
	expect("/srv/lib/python3./app.py", "app.py", PACKAGE_MINE, "app");
	expect("/srv/lib/python3.11", "python3.11", PACKAGE_MINE, "python3.11");
	expect("/srv/site-packages", "site-packages", PACKAGE_MINE, "site-packages");
	expect("/srv/pythonx.zip/app.py", "app.py", PACKAGE_MINE, "app");
}

Test(package, of_what_is_not_known)
{
	const struct func marker = { FRAME_MARKER, "<torn>", "", "", 0, 0 };

	expect("", "", PACKAGE_MINE, "");
	expect("/", "/", PACKAGE_MINE, "");
	expect("//", "//", PACKAGE_MINE, "");
	expect("..", "..", PACKAGE_MINE, "");
	expect("<", "<", PACKAGE_MINE, "<>");
	cr_assert_eq(package_of(&marker).origin, PACKAGE_NONE);
	cr_assert_str_eq(package_of(&marker).name, "");
}

Test(package, with_a_long_name_is_cut_between_characters)
{
	char path[256] = "/x/site-packages/";

	for (int i = 0; i < 31; i++)
		strcat(path, "\u00fc");
	strcat(path, "x\u00fc\u00fc/a.py"); /* 63 bytes, then more */
	struct func func = { FRAME_PYTHON, "f", path, path, 0, 0 };
	cr_assert_eq(strlen(package_of(&func).name), 63);
	func.path = func.file = path + strlen("/x/site-packages/");
	memmove(path + strlen("/x/site-packages/") + 62, "\u00fc\u00fc/a.py", 10);
	cr_assert_eq(strlen(package_of(&func).name), 62);
	memset(path, 'a', 200);
	path[0] = '<';
	path[200] = '\0';
	func.path = func.file = path;
	cr_assert_eq(strlen(package_of(&func).name), 63);
}
