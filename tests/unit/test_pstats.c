/*
 * pstats: bytes of marshal. What Python makes of them is tested with every Python.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/forms.h"
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

TestSuite(pstats, .init = setup, .fini = teardown);

Test(pstats, goldens)
{
	form_check_goldens(&output_pstats);
}

#define HAS(bytes, length, what) memmem(bytes, length, what, sizeof(what) - 1)

Test(pstats, names_of_a_python_2_are_ascii)
{
	const struct process_info process = { 7, 1, "app.py", "/usr/bin/python2.7", "2.7.18d" };
	CLEANUP(freep)
	char *bytes = NULL;
	uint32_t number;
	size_t length;

	COUNT(&profile, 4, PY("\U0001F40D.\u86C7", "\u00fcber.py", 4));
	cr_assert_null(profile_process(&profile, &process, &number));
	bytes = written(&output_pstats, &profile, NULL, &length);
	cr_assert(HAS(bytes, length, "u\x11\0\0\0\\U0001f40d.\\u86c7"));
	cr_assert(HAS(bytes, length, "u\x0c\0\0\0\\u00fcber.py"));
}

Test(pstats, numbers_that_need_more_than_31_bits)
{
	CLEANUP(freep)
	char *bytes = NULL;
	size_t length;

	COUNT(&profile, INT32_MAX, PY("most", "a.py", 1));
	COUNT(&profile, UINT64_C(1) << 31, PY("more", "a.py", 2));
	COUNT(&profile, UINT64_C(0x123456789abc), PY("much", "a.py", 3));
	bytes = written(&output_pstats, &profile, NULL, &length);
	cr_assert(HAS(bytes, length, "i\xff\xff\xff\x7fi\xff\xff\xff\x7fg"));
	cr_assert(HAS(bytes, length, "l\x03\0\0\0\0\0\0\0\x02\0l"));
	/* digits of 15 bits: 1abc 2cf1 48d1 */
	cr_assert(HAS(bytes, length, "l\x03\0\0\0\xbc\x1a\xf1\x2c\xd1\x48"));
}
