/*
 * Files of /proc: names that look like the rest of the line, and lines that are not whole.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/guarded.h"
#include "target/procfs.h"

#define FIELDS " 7 7 34816 7 4194304 1 2 3 4 5 6 7 8 20 0 1 0 "

static bool parse(const char *text, struct procfs_stat *ret)
{
	size_t size = strlen(text) + 1;

	return procfs_stat_parse(memcpy(guarded(size), text, size), ret);
}

Test(procfs, stat)
{
	struct procfs_stat stat;

	cr_assert(parse("42 (python3) S 41" FIELDS "18446744073709551615 9 9\n", &stat));
	cr_expect_eq(stat.state, 'S');
	cr_expect_eq(stat.parent, 41);
	cr_expect_eq(stat.start_ticks, UINT64_MAX);
}

Test(procfs, names_may_hold_anything)
{
	static const char *const names[] = {
		"a b", "a) R 1", ")", "((((", "a\n1 (b) Z 2", "", " "
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct procfs_stat stat;
		char text[256];

		snprintf(text, sizeof(text), "42 (%s) T 41" FIELDS "77 9\n", names[i]);
		cr_assert(parse(text, &stat), "%s", names[i]);
		cr_expect_eq(stat.state, 'T', "%s", names[i]);
		cr_expect_eq(stat.parent, 41);
		cr_expect_eq(stat.start_ticks, 77);
	}
}

Test(procfs, a_stat_that_is_cut_off)
{
	static const char whole[] = "42 (a) S 41" FIELDS;
	char text[sizeof(whole)];

	for (size_t length = 0; length < sizeof(whole); length++) {
		struct procfs_stat stat;

		memcpy(text, whole, length);
		text[length] = '\0';
		cr_expect_not(parse(text, &stat), "%s", text);
	}
}

Test(procfs, lines_of_status)
{
	static const char status[] = "Name:\ta\\nUid:\t9\nNSpid:\t77\t5\t1\nUid:\t3\t4\nLast:\t8";

	cr_expect_eq(procfs_status_last_pid(status, "NSpid"), 1);
	cr_expect_eq(procfs_status_last_pid(status, "Uid"), 4);
	cr_expect_eq(procfs_status_last_pid(status, "Last"), 8);
	cr_expect_eq(procfs_status_last_pid(status, "Name"), 0);
	cr_expect_eq(procfs_status_last_pid(status, "NS"), 0);
	cr_expect_eq(procfs_status_last_pid("", "Uid"), 0);
	cr_expect_eq(procfs_status_last_pid("Uid:", "Uid"), 0);
	cr_expect_eq(procfs_status_last_pid("Uid:\t99999999999999999999", "Uid"), 0);
	cr_expect_null(procfs_status_line(status, "Absent"));
}

Test(procfs, folders_that_are_processes)
{
	cr_expect_eq(procfs_pid_of_name("1"), 1);
	cr_expect_eq(procfs_pid_of_name("4194304"), 4194304);
	cr_expect_eq(procfs_pid_of_name("0"), 0);
	cr_expect_eq(procfs_pid_of_name("self"), 0);
	cr_expect_eq(procfs_pid_of_name("1a"), 0);
	cr_expect_eq(procfs_pid_of_name("-1"), 0);
	cr_expect_eq(procfs_pid_of_name(" 1"), 0);
	cr_expect_eq(procfs_pid_of_name(".."), 0);
	cr_expect_eq(procfs_pid_of_name("99999999999999999999"), 0);
	cr_expect_eq(procfs_pid_of_name("4294967297"), 0);
}

Test(procfs, reads_are_bounded_and_terminated)
{
	char *buf = guarded(8);
	size_t length;

	memset(buf, 'x', 8);
	cr_expect_eq(procfs_read(getpid(), "stat", buf, 8), 7);
	cr_expect_eq(buf[7], '\0');
	cr_expect_eq(procfs_read(getpid(), "no such file", buf, 8), -1);
	cr_expect_eq(buf[0], '\0');
	cr_expect_null(procfs_slurp(getpid(), "maps", 16, &length));
	cr_expect_eq(errno, EFBIG);
}
