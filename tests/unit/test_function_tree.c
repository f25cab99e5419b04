/*
 * The tree by function: what differs in lines only is one, wherever the root frames stand.
 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "output/function_tree.h"
#include "support/profiles.h"

static struct profile profile;
static struct function_tree tree;

static void setup(void)
{
	cr_assert_null(profile_init(&profile));
}

static void teardown(void)
{
	function_tree_deinit(&tree);
	profile_deinit(&profile);
}

TestSuite(function_tree, .init = setup, .fini = teardown);

static uint32_t func_of(uint32_t node)
{
	return profile_frame_of(&profile, node)->func;
}

/* No two children of a node are of the same function, and each node stands where it belongs. */
static void check_tree(size_t parts)
{
	size_t seen = 1;

	cr_assert_null(function_tree_init(&tree, &profile));
	cr_assert_eq(function_tree_parts(&tree), parts);
	for (size_t part = 0; part < parts; part++) {
		function_tree_enter(&tree, part);
		for (uint32_t n = tree.parts.items[part]; n < tree.parts.items[part + 1]; n++) {
			const struct function_tree_edge *roots;
			const uint32_t *children;
			size_t count, root_count;

			if (n)
				cr_assert_eq(func_of(tree.first_same[n]), func_of(n));
			if (tree.first_same[n] != n)
				continue;
			count = function_tree_children(&tree, n, &children);
			root_count = function_tree_roots(&tree, n, &roots);
			for (size_t i = 0; i < count; i++) {
				cr_assert_eq(tree.first_same[children[i]], children[i]);
				for (size_t k = 0; k < i; k++)
					cr_assert_neq(func_of(children[i]), func_of(children[k]));
			}
			for (size_t i = 0; i < root_count; i++)
				cr_assert_eq(profile.nodes[roots[i].child].parent, n);
			seen += count + root_count;
		}
	}
	for (uint32_t n = 0; n < profile.node_count; n++)
		seen -= tree.first_same[n] == n;
	cr_assert_eq(seen, 0);
}

/* Two lines of f, each calling g at two lines; g calls f. */
static void count_below(const struct frame_given *process, const struct frame_given *thread)
{
	for (int32_t line = 1; line <= 2; line++)
		for (int32_t below = 5; below <= 6; below++) {
			const struct frame_given frames[] = {
				PY("f", "a.py", line),
				PY("g", "a.py", below),
				PY("f", "a.py", below + line),
			};

			if (process)
				COUNT(&profile, 1, *process, *thread, frames[0], frames[1],
				      frames[2]);
			else if (thread)
				COUNT(&profile, 1, *thread, frames[0], frames[1], frames[2]);
			else
				COUNT(&profile, 1, frames[0], frames[1], frames[2]);
		}
}

static const struct frame_given process = { FRAME_PROCESS, "process 1:\"a\"", "", 0 };
static const struct frame_given first = { FRAME_THREAD, "thread (1): a", "", 0 };
static const struct frame_given second = { FRAME_THREAD, "thread (2): b", "", 0 };

Test(function_tree, of_one_part)
{
	count_below(NULL, NULL);
	check_tree(1);
	cr_assert_eq(tree.next_same[1], 6); /* the other line of f */
	cr_assert_eq(tree.next_same[6], 0);
}

Test(function_tree, a_part_for_each_root_frame)
{
	count_below(&process, &first);
	count_below(&process, &second);
	check_tree(4);
	cr_assert_eq(tree.roots.count, 3);
}

Test(function_tree, of_threads_that_take_turns)
{
	count_below(NULL, &first);
	count_below(NULL, &second);
	COUNT(&profile, 1, first, PY("f", "a.py", 9), PY("h", "a.py", 9));
	check_tree(1);
}

Test(function_tree, where_some_stacks_have_no_root_frame)
{
	count_below(NULL, &first);
	count_below(NULL, NULL);
	check_tree(1);
}

Test(function_tree, where_a_frame_is_called_like_a_root_frame)
{
	COUNT(&profile, 1, PY("f", "a.py", 1), first, PY("f", "a.py", 2));
	check_tree(1);
}

Test(function_tree, of_nothing)
{
	check_tree(1);
}
