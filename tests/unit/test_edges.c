/*
 * Which calls are known to happen, and how a call becomes known.
 */
#include <criterion/criterion.h>

#include "python/edges.h"
#include "support/fake.h"
#include "support/fake_threads.h"
#include "support/fake_walk.h"

enum { CALLERS = 100, SUCCESSES_WANTED = 3 };

struct world {
	struct fake py;
	struct edge_set *set;
	uint64_t word; /* holds the address of the current frame */
	uint64_t caller, callee;
	struct edge_doubt doubt;
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
	world->doubt = (struct edge_doubt) {
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

static struct error *confirm(struct world *world, const struct edge_doubt *doubts, size_t count)
{
	return edge_set_confirm(world->set, &world->py.mem, &world->py.layout, world->word,
				fake_get_u64(&world->py, world->word, 0), doubts, count);
}

Test(edges, what_was_added_is_known)
{
	const struct edge edge = { 1, 2, 10 };
	const struct edge others[] = { { 2, 1, 10 }, { 1, 2, 12 }, { 0, 2, 10 }, { 1, 3, 10 } };
	struct edge_set *set;

	cr_assert_null(edge_set_create(&set));
	cr_assert(!edge_set_has(set, &edge));
	cr_assert_null(edge_set_add(set, &edge));
	cr_assert(edge_set_has(set, &edge));
	for (size_t i = 0; i < 4; i++)
		cr_assert(!edge_set_has(set, &others[i]));
	cr_assert_null(edge_set_add(set, &edge));
	cr_assert(edge_set_has(set, &edge));
	edge_set_destroy(set);
	edge_set_destroy(NULL);
}

Test(edges, where_calls_come_from_and_of_which_size)
{
	struct edge_set *set = NULL;
	int32_t offset = -7;

	cr_assert_null(edge_set_create(&set));
	cr_assert_not(edge_set_call(set, 1, 2, &offset));
	cr_assert_eq(offset, -7);
	cr_assert_null(edge_set_add_call(set, 1, 2, 10));
	cr_assert_null(edge_set_add_call(set, 1, 2, 12));
	cr_assert(edge_set_call(set, 1, 2, &offset));
	cr_assert_eq(offset, 12);
	cr_assert_not(edge_set_call(set, 2, 1, &offset));
	cr_assert_not(edge_set_has(set, &(struct edge) { 1, 2, 12 }));
	cr_assert_eq(edge_set_sized(set, 1, 112), 0);
	cr_assert_null(edge_set_add_sized(set, 1, 112, 0x1000));
	cr_assert_eq(edge_set_sized(set, 1, 112), 0x1000);
	cr_assert_eq(edge_set_sized(set, 1, 120), 0);
	edge_set_destroy(set);
}

Test(edges, the_set_does_not_grow_without_end)
{
	enum { MANY = (1 << 18) + 1 };
	const struct edge first = { 1, 2, 0 }, last = { 1, 2, MANY - 1 };
	struct edge_set *set;

	cr_assert_null(edge_set_create(&set));
	for (int64_t i = 0; i < MANY; i++)
		cr_assert_null(edge_set_add(set, &(struct edge) { 1, 2, i }));
	cr_assert(!edge_set_has(set, &first));
	cr_assert(edge_set_has(set, &last));
	edge_set_destroy(set);
}

Test(edges, a_call_that_does_not_change_becomes_known)
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

Test(edges, the_first_frame_of_a_thread_has_no_caller)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct edge_doubt doubt = { .edge = { 0, 2, 0 },
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

Test(edges, what_is_not_as_it_was_is_not_believed)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct edge_doubt doubt = world.doubt;

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

Test(edges, only_a_leaf_must_be_the_current_frame)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct error *err;

		err = edge_set_confirm(world.set, &world.py.mem, &world.py.layout, world.word,
				       world.caller, &world.doubt, 1);
		cr_assert_eq(err, &error_torn);
		world.doubt.is_leaf = false;
		err = edge_set_confirm(world.set, &world.py.mem, &world.py.layout, world.word,
				       world.caller, &world.doubt, 1);
		cr_assert_null(err);
	}
}

Test(edges, what_cannot_be_read)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct edge_doubt doubt = world.doubt;

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
Test(edges, a_call_that_nearly_always_fails_is_not_known)
{
	struct world world;

	EACH_WORLD(world)
	{
		struct edge_doubt wrong = world.doubt;

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

Test(edges, a_change_between_the_looks)
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

Test(edges, more_than_one_read_holds)
{
	static struct edge_doubt doubts[CALLERS];
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
