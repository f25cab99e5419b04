/*
 * guarded.h - a buffer that ends where memory ends: a byte read or written behind it is a crash.
 */
#ifndef TESTS_SUPPORT_GUARDED_H
#define TESTS_SUPPORT_GUARDED_H

#include <criterion/criterion.h>
#include <stddef.h>
#include <sys/mman.h>

enum { GUARD_PAGE = 4096 };

/* Pages of our own, the one behind them not mapped. Never given back: a test is a process. */
static inline char *guarded_pages(size_t count)
{
	size_t size = (count + 1) * GUARD_PAGE;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(pages, (char *)MAP_FAILED);
	cr_assert_eq(mprotect(pages + count * GUARD_PAGE, GUARD_PAGE, PROT_NONE), 0);
	return pages;
}

/* size bytes that end at a guard page. */
static inline void *guarded(size_t size)
{
	size_t count = size / GUARD_PAGE + 1;

	return guarded_pages(count) + count * GUARD_PAGE - size;
}

#endif
