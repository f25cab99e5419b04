/*
 * package.c - from the path of a file to the package that it is part of.
 *
 * Paths that are known: .../site-packages/X/..., .../dist-packages/X/... (Debian), an egg below
 * these; .../lib/python3.11/..., lib64, python311.zip (embedded), <frozen X> (since 3.3) for the
 * standard library. What else there is belongs to the program.
 */
#include "profile/package.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char stdlib_name[] = "<stdlib>";

/* A part of a path between slashes. */
struct part {
	const char *chars;
	size_t length;
};

static struct part part_at(const char *chars)
{
	chars += strspn(chars, "/");
	return (struct part) { chars, strcspn(chars, "/") };
}

/* The part behind this one; empty at the end. */
static struct part part_after(struct part part)
{
	return part_at(part.chars + part.length);
}

static bool part_is(struct part part, const char *chars)
{
	return part.length == strlen(chars) && !memcmp(part.chars, chars, part.length);
}

static bool part_ends(struct part part, const char *ending)
{
	size_t length = strlen(ending);

	return part.length > length && !memcmp(part.chars + part.length - length, ending, length);
}

static bool part_is_site(struct part part)
{
	return part_is(part, "site-packages") || part_is(part, "dist-packages");
}

/* python3.11, python3.13t, python2.7: a directory of the standard library below lib. */
static bool part_is_versioned(struct part part)
{
	size_t i = strlen("python"), digits;

	if (part.length <= i || memcmp(part.chars, "python", i) != 0)
		return false;
	for (digits = i; digits < part.length && isdigit((unsigned char)part.chars[digits]);)
		digits++;
	if (digits == i || digits == part.length || part.chars[digits] != '.')
		return false;
	for (i = ++digits; digits < part.length && isdigit((unsigned char)part.chars[digits]);)
		digits++;
	while (digits < part.length && strchr("dmut", part.chars[digits]))
		digits++; /* builds: debug, pymalloc, wide, free-threaded */
	return isdigit((unsigned char)part.chars[i]) && digits == part.length;
}

/* python311.zip: the standard library of an embedded interpreter. */
static bool part_is_zipped(struct part part)
{
	size_t i = strlen("python"), start = i;

	if (!part_ends(part, ".zip") || part.length <= i || memcmp(part.chars, "python", i) != 0)
		return false;
	while (isdigit((unsigned char)part.chars[i]))
		i++;
	return i > start && i == part.length - strlen(".zip");
}

static bool part_is_lib(struct part part)
{
	return part_is(part, "lib") || part_is(part, "lib64");
}

/* The name, cut between characters where it is too long. */
static void set_name(struct package *package, const char *chars, size_t length)
{
	if (length >= sizeof(package->name)) {
		length = sizeof(package->name) - 1;
		while (length && ((unsigned char)chars[length] & 0xC0) == 0x80)
			length--;
	}
	memcpy(package->name, chars, length);
	package->name[length] = '\0';
}

/* A module or a package by that part: without its ending. */
static void set_module(struct package *package, struct part part)
{
	static const char *const endings[] = { ".py", ".pyc", ".pyx", ".pyw" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (part_ends(part, endings[i])) {
			part.length -= strlen(endings[i]);
			break;
		}
	set_name(package, part.chars, part.length);
}

/* <string>, <ipython-input-7-0a1b>: code without a file, by the first word of its name. */
static void set_made(struct package *package, const char *path)
{
	size_t length = 1 + strcspn(path + 1, " -:>");

	/* numpy makes these wrappers, in many releases, for each of its functions */
	if (!strncmp(path, "<__array_function__", 19))
		package->origin = PACKAGE_INSTALLED;
	set_name(package, path, length < PACKAGE_NAME_SIZE - 2 ? length : PACKAGE_NAME_SIZE - 2);
	strcat(package->name, ">");
}

/* Below site-packages: the part behind it, or behind an egg that stands there. */
static bool set_installed(struct package *package, const char *path)
{
	struct part part, found = { 0 };

	for (part = part_at(path); part.length; part = part_after(part))
		if (part_is_site(part))
			found = part_after(part);
	if (found.length && (part_ends(found, ".egg") || part_ends(found, ".whl")) &&
	    part_after(found).length)
		found = part_after(found);
	if (!found.length)
		return false;
	package->origin = PACKAGE_INSTALLED;
	set_module(package, found);
	return true;
}

static bool is_stdlib(const char *path)
{
	struct part part = part_at(path), before = { 0 };

	for (; part.length; before = part, part = part_after(part))
		if (part_after(part).length &&
		    (part_is_zipped(part) || (part_is_lib(before) && part_is_versioned(part))))
			return true;
	return false;
}

/*
 * The first part of the short name is the top of the package. A whole path (--full-filenames) does
 * not tell where the package begins: then it is the directory that the file is in.
 */
static void set_mine(struct package *package, const char *file)
{
	const char *slash = strrchr(file, '/');
	struct part part;

	if (file[0] == '/') {
		const char *end = slash;

		while (end > file && end[-1] == '/')
			end--;
		const char *start = memrchr(file, '/', (size_t)(end - file));

		if (start && start + 1 < end) {
			set_name(package, start + 1, (size_t)(end - start - 1));
			return;
		}
		file = slash + 1;
	}
	part = part_at(file);
	while (part_is(part, ".") || part_is(part, ".."))
		part = part_after(part);
	set_module(package, part);
}

struct package package_of(const struct func *func)
{
	struct package package = { .origin = PACKAGE_NONE };
	const char *path = func->path[0] ? func->path : func->file;

	if (func->kind != FRAME_PYTHON)
		return package;
	package.origin = PACKAGE_MINE;
	if (set_installed(&package, path)) /* first: it stands below lib/pythonX.Y, too */
		return package;
	if (!strncmp(path, "<frozen ", strlen("<frozen ")) || is_stdlib(path)) {
		package.origin = PACKAGE_STDLIB;
		set_name(&package, stdlib_name, strlen(stdlib_name));
	} else if (path[0] == '<') {
		set_made(&package, path);
	} else {
		set_mine(&package, func->file[0] ? func->file : path);
	}
	return package;
}
