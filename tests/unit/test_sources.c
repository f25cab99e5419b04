/*
 * Source text: which lines are taken, once, and what is not taken at all.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "profile/sources.h"

struct line {
	const char *path;
	int32_t number;
	char *text;
};

struct lines {
	struct source_taker taker;
	ARRAY(struct line) all;
};

static char root[] = "/tmp/sonde-sources-XXXXXX";
static struct sources *sources;
static struct source_origin *origin;
static struct lines taken;

static struct error *take_line(struct source_taker *taker, const char *path, int32_t number,
			       const char *text, size_t length)
{
	struct lines *lines = (struct lines *)taker;
	const struct line line = { path, number, strndup(text, length) };

	cr_assert(array_push(&lines->all, line));
	return NULL;
}

static void setup(void)
{
	CLEANUP(process_deinit)
	struct process process = { .pidfd = -1 };

	cr_assert(mkdtemp(root));
	cr_assert_eq(chdir(root), 0);
	cr_assert_null(sources_create(&sources));
	cr_assert_null(process_open(getpid(), &process));
	cr_assert_null(source_origin_create(&process, &origin));
	taken.taker.add = take_line;
}

static void forget_lines(void)
{
	for (size_t i = 0; i < taken.all.count; i++)
		free(taken.all.items[i].text);
	array_deinit(&taken.all);
}

static void teardown(void)
{
	char command[128];

	forget_lines();
	source_origin_release(origin);
	sources_destroy(sources);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(sources, .init = setup, .fini = teardown);

/* A file that is older than this process by so many seconds. */
static void write_file(const char *name, const void *bytes, size_t size, time_t age)
{
	CLEANUP(closep)
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	const struct timespec times[] = { { time(NULL) - age, 0 }, { time(NULL) - age, 0 } };

	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	cr_assert_eq(futimens(fd, times), 0);
}

static void write_old(const char *name, const char *text)
{
	write_file(name, text, strlen(text), 3600);
}

static void write_numbered(const char *name, int count)
{
	FILE *file = fopen(name, "w");
	const struct timespec times[] = { { 1000000000, 0 }, { 1000000000, 0 } };

	for (int i = 1; i <= count; i++)
		fprintf(file, "line %d\n", i);
	fflush(file);
	cr_assert_eq(futimens(fileno(file), times), 0);
	fclose(file);
}

static void want(const char *path, int32_t first, int32_t last, int32_t line)
{
	const struct func func = { .path = path, .first_line = first, .last_line = last };

	cr_assert_null(sources_want(sources, origin, &func, line));
}

/* All that is wanted. */
static void take(void)
{
	forget_lines();
	cr_assert_null(sources_take(sources, UINT64_MAX, &taken.taker));
}

static void check_lines(int32_t first, int32_t last)
{
	cr_assert_eq(taken.all.count, (size_t)(last - first + 1), "%zu lines", taken.all.count);
	for (int32_t i = 0; i <= last - first; i++)
		cr_assert_eq(taken.all.items[i].number, first + i);
}

static void check_text(size_t index, const char *text)
{
	cr_assert_lt(index, taken.all.count);
	cr_assert_str_eq(taken.all.items[index].text, text);
}

Test(sources, the_lines_of_a_function_once)
{
	static const char path[] = "a.py";

	write_numbered(path, 100);
	want(path, 10, 20, 12);
	take();
	check_lines(10, 20);
	check_text(0, "line 10");
	cr_assert_eq(taken.all.items[0].path, path);
	want(path, 10, 20, 13);
	take();
	cr_assert_eq(taken.all.count, 0);
	want(path, 15, 25, 15);
	take();
	check_lines(21, 25);
}

Test(sources, what_stands_around_the_line_of_a_long_function)
{
	write_numbered("a.py", 5000);
	want("a.py", 1, 4000, 2000);
	take();
	check_lines(2000 - SOURCE_AROUND_LINES, 2000 + SOURCE_AROUND_LINES);
	want("a.py", 1, 4000, 3);
	take();
	check_lines(1, 3 + SOURCE_AROUND_LINES);
}

Test(sources, lines_behind_the_end_do_not_matter)
{
	write_numbered("a.py", 3);
	want("a.py", 2, INT32_MAX, 2);
	take();
	check_lines(2, 3);
	want("a.py", 7, 9, 8);
	want("a.py", INT32_MAX - 1, INT32_MAX, INT32_MAX);
	want("a.py", 0, 0, 0);
	want("a.py", -5, -1, -3);
	take();
	cr_assert_eq(taken.all.count, 0);
}

Test(sources, all_line_ends_and_bytes_that_are_no_text)
{
	write_old("a.py", "\xef\xbb\xbfone\r\ntwo\rthree\tx\f\x01\n\nf\xfcnf \xc3\xbc");
	want("a.py", 1, 9, 1);
	take();
	check_lines(1, 5);
	check_text(0, "one");
	check_text(1, "two");
	check_text(2, "three\tx  ");
	check_text(3, "");
	check_text(4, "f\xef\xbf\xbdnf \xc3\xbc");
}

Test(sources, a_long_line_is_cut)
{
	char line[3 * SOURCE_LINE_BYTES + 1];

	for (size_t i = 0; i < sizeof(line) - 1; i += 3)
		memcpy(line + i, "\xe2\x82\xac", 3);
	line[sizeof(line) - 1] = '\0';
	write_old("a.py", line);
	want("a.py", 1, 1, 1);
	take();
	check_lines(1, 1);
	cr_assert_leq(strlen(taken.all.items[0].text), SOURCE_LINE_BYTES + 3);
	cr_assert_eq(strlen(taken.all.items[0].text) % 3, 0);
}

Test(sources, nothing_of_what_is_no_text_or_no_file)
{
	cr_assert_eq(mkfifo("fifo.py", 0644), 0);
	cr_assert_eq(mkdir("folder.py", 0755), 0);
	cr_assert_eq(symlink("loop.py", "loop.py"), 0);
	write_file("nul.py", "a\0b\n", 4, 3600);
	write_old("empty.py", "");
	want("fifo.py", 1, 9, 1);
	want("folder.py", 1, 9, 1);
	want("loop.py", 1, 9, 1);
	want("nul.py", 1, 9, 1);
	want("empty.py", 1, 9, 1);
	want("none.py", 1, 9, 1);
	want("<string>", 1, 9, 1);
	want("", 1, 9, 1);
	want("/dev/zero", 1, 9, 1);
	want("/proc/self/environ", 1, 9, 1);
	take();
	cr_assert_eq(taken.all.count, 0);
	want("fifo.py", 1, 9, 2);
	take();
	cr_assert_eq(taken.all.count, 0);
}

Test(sources, too_large_a_file_is_left_out)
{
	CLEANUP(closep)
	int fd = open("a.py", O_CREAT | O_WRONLY, 0644);
	const struct timespec times[] = { { 1000000000, 0 }, { 1000000000, 0 } };

	cr_assert_eq(write(fd, "a\n", 2), 2);
	cr_assert_eq(ftruncate(fd, SOURCE_FILE_BYTES + 1), 0);
	cr_assert_eq(futimens(fd, times), 0);
	want("a.py", 1, 1, 1);
	take();
	cr_assert_eq(taken.all.count, 0);
}

Test(sources, a_file_that_changed_is_left_out)
{
	write_file("new.py", "a\n", 2, -3600);
	want("new.py", 1, 1, 1);
	write_old("later.py", "a\nb\n");
	want("later.py", 1, 1, 1);
	take();
	check_lines(1, 1);
	cr_assert_str_eq(taken.all.items[0].path, "later.py");
	write_file("later.py", "x\ny\n", 4, 1800);
	want("later.py", 2, 2, 2);
	take();
	cr_assert_eq(taken.all.count, 0);
}

Test(sources, one_file_at_least_and_the_rest_later)
{
	write_numbered("a.py", 3);
	write_numbered("b.py", 3);
	want("a.py", 1, 3, 1);
	want("b.py", 1, 3, 1);
	cr_assert_null(sources_take(sources, 0, &taken.taker));
	check_lines(1, 3);
	take();
	check_lines(1, 3);
	check_text(0, "line 1");
}

Test(sources, no_more_than_is_good_for_a_recording)
{
	static char long_line[SOURCE_LINE_BYTES + 1], names[64][16];
	size_t bytes = 0;

	memset(long_line, 'x', SOURCE_LINE_BYTES);
	for (size_t n = 0; n < 64; n++) {
		FILE *file;
		const struct timespec times[] = { { 1000000000, 0 }, { 1000000000, 0 } };

		snprintf(names[n], sizeof(names[n]), "%zu.py", n);
		file = fopen(names[n], "w");
		for (int i = 0; i < SOURCE_WHOLE_LINES; i++)
			fprintf(file, "%s\n", long_line);
		fflush(file);
		cr_assert_eq(futimens(fileno(file), times), 0);
		fclose(file);
		want(names[n], 1, SOURCE_WHOLE_LINES, 1);
	}
	take();
	for (size_t i = 0; i < taken.all.count; i++)
		bytes += strlen(taken.all.items[i].text) + 16;
	cr_assert_geq(bytes, SOURCE_TEXT_BYTES);
	cr_assert_lt(bytes, SOURCE_TEXT_BYTES + 2 * SOURCE_LINE_BYTES);
}
