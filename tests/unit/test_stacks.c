/*
 * From the threads of a look to samples: what is taken, what is left out, what is remembered.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "profile/stacks.h"

enum { FRAMES_MAX = 8 };

/* Codes a, b and c; line 10 until offset 4, line 11 from there on. */
static struct line_row rows[] = { { 0, 10 }, { 4, 11 } };
static const struct code codes[] = {
	{ .id = 1, .name = "a", .filename = "/x/a.py", .firstlineno = 9, .lines = { rows, 2 } },
	{ .id = 2, .name = "b", .filename = "/x/b.py", .firstlineno = 9, .lines = { rows, 2 } },
	{ .id = 3, .name = "c", .filename = "/x/c.py", .firstlineno = 9, .lines = { rows, 2 } },
};

struct world {
	struct sampler_options options;
	struct process process;
	struct profile profile;
	struct stack_recorder *recorder;
	struct stats stats;
	struct look look; /* all that were added */
};

static void begin(struct world *world)
{
	world->process.pid = getpid();
	cr_assert_null(profile_init(&world->profile));
	cr_assert_null(stack_recorder_create(&world->options, &world->process, &world->profile,
					     &world->recorder));
}

static void end(struct world *world)
{
	stack_recorder_destroy(world->recorder);
	profile_deinit(&world->profile);
	array_deinit(&world->look);
}

/* A stack in letters, root first: "abc"; a capital stands at offset 4. */
static void fill(struct py_thread *thread, struct py_frame *frames, const char *stack)
{
	size_t count = strlen(stack);

	for (size_t i = 0; i < count; i++) {
		char letter = stack[count - 1 - i];
		bool is_later = letter < 'a';

		frames[i] = (struct py_frame) {
			.code = &codes[letter - (is_later ? 'A' : 'a')],
			.offset = is_later ? 4 : 0,
		};
	}
	thread->frames = frames;
	thread->frame_count = count;
}

static void add(struct world *world, const struct py_thread *like, const char *stack)
{
	struct py_frame frames[FRAMES_MAX];
	struct py_thread thread = *like;
	const struct py_sample sample = { .threads = &thread, .count = 1 };

	fill(&thread, frames, stack);
	cr_assert_null(
		stack_recorder_add(world->recorder, NULL, &sample, &world->stats, &world->look));
}

/* "a:10 b:11": the stack of a node. */
static void write_stack(const struct profile *profile, uint32_t node, char *text, size_t size)
{
	if (!node)
		return;
	write_stack(profile, profile->nodes[node].parent, text, size);
	snprintf(text + strlen(text), size - strlen(text), "%s%s:%d", *text ? " " : "",
		 profile_func_of(profile, node)->name, profile_frame_of(profile, node)->line);
}

static void check_count(const struct world *world, const char *stack, uint64_t count)
{
	uint64_t found = 0;

	for (size_t i = 0; i < world->look.count; i++) {
		char text[256] = "";

		write_stack(&world->profile, world->look.items[i].node, text, sizeof(text));
		found += !strcmp(text, stack);
	}
	cr_assert_eq(found, count, "%s: %llu", stack, (unsigned long long)found);
}

static const struct py_thread usual = { .tstate = 0x1000 };

Test(stacks, are_counted_by_line)
{
	struct world world = { 0 };

	begin(&world);
	add(&world, &usual, "abc");
	add(&world, &usual, "abc");
	add(&world, &usual, "abC");
	add(&world, &usual, "aBc");
	add(&world, &usual, "ab");
	add(&world, &usual, "c");
	add(&world, &usual, "abc");
	check_count(&world, "a:10 b:10 c:10", 3);
	check_count(&world, "a:10 b:10 c:11", 1);
	check_count(&world, "a:10 b:11 c:10", 1);
	check_count(&world, "a:10 b:10", 1);
	check_count(&world, "c:10", 1);
	check_count(&world, "a:10", 0);
	cr_assert_eq(world.look.count, 7);
	cr_assert_eq(world.stats.samples, 7);
	end(&world);
}

Test(stacks, of_two_threads_are_not_mixed_up)
{
	const struct py_thread other = { .tstate = 0x2000 };
	struct world world = { 0 };

	begin(&world);
	for (int i = 0; i < 10; i++) {
		add(&world, &usual, "abc");
		add(&world, &other, "acb");
	}
	check_count(&world, "a:10 b:10 c:10", 10);
	check_count(&world, "a:10 c:10 b:10", 10);
	cr_assert_eq(world.look.count, 20);
	end(&world);
}

Test(stacks, say_what_the_thread_does)
{
	struct py_thread thread = usual;
	struct world world = { 0 };

	begin(&world);
	thread.holds_gil = true;
	add(&world, &thread, "a");
	thread.holds_gil = false;
	thread.state = PY_THREAD_GIL_WAIT;
	add(&world, &thread, "a");
	thread.state = PY_THREAD_WAITING;
	thread.wait = LWP_WAIT_SLEEP;
	add(&world, &thread, "a");
	cr_assert_eq(world.look.items[0].state, SAMPLE_RUNNING);
	cr_assert_eq(world.look.items[0].flags, SAMPLE_HOLDS_GIL);
	cr_assert_eq(world.look.items[1].state, SAMPLE_GIL_WAIT);
	cr_assert_eq(world.look.items[1].flags, 0);
	cr_assert_eq(world.look.items[2].state, SAMPLE_WAIT_SLEEP);
	end(&world);
}

Test(stacks, of_threads_without_the_gil_when_that_is_asked_for)
{
	struct world world = { .options.gil_only = true };
	struct py_thread thread = usual;

	begin(&world);
	add(&world, &thread, "a");
	thread.holds_gil = true;
	add(&world, &thread, "b");
	thread.shadowed = true;
	add(&world, &thread, "c");
	check_count(&world, "a:10", 0);
	check_count(&world, "b:10", 1);
	check_count(&world, "c:10", 0);
	end(&world);
}

Test(stacks, that_cannot_be_seen_are_marked)
{
	struct py_thread thread = usual;
	struct world world = { 0 };

	begin(&world);
	thread.stack_state = PY_STACK_TORN;
	add(&world, &thread, "");
	thread.stack_state = PY_STACK_FAULT;
	add(&world, &thread, "");
	thread.stack_state = PY_STACK_WHOLE;
	add(&world, &thread, ""); /* between two calls into Python */
	thread.stack_state = PY_STACK_TORN;
	add(&world, &thread, "ab"); /* what holds together is kept */
	check_count(&world, "a:10 b:10 <torn>:0", 1);
	check_count(&world, "<torn>:0", 1);
	check_count(&world, "<unreadable>:0", 1);
	cr_assert_eq(world.stats.torn, 2);
	cr_assert_eq(world.stats.faults, 1);
	cr_assert_eq(world.stats.samples, 3);
	cr_assert_eq(world.look.count, 3);
	add(&world, &thread, ""); /* what the look before saw is not below it */
	check_count(&world, "a:10 b:10 <torn>:0", 1);
	check_count(&world, "<torn>:0", 2);
	end(&world);
}

Test(stacks, that_lack_their_root_say_so)
{
	struct py_thread thread = usual;
	struct world world = { 0 };

	begin(&world);
	add(&world, &thread, "ab");
	thread.stack_state = PY_STACK_ELIDED;
	add(&world, &thread, "ab");
	add(&world, &thread, "ab");
	thread.stack_state = PY_STACK_WHOLE;
	add(&world, &thread, "ab");
	check_count(&world, "<elided>:0 a:10 b:10", 2);
	check_count(&world, "a:10 b:10", 2);
	cr_assert_eq(world.stats.elided, 2);
	end(&world);
}

Test(stacks, of_subinterpreters_are_of_another_thread)
{
	struct py_thread thread = usual;
	struct world world = { 0 };

	begin(&world);
	add(&world, &thread, "ab");
	thread.interp_id = 3;
	add(&world, &thread, "ab");
	check_count(&world, "a:10 b:10", 2);
	cr_assert_neq(world.look.items[0].thread, world.look.items[1].thread);
	cr_assert_eq(world.profile.threads[world.look.items[0].thread].interp, 0);
	cr_assert_eq(world.profile.threads[world.look.items[1].thread].interp, 3);
	end(&world);
}

Test(stacks, know_their_process)
{
	char *argv[] = { (char[]) { "python3" }, (char[]) { "a.py" }, NULL };
	struct world world = { .process = { .argv = argv, .argc = 2 } };
	const struct thread_info *thread;

	begin(&world);
	add(&world, &usual, "a");
	thread = &world.profile.threads[world.look.items[0].thread];
	cr_assert_eq(world.profile.processes[thread->process].pid, getpid());
	cr_assert_eq(world.profile.processes[thread->process].parent, getppid());
	cr_assert_str_eq(world.profile.processes[thread->process].command, "python3 a.py");
	end(&world);
}

/* After an exec, ids begin anew: another code may have the number of a former one. */
/* A look that nobody is handed may come before: the thread is as it was then. */
Test(stacks, the_first_of_a_thread_is_found_whatever_came_before)
{
	struct py_thread thread = usual;
	struct world world = { 0 };

	begin(&world);
	thread.same_below = 3;
	add(&world, &thread, "abc");
	check_count(&world, "a:10 b:10 c:10", 1);
	end(&world);
}

Test(stacks, after_a_reset_nothing_is_remembered)
{
	static const struct code anew = {
		.id = 1, .name = "z", .filename = "/x/z.py", .lines = { rows, 2 }
	};
	const struct py_frame frame = { .code = &anew };
	struct py_thread thread = usual;
	const struct py_sample sample = { .threads = &thread, .count = 1 };
	struct world world = { 0 };

	begin(&world);
	add(&world, &usual, "a");
	stack_recorder_reset(world.recorder);
	thread.frames = &frame;
	thread.frame_count = 1;
	cr_assert_null(
		stack_recorder_add(world.recorder, NULL, &sample, &world.stats, &world.look));
	check_count(&world, "a:10", 1);
	check_count(&world, "z:10", 1);
	end(&world);
}

Test(stacks, threads_that_are_gone_are_forgotten)
{
	struct world world = { 0 };

	begin(&world);
	for (uint64_t i = 0; i < 20000; i++) {
		const struct py_thread thread = { .tstate = 0x1000 + 8 * i };

		add(&world, &thread, "ab");
	}
	check_count(&world, "a:10 b:10", 20000);
	cr_assert_eq(world.profile.node_count, 3);
	end(&world);
}
