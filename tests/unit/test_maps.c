/*
 * /proc/PID/maps: every form that the kernel prints, and what it never would.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "support/child.h"
#include "support/guarded.h"
#include "target/maps.h"

static struct maps maps;

static void teardown(void)
{
	maps_deinit(&maps);
}

TestSuite(maps, .fini = teardown);

static void parse(const char *text)
{
	size_t size = strlen(text) + 1;

	maps_deinit(&maps);
	cr_assert_null(maps_parse(memcpy(guarded(size), text, size), &maps));
}

Test(maps, a_line_of_each_kind)
{
	parse("55d0a000-55d0b000 r-xp 00001000 fe:1f 123456789                  "
	      "/usr/bin/python3.11\n"
	      "7f00a000-7f00b000 rw-p 00000000 00:00 0 \n"
	      "7f00c000-7f00d000 rw-s 00002000 00:01 4097                       /memfd:a (b) "
	      "(deleted)\n"
	      "7f00d000-7f00e000 ---p 00000000 00:00 0                          [stack]\n"
	      "7f00e000-7f00f000 r--p 00000000 103:02 7                         /tmp/a\\012b  c\n"
	      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]\n");
	cr_assert_eq(maps.count, 6);
	cr_expect_eq(maps.items[0].start, 0x55d0a000);
	cr_expect_eq(maps.items[0].end, 0x55d0b000);
	cr_expect_eq(maps.items[0].offset, 0x1000);
	cr_expect_eq(maps.items[0].dev_major, 0xfe);
	cr_expect_eq(maps.items[0].dev_minor, 0x1f);
	cr_expect_eq(maps.items[0].inode, 123456789);
	cr_expect(maps.items[0].readable && !maps.items[0].writable && maps.items[0].executable);
	cr_expect_str_eq(maps.items[0].path, "/usr/bin/python3.11");
	cr_expect_str_eq(maps.items[1].path, "");
	cr_expect(!maps.items[1].deleted && maps.items[1].writable);
	cr_expect_str_eq(maps.items[2].path, "/memfd:a (b)");
	cr_expect(maps.items[2].deleted);
	cr_expect_str_eq(maps.items[3].path, "[stack]");
	cr_expect_not(maps.items[3].readable);
	cr_expect_str_eq(maps.items[4].path, "/tmp/a\\012b  c");
	cr_expect_eq(maps.items[5].end, UINT64_C(0xffffffffff601000));
	maps_deinit(&maps);
	cr_expect_eq(maps.count, 0);
}

Test(maps, the_last_line_may_lack_its_newline)
{
	parse("1000-2000 r--p 0 00:00 0");
	cr_assert_eq(maps.count, 1);
	cr_expect_str_eq(maps.items[0].path, "");
	parse("");
	cr_expect_eq(maps.count, 0);
}

Test(maps, a_mapping_that_grew_meanwhile_is_cut)
{
	parse("1000-3000 r--p 00000000 00:01 1 /a\n"
	      "2000-4000 r--p 00000000 00:01 1 /b\n"
	      "2000-4000 r--p 00000000 00:01 1 /c\n");
	cr_assert_eq(maps.count, 2);
	cr_expect_eq(maps.items[1].start, 0x3000);
	cr_expect_eq(maps.items[1].offset, 0x1000);
	cr_expect_str_eq(maps.items[1].path, "/b");
}

Test(maps, find)
{
	parse("1000-3000 r--p 0 00:01 1 /a\n3000-4000 r--p 0 00:01 1 /b\n6000-7000 r--p 0 0:1 1 "
	      "/c\n");
	cr_expect_null(maps_find(&maps, 0));
	cr_expect_null(maps_find(&maps, 0xfff));
	cr_expect_str_eq(maps_find(&maps, 0x1000)->path, "/a");
	cr_expect_str_eq(maps_find(&maps, 0x2fff)->path, "/a");
	cr_expect_str_eq(maps_find(&maps, 0x3000)->path, "/b");
	cr_expect_null(maps_find(&maps, 0x4000));
	cr_expect_str_eq(maps_find(&maps, 0x6fff)->path, "/c");
	cr_expect_null(maps_find(&maps, UINT64_MAX));
	maps_deinit(&maps);
	cr_expect_null(maps_find(&maps, 0x1000));
}

Test(maps, malformed_lines_are_errors)
{
	static const char *const lines[] = {
		"x",
		"\n\n",
		"1000",
		"1000-",
		"1000-2000",
		"1000-2000 ",
		"1000-2000 r",
		"1000-2000 r--p",
		"1000-2000 r--p ",
		"1000-2000 r--p 0",
		"1000-2000 r--p 0 00",
		"1000-2000 r--p 0 00:01",
		"1000-2000 r--p 0 00:01 ",
		"1000-2000 r--p 0 00:01 x",
		"1000-2000 r--p 0 00:01 1x /a",
		"2000-1000 r--p 0 00:01 1 /a",
		"1000-1000 r--p 0 00:01 1 /a",
		"-1000-2000 r--p 0 00:01 1 /a",
		" 1000-2000 r--p 0 00:01 1 /a",
		"1000-2000 r--p 0 00:01 -1 /a",
		"1000-2000 r--p 0 00:01 1 /a\nx",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t size = strlen(lines[i]) + 1;
		struct error *err = maps_parse(memcpy(guarded(size), lines[i], size), &maps);

		cr_expect(err, "\"%s\"", lines[i]);
		if (err)
			cr_expect_eq(err->kind, ERROR_OTHER);
		error_destroy(err);
	}
}

static int data = 1;

Test(maps, our_own)
{
	const struct mapping *mapping;

	cr_assert_null(maps_read(getpid(), &maps));
	mapping = maps_find(&maps, (uint64_t)(uintptr_t)&parse);
	cr_assert(mapping && mapping->executable && !mapping->writable && mapping->inode);
	cr_expect(strstr(mapping->path, "test_maps"), "%s", mapping->path);
	mapping = maps_find(&maps, (uint64_t)(uintptr_t)&data);
	cr_assert(mapping && mapping->writable);
	for (size_t i = 1; i < maps.count; i++)
		cr_expect_leq(maps.items[i - 1].end, maps.items[i].start);
	maps_deinit(&maps);
}

static void check_gone(pid_t pid)
{
	struct error *err = maps_read(pid, &maps);

	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
}

Test(maps, a_dead_process_has_none)
{
	struct child child;
	siginfo_t info;

	child_start(&child, child_waits);
	kill(child.pid, SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
	check_gone(child.pid);
	child_end(&child);
	check_gone(child.pid);
}
