/*
 * Finding nodes and frames again.
 */
#include <criterion/criterion.h>

#include "profile/profile.h"

Test(pairs, of_nodes_are_found_again_however_many_there_are)
{
	enum { COUNT = 20000 };
	struct profile profile;
	uint32_t func, frames[3], node, again;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_func(
		&profile, &(struct func) { FRAME_PYTHON, "f", "f.py", "f.py", 0, 0 }, &func));
	for (int32_t i = 0; i < 3; i++)
		cr_assert_null(profile_frame(&profile, func, i - 1, &frames[i]));
	/* three below each, until there are enough */
	for (uint32_t parent = 0; profile.node_count < COUNT; parent++)
		for (int i = 0; i < 3; i++)
			cr_assert_null(profile_child(&profile, parent, frames[i], &node));
	cr_assert_eq(node, profile.node_count - 1);
	for (uint32_t n = 1; n < profile.node_count; n++) {
		const struct stack_node *at = &profile.nodes[n];

		cr_assert_lt(at->parent, n);
		cr_assert_null(profile_child(&profile, at->parent, at->frame, &again));
		cr_assert_eq(again, n);
	}
	for (int32_t i = 0; i < 3; i++) {
		cr_assert_null(profile_frame(&profile, func, i - 1, &again));
		cr_assert_eq(again, frames[i]);
		cr_assert_eq(profile.frames[again].line, i - 1);
	}
	profile_deinit(&profile);
}

Test(pairs, with_the_same_first_number_are_known_apart)
{
	enum { COUNT = 50000 };
	struct profile profile;
	uint32_t func, number;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_func(
		&profile, &(struct func) { FRAME_PYTHON, "f", "f.py", "f.py", 0, 0 }, &func));
	for (int round = 0; round < 2; round++)
		for (int32_t line = 0; line < COUNT; line++) {
			cr_assert_null(profile_frame(&profile, func, line, &number));
			cr_assert_eq(number, (uint32_t)line);
		}
	profile_deinit(&profile);
}

Test(pairs, know_the_root_from_its_first_child)
{
	struct profile profile;
	uint32_t frame, node;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_label_frame(&profile, FRAME_MARKER, "<torn>", &frame));
	cr_assert_eq(frame, 0);
	cr_assert_null(profile_child(&profile, 0, frame, &node));
	cr_assert_eq(node, 1);
	cr_assert_null(profile_child(&profile, 0, frame, &node));
	cr_assert_eq(node, 1);
	profile_deinit(&profile);
}

Test(pairs, of_closed_nodes_are_found_when_they_are_opened_again)
{
	enum { COUNT = 3000 };
	struct profile profile;
	uint32_t func, frame, node = 0, again;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_func(
		&profile, &(struct func) { FRAME_PYTHON, "f", "f.py", "f.py", 0, 0 }, &func));
	for (int32_t line = 0; line < COUNT; line++) {
		cr_assert_null(profile_frame(&profile, func, line, &frame));
		cr_assert_null(profile_child(&profile, 0, frame, &node));
		if (line == COUNT / 2)
			profile_close_nodes(&profile);
		cr_assert_null(profile_child(&profile, 0, frame, &again));
		if (line != COUNT / 2)
			cr_assert_eq(again, node);
		else
			cr_assert_eq(again, node + 1, "it is still known");
	}
	cr_assert_eq(profile.node_count, COUNT + 2);
	cr_assert_null(profile_reopen_nodes(&profile));
	for (uint32_t n = 1; n < profile.node_count; n++) {
		cr_assert_null(profile_child(&profile, 0, profile.nodes[n].frame, &again));
		cr_assert(again == n || (n == COUNT / 2 + 2 && again == n - 1));
	}
	cr_assert_eq(profile.node_count, COUNT + 2);
	profile_deinit(&profile);
}
