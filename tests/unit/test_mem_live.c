/*
 * The reader over a live process: what a range says of itself, and when a process is gone.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "support/child.h"
#include "support/guarded.h"
#include "target/mem.h"

static struct mem *mem;

static uint64_t addr_of(const void *place)
{
	return (uint64_t)(uintptr_t)place;
}

/* What a seccomp profile of a container does. */
static void forbid_process_vm_readv(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void teardown(void)
{
	mem_live_destroy(mem);
}

TestSuite(mem_live, .fini = teardown);

static void open_self(void)
{
	cr_assert_null(mem_live_create(getpid(), &mem));
}

static void check_ranges(void)
{
	char *pages = guarded_pages(2);
	char *buf = guarded(64);
	struct mem_range ranges[] = {
		{ .addr = addr_of(pages), .len = 8, .buf = buf },
		{ .addr = addr_of(pages + 2 * GUARD_PAGE), .len = 8, .buf = buf + 8 },
		{ .addr = addr_of(pages + 8), .len = 0, .buf = NULL },
		{ .addr = addr_of(pages + 2 * GUARD_PAGE - 4), .len = 8, .buf = buf + 16 },
		{ .addr = 0, .len = 1, .buf = buf + 24 },
		{ .addr = UINT64_MAX - 3, .len = 8, .buf = buf + 32 },
		{ .addr = UINT64_C(0xffff800000000000), .len = 8, .buf = buf + 40 },
		{ .addr = addr_of(pages), .len = SIZE_MAX / 2, .buf = buf + 48 },
		{ .addr = addr_of(pages + 2 * GUARD_PAGE - 8), .len = 8, .buf = buf + 56 },
	};
	static const bool expected[] = {
		true, false, true, false, false, false, false, false, true
	};

	/* /proc/PID/mem would read a page that is only protected. */
	cr_assert_eq(munmap(pages + 2 * GUARD_PAGE, GUARD_PAGE), 0);
	memcpy(pages, "abcdefgh", 8);
	memcpy(pages + 2 * GUARD_PAGE - 8, "stuvwxyz", 8);
	cr_assert_null(mem_readv(mem, ranges, sizeof(ranges) / sizeof(ranges[0])));
	for (size_t i = 0; i < sizeof(expected); i++)
		cr_expect_eq(ranges[i].ok, expected[i], "range %zu", i);
	cr_expect_arr_eq(buf, "abcdefgh", 8);
	cr_expect_arr_eq(buf + 56, "stuvwxyz", 8);
}

Test(mem_live, a_bad_range_does_not_hide_the_later_ones)
{
	open_self();
	check_ranges();
}

Test(mem_live, the_same_without_process_vm_readv)
{
	forbid_process_vm_readv();
	open_self();
	check_ranges();
}

Test(mem_live, the_call_may_be_forbidden_later)
{
	open_self();
	check_ranges();
	forbid_process_vm_readv();
	check_ranges();
	check_ranges();
}

Test(mem_live, more_ranges_than_one_call_takes)
{
	enum { COUNT = 2 * IOV_MAX + 100, BAD = IOV_MAX + 7 };
	uint32_t *words = guarded(COUNT * sizeof(*words));
	uint32_t *copies = guarded(COUNT * sizeof(*copies));
	struct mem_range *ranges = calloc(COUNT, sizeof(*ranges));

	open_self();
	for (uint32_t i = 0; i < COUNT; i++) {
		words[i] = i;
		ranges[i] = (struct mem_range) { .addr = addr_of(&words[i]),
						 .len = 4,
						 .buf = &copies[i] };
	}
	ranges[BAD].addr = 0;
	cr_assert_null(mem_readv(mem, ranges, COUNT));
	for (uint32_t i = 0; i < COUNT; i++) {
		cr_assert_eq(ranges[i].ok, i != BAD);
		cr_assert(i == BAD || copies[i] == i);
	}
	cr_expect_eq(mem->calls, 4, "%lu calls for three batches and a bad range", mem->calls);
	cr_expect_eq(mem->bytes, 4 * COUNT);
	free(ranges);
}

Test(mem_live, words)
{
	uint64_t *words = guarded(2 * sizeof(*words)), word = 1;
	uint32_t half = 1;

	open_self();
	words[1] = UINT64_C(0x123456789abcdef0);
	cr_assert_null(mem_read_u64(mem, addr_of(&words[1]), &word));
	cr_expect_eq(word, words[1]);
	cr_assert_null(mem_read_u32(mem, addr_of(&words[1]), &half));
	cr_expect_eq(half, (uint32_t)words[1]);
	cr_expect_eq(mem_read_u64(mem, addr_of(&words[1]) + 4, &word), &error_fault);
	cr_expect_eq(word, words[1], "unchanged on failure");
}

Test(mem_live, strings_end_at_their_nul_or_at_the_bound)
{
	char *pages = guarded_pages(2);
	char *end = pages + 2 * GUARD_PAGE, *buf = guarded(8), *large = guarded(GUARD_PAGE + 16);

	open_self();
	memset(pages, 'x', 2 * GUARD_PAGE);
	memcpy(end - 4, "end", 4);
	cr_assert_null(mem_read_cstr(mem, addr_of(end - 4), buf, 8));
	cr_expect_str_eq(buf, "end");
	cr_assert_null(mem_read_cstr(mem, addr_of(pages), buf, 8));
	cr_expect_str_eq(buf, "xxxxxxx");
	cr_assert_null(mem_read_cstr(mem, addr_of(end - 4), buf, 1));
	cr_expect_str_eq(buf, "");
	cr_assert_null(mem_read_cstr(mem, addr_of(end - GUARD_PAGE - 4), large, GUARD_PAGE + 16));
	cr_expect_eq(strlen(large), GUARD_PAGE + 3, "across the page");
	end[-1] = 'x';
	cr_expect_eq(mem_read_cstr(mem, addr_of(end - 4), buf, 8), &error_fault);
	cr_expect_str_eq(buf, "");
	cr_expect_eq(mem_read_cstr(mem, 0, buf, 8), &error_fault);
}

static void check_gone(const struct child *child)
{
	uint64_t word;

	cr_assert_eq(mem_read_u64(mem, addr_of((const void *)child->words), &word), &error_gone);
	cr_assert_eq(mem_read_u64(mem, UINT64_MAX - 7, &word), &error_gone);
}

Test(mem_live, a_zombie_and_a_dead_process_are_gone)
{
	struct child child;
	siginfo_t info;

	child_start(&child, child_waits);
	cr_assert_null(mem_live_create(child.pid, &mem));
	kill(child.pid, SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
	check_gone(&child);
	child_end(&child);
	check_gone(&child);
}

Test(mem_live, the_same_through_proc_mem)
{
	struct child child;

	child_start(&child, child_waits);
	forbid_process_vm_readv();
	cr_assert_null(mem_live_create(child.pid, &mem));
	child_end(&child);
	check_gone(&child);
}

static void becomes_cat(struct child *child)
{
	child_say(child, 'r');
	child_listen(child);
	dup2(child->to[0], STDIN_FILENO);
	execlp("cat", "cat", NULL);
}

Test(mem_live, a_process_that_called_exec_is_gone)
{
	struct child child;
	uint64_t word;
	char byte;

	child_start(&child, becomes_cat);
	cr_assert_null(mem_live_create(child.pid, &mem));
	cr_assert_null(mem_read_u64(mem, addr_of((const void *)child.words), &word));
	child_tell(&child);
	cr_assert_eq(read(child.from[0], &byte, 1), 0, "closed by exec");
	check_gone(&child);
	child_end(&child);
}

Test(mem_live, no_such_process)
{
	struct child child;
	struct error *err;

	child_start(&child, child_waits);
	child_end(&child);
	err = mem_live_create(child.pid, &mem);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_GONE);
	error_destroy(err);
	mem_live_destroy(NULL);
}
