/*
 * How a call becomes known: it is looked at again.
 */
#include <criterion/criterion.h>

#include "python/doubts.h"
#include "support/fake.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"

enum { CALLERS = 100, SUCCESSES_WANTED = 3 };

struct world {
	struct fake py;
	struct edge_set *set;
	uint64_t word; /* holds the address of the current frame */
	uint64_t caller, callee;
	struct doubt doubt;
};

static struct raw_frame raw_of(struct fake *py, uint64_t frame)
{
	return raw_frame_decode(&py->layout, frame, fake_at(py, frame));
}

static bool start(struct world *world, size_t index)
{
	struct fake *py = &world->py;

	*world = (struct world) { 0 };
	if (!fake_start(py, index))
		return false;
	cr_assert_null(edge_set_create(&world->set));
	world->caller = fake_frame(py, 0, fake_plain_code(py, "caller"), 10);
	world->callee = fake_frame(py, world->caller, fake_plain_code(py, "callee"), 4);
	world->word = fake_alloc(py, 8);
	fake_put_u64(py, world->word, 0, world->callee);
	world->doubt = (struct doubt) {
		.edge = { 1, 2, 10 },
		.caller_addr = world->caller,
		.callee_addr = world->callee,
		.caller_raw = raw_of(py, world->caller),
		.callee_raw = raw_of(py, world->callee),
		.is_leaf = true,
	};
	return true;
}

static void end(struct world *world)
{
	edge_set_destroy(world->set);
	fake_deinit(&world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

static struct error *confirm(struct world *world, const struct doubt *doubts, size_t count)
{
	return doubts_look_again(world->set, &world->py.mem, &world->py.layout, world->word,
				 fake_get_u64(&world->py, world->word, 0), doubts, count);
}

Test(doubts, a_call_that_does_not_change_becomes_known)
{
	struct world world;

	EACH_WORLD(world)
	{
		for (int i = 0; i < SUCCESSES_WANTED; i++) {
			cr_assert(!edge_set_has(world.set, &world.doubt.edge));
			cr_assert_null(confirm(&world, &world.doubt, 1), "%s",
				       fake_layout_name(&world.py.layout));
		}
		cr_assert(edge_set_has(world.set, &world.doubt.edge));
	}
}

Test(doubts, the_first_frame_of_a_thread_has_no_caller)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct doubt doubt = { .edge = { 0, 2, 0 },
				       .callee_addr = world.caller,
				       .callee_raw = raw_of(&world.py, world.caller) };

		for (int i = 0; i < SUCCESSES_WANTED; i++)
			cr_assert_null(confirm(&world, &doubt, 1));
		cr_assert(edge_set_has(world.set, &doubt.edge));
		/* it has one now */
		fake_set_previous(&world.py, world.caller, world.callee);
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
	}
}

Test(doubts, what_is_not_as_it_was_is_not_believed)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct doubt doubt = world.doubt;

		doubt.caller_raw.instr += 2;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		doubt = world.doubt;
		doubt.caller_raw.code += 16;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		doubt = world.doubt;
		doubt.caller_raw.previous += 16;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		doubt = world.doubt;
		doubt.callee_raw.code += 16;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		doubt = world.doubt;
		doubt.callee_raw.previous = 0;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		cr_assert(!edge_set_has(world.set, &doubt.edge));
		cr_assert_null(confirm(&world, &world.doubt, 1));
	}
}

Test(doubts, only_a_leaf_must_be_the_current_frame)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct error *err;

		err = doubts_look_again(world.set, &world.py.mem, &world.py.layout, world.word,
					world.caller, &world.doubt, 1);
		cr_assert_eq(err, &error_torn);
		world.doubt.is_leaf = false;
		err = doubts_look_again(world.set, &world.py.mem, &world.py.layout, world.word,
					world.caller, &world.doubt, 1);
		cr_assert_null(err);
	}
}

Test(doubts, what_cannot_be_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct doubt doubt = world.doubt;

		doubt.callee_addr = 0x1000;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		doubt = world.doubt;
		doubt.caller_addr = UINT64_MAX - 15;
		cr_assert_eq(confirm(&world, &doubt, 1), &error_torn);
		world.py.gone = true;
		cr_assert_eq(confirm(&world, &world.doubt, 1), &error_gone);
	}
}

static void change_third(struct fake *py, void *arg)
{
	struct world *world = arg;

	if (py->mem.calls % 3 == 0)
		fake_set_previous(py, world->callee, py->mem.calls % 2 ? 0 : world->caller);
}

/* One that succeeds now and then among failures is chance, not a call. */
Test(doubts, a_call_that_nearly_always_fails_is_not_known)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct doubt wrong = world.doubt;

		wrong.callee_raw.previous = 0;
		for (int i = 0; i < 1000; i++)
			cr_assert_eq(confirm(&world, &wrong, 1), &error_torn);
		for (int i = 0; i < SUCCESSES_WANTED; i++)
			cr_assert_null(confirm(&world, &world.doubt, 1));
		cr_assert(!edge_set_has(world.set, &world.doubt.edge), "3 of 1,003");
		for (int i = 0; i < 20; i++)
			cr_assert_null(confirm(&world, &world.doubt, 1));
		cr_assert(edge_set_has(world.set, &world.doubt.edge));
	}
}

Test(doubts, a_change_between_the_looks)
{
	struct world world;

	EACH_WORLD(world)
	{
		world.py.before_read = change_third;
		world.py.before_read_arg = &world;
		world.py.mem.calls = 0;
		cr_assert_eq(confirm(&world, &world.doubt, 1), &error_torn);
		world.py.before_read = NULL;
	}
}

Test(doubts, more_than_one_read_holds)
{
	static struct doubt doubts[CALLERS];
	struct world world;

	EACH_WORLD(world)
	{
		for (int i = 0; i < CALLERS; i++) {
			doubts[i] = world.doubt;
			doubts[i].edge.offset = i;
		}
		for (int i = 0; i < SUCCESSES_WANTED; i++)
			cr_assert_null(confirm(&world, doubts, CALLERS));
		for (int i = 0; i < CALLERS; i++)
			cr_assert(edge_set_has(world.set, &doubts[i].edge));
		/* one wrong one, in the last read */
		doubts[CALLERS - 1].caller_raw.instr++;
		cr_assert_eq(confirm(&world, doubts, CALLERS), &error_torn);
	}
}

/* A generator that C code runs. */
static struct doubt doubt_of_work(struct world *world, uint64_t *shim, uint64_t *generator)
{
	struct fake *py = &world->py;

	*shim = py->layout.frame_is_entry < 0 ? fake_shim(py, world->caller) : 0;
	*generator = fake_generator_frame(py, *shim ? *shim : world->caller,
					  fake_plain_code(py, "generator"), 8);
	return (struct doubt) {
		.edge = { 1, 3, 10 },
		.caller_addr = world->caller,
		.callee_addr = *generator,
		.shim_addr = *shim,
		.caller_raw = raw_of(py, world->caller),
		.callee_raw = raw_of(py, *generator),
		.is_leaf = true,
		.is_generators = true,
	};
}

/* The thread is in what that has called: nothing is as it was. */
static void look_at_work(struct world *world, const struct doubt *doubt)
{
	struct error *err = doubts_look_again(world->set, &world->py.mem, &world->py.layout,
					      world->word, doubt->callee_addr, doubt, 1);

	cr_assert_eq(err, edge_set_has(world->set, &doubt->edge) ? NULL : &error_torn);
}

Test(doubts, a_generator_that_is_held_all_the_while_becomes_known)
{
	enum { HELD_WANTED = 8 };
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t shim, generator;
		struct doubt doubt;

		if (world.py.layout.frame_shape == FRAME_OBJECT)
			continue;
		doubt = doubt_of_work(&world, &shim, &generator);
		for (int i = 0; i < HELD_WANTED; i++) {
			cr_assert_not(edge_set_has(world.set, &doubt.edge));
			look_at_work(&world, &doubt);
		}
		cr_assert(edge_set_has(world.set, &doubt.edge), "%s",
			  fake_layout_name(&world.py.layout));
	}
}

Test(doubts, a_generator_that_another_one_runs_does_not)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t shim, generator;
		struct doubt doubt;

		if (world.py.layout.frame_shape == FRAME_OBJECT)
			continue;
		doubt = doubt_of_work(&world, &shim, &generator);
		fake_set_previous(&world.py, shim ? shim : generator, world.callee);
		if (!shim)
			doubt.callee_raw.previous = world.callee;
		for (int i = 0; i < 50; i++)
			look_at_work(&world, &doubt);
		cr_assert_not(edge_set_has(world.set, &doubt.edge), "%s",
			      fake_layout_name(&world.py.layout));
	}
}
