/*
 * golden.c - compare with a file, or write it anew.
 */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static void write_anew(const char *path, const char *bytes, size_t length)
{
	CLEANUP(fclosep)
	FILE *file = fopen(path, "w");

	cr_assert(file, "cannot write %s", path);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
}

static void read_whole(const char *path, struct text *text)
{
	CLEANUP(fclosep)
	FILE *file = fopen(path, "r");
	char buf[4096];
	size_t n;

	cr_assert(file, "cannot read %s: `make golden` writes it", path);
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		text_add_bytes(text, buf, n);
}

void golden_check(const char *name, const char *bytes, size_t length)
{
	CLEANUP(text_deinit)
	struct text expected = { 0 };
	size_t i, line = 1;
	char path[512];

	snprintf(path, sizeof(path), "%s/golden/%s", TESTS_DIR, name);
	if (getenv("SONDE_GOLDEN_WRITE")) {
		write_anew(path, bytes, length);
		return;
	}
	read_whole(path, &expected);
	for (i = 0; i < length && i < expected.length && bytes[i] == expected.chars[i]; i++)
		line += bytes[i] == '\n';
	cr_assert(i == length && i == expected.length, "%s: line %zu differs", name, line);
}
