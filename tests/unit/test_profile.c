/*
 * The profile: what is the same is kept once.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "profile/profile.h"

/* A frame of a function at a line of a file. */
static uint32_t frame_of(struct profile *profile, enum frame_kind kind, const char *name,
			 const char *file, int32_t line)
{
	const struct func func = { kind, name, file, file, 0, 0 };
	uint32_t number, frame;

	cr_assert_null(profile_func(profile, &func, &number));
	cr_assert_null(profile_frame(profile, number, line, &frame));
	return frame;
}

static const struct func *func_of(const struct profile *profile, uint32_t frame)
{
	return &profile->funcs[profile->frames[frame].func];
}

Test(profile, an_empty_one_has_a_root)
{
	struct profile profile;

	cr_assert_null(profile_init(&profile));
	cr_assert_eq(profile.node_count, 1);
	cr_assert_eq(profile.frame_count, 0);
	cr_assert_eq(profile.total, 0);
	profile_deinit(&profile);
	profile_deinit(&profile); /* twice does no harm */
}

Test(profile, a_frame_is_kept_once)
{
	uint32_t a, again, other[4];
	char name[] = "main";
	struct profile profile;

	cr_assert_null(profile_init(&profile));
	a = frame_of(&profile, FRAME_PYTHON, name, "a.py", 1);
	strcpy(name, "xxxx"); /* the caller's string may go */
	again = frame_of(&profile, FRAME_PYTHON, "main", "a.py", 1);
	other[0] = frame_of(&profile, FRAME_PYTHON, "main", "a.py", 2);
	other[1] = frame_of(&profile, FRAME_PYTHON, "main", "b.py", 1);
	other[2] = frame_of(&profile, FRAME_PYTHON, "mai", "na.py", 1);
	other[3] = frame_of(&profile, FRAME_MARKER, "main", "a.py", 1);
	cr_assert_eq(again, a);
	cr_assert_eq(profile.frame_count, 5);
	cr_assert_str_eq(func_of(&profile, a)->name, "main");
	cr_assert_str_eq(func_of(&profile, a)->file, "a.py");
	cr_assert_eq(func_of(&profile, other[3])->kind, FRAME_MARKER);
	/* equal texts are one copy */
	cr_assert_eq(func_of(&profile, a)->name, func_of(&profile, other[0])->name);
	profile_deinit(&profile);
}

Test(profile, a_stack_is_kept_once)
{
	uint32_t frame, first, second, again;
	struct profile profile;

	cr_assert_null(profile_init(&profile));
	frame = frame_of(&profile, FRAME_PYTHON, "f", "a.py", 1);
	cr_assert_null(profile_child(&profile, 0, frame, &first));
	cr_assert_null(profile_child(&profile, first, frame, &second));
	cr_assert_null(profile_child(&profile, 0, frame, &again));
	cr_assert_eq(first, again);
	cr_assert_neq(first, second);
	cr_assert_eq(profile.nodes[second].parent, first);
	profile_add(&profile, second, 3, 30);
	profile_add(&profile, second, 4, 50);
	cr_assert_eq(profile.nodes[second].count, 7);
	cr_assert_eq(profile.nodes[second].time_ns, 80);
	cr_assert_eq(profile.total_time_ns, 80);
	cr_assert_eq(profile.nodes[first].count, 0);
	cr_assert_eq(profile.total, 7);
	profile_deinit(&profile);
}

Test(profile, grows)
{
	enum { COUNT = 50000 };
	uint32_t frame, node = 0, i;
	struct profile profile;
	char name[32];

	cr_assert_null(profile_init(&profile));
	for (i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		frame = frame_of(&profile, FRAME_PYTHON, name, "a.py", 1);
		cr_assert_eq(frame, i);
		cr_assert_null(profile_child(&profile, node, frame, &node));
	}
	cr_assert_eq(profile.node_count, COUNT + 1);
	for (i = 1; i < profile.node_count; i++)
		cr_assert_lt(profile.nodes[i].parent, i);
	cr_assert_str_eq(func_of(&profile, COUNT - 1)->name, name);
	profile_deinit(&profile);
}
