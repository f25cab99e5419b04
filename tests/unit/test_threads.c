/*
 * Which threads a sample reads: those that may have had the GIL since the last one.
 */
#include <criterion/criterion.h>
#include <unistd.h>

#include "python/threads.h"
#include "support/fake_walk.h"

enum { THREADS = 3, SWITCHES = 16 /* words behind last_holder: see gil.c */ };

/* A Python with three threads; the walk of each program is of no use here. */
struct world {
	struct fake_program programs[THREADS]; /* all in the first one's memory */
	struct fake *py;
	struct process process;
	struct python python;
	uint64_t head_word, interp, gil, threads[THREADS];
	uint64_t switches;
	struct py_sample sample;
};

static bool has_gil(const struct py_layout *l)
{
	return !(l->flavour & PY_FREE_THREADED) && l->gil_last_holder >= 0 && l->gil_size > 0;
}

static void make_gil(struct world *world)
{
	struct fake *py = world->py;
	const struct py_layout *l = &py->layout;

	if (l->interp_ceval_gil >= 0) {
		world->gil = fake_alloc(py, (size_t)l->gil_size);
		fake_put_u64(py, world->interp, l->interp_ceval_gil, world->gil);
	} else {
		world->gil = world->python.location.runtime + (uint64_t)l->runtime_gil;
	}
}

/* The thread takes the GIL, after so many others. */
static void take_gil(struct world *world, int thread, uint64_t switches)
{
	const struct py_layout *l = &world->py->layout;

	world->switches += switches;
	fake_put_u64(world->py, world->gil, l->gil_last_holder, world->threads[thread]);
	fake_put_u64(world->py, world->gil, l->gil_last_holder + SWITCHES, world->switches);
}

static void make_thread(struct world *world, int i)
{
	struct fake_program *program = &world->programs[i];

	program->walk.py = *world->py; /* the arena is the same */
	fake_program_build(program);
	*world->py = program->walk.py;
	world->threads[i] = fake_thread(world->py, world->interp, 0x7f0000001000 + (uint64_t)i,
					(uint32_t)i + 1, program->frames[FAKE_INNER]);
}

static bool start(struct world *world, size_t index)
{
	struct python *python = &world->python;

	*world = (struct world) { .process = { .pid = getpid() } };
	world->py = &world->programs[0].walk.py;
	if (!fake_start(world->py, index))
		return false;
	world->interp = fake_interp(world->py, 0);
	world->head_word = fake_alloc(world->py, sizeof(uint64_t));
	fake_put_u64(world->py, world->head_word, 0, world->interp);
	python->location = (struct py_location) {
		.layout = world->py->layout,
		.runtime = fake_runtime(world->py, world->interp),
		.heads = { world->head_word },
		.head_count = 1,
	};
	python->process = &world->process;
	python->mem = &world->py->mem;
	for (int i = 0; i < THREADS; i++)
		make_thread(world, i);
	if (has_gil(&world->py->layout)) {
		make_gil(world);
		take_gil(world, 0, 5);
	}
	cr_assert_null(python_prepare(python));
	python->whole_due_ns = UINT64_MAX;
	return true;
}

static void end(struct world *world)
{
	struct python *python = &world->python;

	for (size_t i = 0; i < python->interps.count; i++)
		interp_destroy(python->interps.items[i]);
	array_deinit(&python->interps);
	known_threads_forget(&python->known, UINT64_MAX);
	array_deinit(&python->present);
	array_deinit(&python->threads);
	array_deinit(&python->wanted);
	array_deinit(&python->frames);
	frame_walker_deinit(&python->walker);
	lwp_table_destroy(python->lwps);
	native_ids_destroy(python->ids);
	code_cache_destroy(python->codes);
	snapshot_destroy(python->snapshot);
	fake_deinit(world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

static const char *name(const struct world *world)
{
	return fake_layout_name(&world->py->layout);
}

/* Takes a sample; how many of its stacks were not read. */
static uint64_t sample(struct world *world)
{
	const struct py_sample_options options = { .states = false };
	uint64_t reused = world->python.counters.reused;

	cr_assert_null(python_sample(&world->python, &options, &world->sample));
	cr_assert_not(world->sample.lost, "%s", name(world));
	return world->python.counters.reused - reused;
}

/* The offset at which a frame of that thread stands, as the sample has it. */
static int32_t offset(const struct world *world, int thread, int frame)
{
	for (size_t i = 0; i < world->sample.count; i++) {
		const struct py_thread *t = &world->sample.threads[i];

		if (t->tstate != world->threads[thread])
			continue;
		cr_assert_eq(t->stack_state, PY_STACK_WHOLE, "%s", name(world));
		cr_assert_eq(t->frame_count, FAKE_DEPTH, "%s", name(world));
		return t->frames[FAKE_DEPTH - 1 - frame].offset;
	}
	cr_assert(false, "%s: the thread is missing", name(world));
	return 0;
}

/* Its caller stands at another place now; the leaf does not. */
static void move(struct world *world, int thread, int32_t to)
{
	fake_set_offset(world->py, world->programs[thread].frames[FAKE_OUTER], to);
}

static void warm_up(struct world *world)
{
	for (int i = 0; i < 4; i++)
		(void)sample(world);
	cr_assert_eq(world->sample.count, THREADS, "%s", name(world));
}

Test(threads, that_did_not_have_the_gil_are_not_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t reused;

		warm_up(&world);
		reused = sample(&world);
		cr_assert_eq(reused, has_gil(&world.py->layout) ? THREADS - 1 : 0, "%s",
			     name(&world));
		for (int i = 0; i < THREADS; i++) {
			cr_assert_eq(offset(&world, i, FAKE_OUTER),
				     fake_program_offset(FAKE_OUTER));
			bool is_unread = has_gil(&world.py->layout) &&
					 world.sample.threads[i].tstate != world.threads[0];

			cr_assert_eq(world.sample.threads[i].same_below == FAKE_DEPTH, is_unread);
		}
	}
}

/* What the GIL says holds for the time since it was read: that must be before the stacks were. */
Test(threads, are_read_until_the_words_of_the_gil_come_first)
{
	struct world world;

	EACH_WORLD(world)
	{
		if (!has_gil(&world.py->layout))
			continue;
		for (int i = 0; i < 2; i++)
			cr_assert_eq(sample(&world), 0, "%s, sample %d", name(&world), i);
		cr_assert_eq(sample(&world), THREADS - 1, "%s", name(&world));
		world.python.interps.items[0]->gil_words.is_early = false;
		cr_assert_eq(sample(&world), 0, "%s", name(&world));
		cr_assert_eq(sample(&world), THREADS - 1, "%s", name(&world));
	}
}

static void hold_gil(struct world *world, int thread, bool holds)
{
	const struct py_layout *l = &world->py->layout;
	uint64_t current = fake_alloc(world->py, sizeof(uint64_t));

	if (l->tstate_holds_gil >= 0)
		fake_put_u32(world->py, world->threads[thread], l->tstate_holds_gil, holds);
	else if (l->holds_gil_bit >= 0)
		fake_put_u32(world->py, world->threads[thread], l->tstate_status,
			     holds ? 1u << l->holds_gil_bit : 0);
	fake_put_u64(world->py, current, 0, holds ? world->threads[thread] : 0);
	world->python.location.tstate_current = current;
}

Test(threads, of_a_new_interpreter_are_seen_when_the_gil_is_let_go)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py->layout;
		uint64_t interp;

		if (!has_gil(l) || l->interp_next < 0)
			continue;
		hold_gil(&world, 0, true);
		warm_up(&world);
		interp = fake_interp(world.py, 0);
		fake_put_u64(world.py, interp, l->interp_next, world.interp);
		(void)fake_thread(world.py, interp, 0x7f0000009000, 9, 0);
		fake_put_u64(world.py, world.head_word, 0, interp);
		hold_gil(&world, 0, false);
		for (int i = 0; i < 2; i++)
			(void)sample(&world);
		cr_assert_eq(world.sample.count, THREADS + 1, "%s", name(&world));
	}
}

Test(threads, with_the_gil_are_read_each_time)
{
	struct world world;

	EACH_WORLD(world)
	{
		warm_up(&world);
		move(&world, 0, 16);
		(void)sample(&world);
		cr_assert_eq(offset(&world, 0, FAKE_OUTER), 16, "%s", name(&world));
	}
}

Test(threads, that_had_the_gil_in_between_are_read_to_the_last_caller)
{
	struct world world;

	EACH_WORLD(world)
	{
		if (!has_gil(&world.py->layout))
			continue;
		warm_up(&world);
		/* the next holder ran, and so did the last one before it gave the GIL up */
		move(&world, 0, 16);
		move(&world, 1, 18);
		take_gil(&world, 1, 1);
		cr_assert_eq(sample(&world), THREADS - 2, "%s", name(&world));
		cr_assert_eq(offset(&world, 0, FAKE_OUTER), 16, "%s", name(&world));
		cr_assert_eq(offset(&world, 1, FAKE_OUTER), 18, "%s", name(&world));
		/* several switches: it may have been any */
		move(&world, 2, 20);
		take_gil(&world, 0, 3);
		cr_assert_eq(sample(&world), 0, "%s", name(&world));
		cr_assert_eq(offset(&world, 2, FAKE_OUTER), 20, "%s", name(&world));
		/* away and back again */
		move(&world, 2, 22);
		take_gil(&world, 0, 2);
		cr_assert_eq(sample(&world), 0, "%s", name(&world));
		cr_assert_eq(offset(&world, 2, FAKE_OUTER), 22, "%s", name(&world));
		cr_assert_eq(sample(&world), THREADS - 1, "%s", name(&world));
	}
}

Test(threads, are_all_read_when_the_words_of_the_gil_contradict_each_other)
{
	struct world world;

	EACH_WORLD(world)
	{
		if (!has_gil(&world.py->layout))
			continue;
		warm_up(&world);
		move(&world, 2, 16);
		take_gil(&world, 1, 0); /* another holder without a switch */
		cr_assert_eq(sample(&world), 0, "%s", name(&world));
		cr_assert_eq(offset(&world, 2, FAKE_OUTER), 16, "%s", name(&world));
		move(&world, 2, 18);
		take_gil(&world, 1, 1); /* a switch without another holder */
		cr_assert_eq(sample(&world), 0, "%s", name(&world));
		cr_assert_eq(offset(&world, 2, FAKE_OUTER), 18, "%s", name(&world));
	}
}

Test(threads, that_begin_and_end_are_seen)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py->layout;
		uint64_t head;

		warm_up(&world);
		(void)fake_thread(world.py, world.interp, 0x7f0000005000, 9, 0);
		(void)sample(&world);
		cr_assert_eq(world.sample.count, THREADS + 1, "%s", name(&world));
		head = fake_get_u64(world.py, world.interp, l->interp_threads_head);
		fake_put_u64(world.py, world.interp, l->interp_threads_head,
			     fake_get_u64(world.py, head, l->tstate_next));
		(void)sample(&world);
		cr_assert_eq(world.sample.count, THREADS, "%s", name(&world));
		/* the one in the middle ends, which the last holder's words tell */
		fake_put_u64(world.py, world.threads[2], l->tstate_next, world.threads[0]);
		if (has_gil(l))
			take_gil(&world, 2, 1);
		(void)sample(&world);
		cr_assert_eq(world.sample.count, THREADS - 1, "%s", name(&world));
	}
}

Test(threads, whose_code_is_replaced_are_read_anew)
{
	struct world world;

	EACH_WORLD(world)
	{
		const struct py_layout *l = &world.py->layout;
		struct py_thread *thread;

		warm_up(&world);
		(void)sample(&world);
		for (struct known_thread *known = world.python.known; known; known = known->hh.next)
			if (known->tstate == world.threads[1])
				((struct code *)known->frames.items[1].code)->is_stale = true;
		known_threads_drop_stale(world.python.known);
		cr_assert_eq(sample(&world), has_gil(l) ? THREADS - 2 : 0, "%s", name(&world));
		thread = &world.python.threads.items[1];
		cr_assert_eq(thread->frame_count, FAKE_DEPTH);
		cr_assert_lt(thread->same_below, FAKE_DEPTH);
	}
}
