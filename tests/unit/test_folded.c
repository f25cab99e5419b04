/*
 * Folded stacks: sorted, one line each, whatever the names are.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/golden.h"
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

TestSuite(folded, .init = setup, .fini = teardown);

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in the order of their bytes, none twice, their counts those of the profile. */
static void check_grammar(char *text)
{
	char *lines[1000] = { 0 }, *sorted[1000], *p, *save = NULL;
	uint64_t total = 0;
	size_t count = 0, i;

	for (p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
		lines[count++] = p;
	memcpy(sorted, lines, sizeof(lines));
	qsort(sorted, count, sizeof(*sorted), compare_lines);
	for (i = 0; i < count; i++) {
		cr_assert_eq(lines[i], sorted[i], "not sorted: %.50s", lines[i]);
		p = strrchr(lines[i], ' ');
		cr_assert(p);
		total += strtoull(p + 1, NULL, 10);
		*p = '\0';
		cr_assert(!i || strcmp(lines[i - 1], lines[i]), "twice: %.50s", lines[i]);
	}
	cr_assert_eq(total, profile.total);
}

static void check_golden(const char *name)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_folded, &profile, NULL, &length);
	golden_check(name, text, length);
	check_grammar(text);
}

Test(folded, ordinary)
{
	profile_ordinary(&profile);
	check_golden("ordinary.folded");
}

Test(folded, hostile_names)
{
	profile_hostile(&profile);
	check_golden("hostile.folded");
}

Test(folded, nothing_sampled_is_nothing_written)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_folded, &profile, NULL, &length);
	cr_assert_eq(length, 0);
}

Test(folded, the_order_of_sampling_does_not_matter)
{
	CLEANUP(freep)
	char *forwards = NULL, *backwards = NULL;
	struct profile other;
	size_t length, other_length;

	COUNT(&profile, 1, PY("a", "x", 1), PY("b", "x", 1));
	COUNT(&profile, 2, PY("a", "x", 1));
	COUNT(&profile, 3, PY("c", "x", 1));
	cr_assert_null(profile_init(&other));
	COUNT(&other, 3, PY("c", "x", 1));
	COUNT(&other, 2, PY("a", "x", 1));
	COUNT(&other, 1, PY("a", "x", 1), PY("b", "x", 1));
	forwards = written(&output_folded, &profile, NULL, &length);
	backwards = written(&output_folded, &other, NULL, &other_length);
	cr_assert_str_eq(forwards, backwards);
	cr_assert_str_eq(forwards, "a (x:1) 2\na (x:1);b (x:1) 1\nc (x:1) 3\n");
	profile_deinit(&other);
}

Test(folded, random_trees_are_sorted)
{
	static const char *const names[] = { "a", "a ", "a 1", "a;", "a:", "b", "\x01", " ", "!" };
	struct frame_given stack[6];
	unsigned int seed = 1;
	size_t depth, i, n;

	for (n = 0; n < 300; n++) {
		depth = (size_t)rand_r(&seed) % 5 + 1;
		memset(stack, 0, sizeof(stack));
		for (i = 0; i < depth; i++)
			stack[i] = PY(names[(size_t)rand_r(&seed) % 9], "", 0);
		profile_count(&profile, stack, (uint64_t)rand_r(&seed) % 20 + 1);
	}
	CLEANUP(freep)
	char *text = written(&output_folded, &profile, NULL, &n);

	check_grammar(text);
}

Test(folded, very_deep_stacks)
{
	enum { DEPTH = 100000 };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	profile_count_deep(&profile, DEPTH, 1);
	profile_count_deep(&profile, DEPTH - 1, 2);
	text = written(&output_folded, &profile, NULL, &length);
	cr_assert_gt(length, 2 * DEPTH);
	cr_assert(strstr(text, ";f99998 (deep.py:1) 2\n"));
	cr_assert(strstr(text, ";f99998 (deep.py:1);f99999 (deep.py:1) 1\n"));
}

Test(folded, no_line_ends_in_two_numbers)
{
	const struct frame_given thread = { FRAME_THREAD, "thread (9): worker 7", "", 0 };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	COUNT(&profile, 1, thread);
	COUNT(&profile, 2, thread, PY("f", "f.py", 1));
	COUNT(&profile, 3, PY("f 7", "", 0));
	COUNT(&profile, 4, PY("f 7", "", 0), PY("g 7.5", "", 0));
	COUNT(&profile, 5, PY("f7", "", 0));
	text = written(&output_folded, &profile, NULL, &length);
	cr_assert_str_eq(text, "f 7 () 3\n"
			       "f 7 ();g 7.5 () 4\n"
			       "f7 5\n"
			       "thread (9): worker 7;<empty> 1\n"
			       "thread (9): worker 7;f (f.py:1) 2\n");
}
