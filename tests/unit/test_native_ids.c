/*
 * The kernel's number of a thread, found in what the C library keeps of it. The threads are those
 * of the test itself, what the C library keeps is made up.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <unistd.h>

#include "python/native_ids.h"
#include "support/fake.h"

enum { DESCRIPTOR = 2304 };

struct world {
	struct fake py;
	struct snapshot *snapshot;
	struct native_ids *ids;
	pid_t other; /* a second thread, which waits */
	pthread_t thread;
	pthread_barrier_t begun, over;
};

static void *wait_there(void *arg)
{
	struct world *world = arg;

	world->other = gettid();
	pthread_barrier_wait(&world->begun);
	pthread_barrier_wait(&world->over);
	return NULL;
}

static void begin(struct world *world)
{
	cr_assert(fake_start(&world->py, 0));
	cr_assert_null(snapshot_create(&world->py.mem, &world->snapshot));
	cr_assert_null(native_ids_create(&world->py.mem, getpid(), &world->ids));
	pthread_barrier_init(&world->begun, NULL, 2);
	pthread_barrier_init(&world->over, NULL, 2);
	cr_assert_eq(pthread_create(&world->thread, NULL, wait_there, world), 0);
	pthread_barrier_wait(&world->begun);
}

static void end(struct world *world)
{
	pthread_barrier_wait(&world->over);
	pthread_join(world->thread, NULL);
	native_ids_destroy(world->ids);
	native_ids_destroy(NULL);
	snapshot_destroy(world->snapshot);
	fake_deinit(&world->py);
}

/* A thread descriptor with that number at that place. */
static uint64_t descriptor(struct world *world, int32_t place, pid_t tid)
{
	uint64_t ident = fake_alloc(&world->py, DESCRIPTOR);

	fake_put_u32(&world->py, ident, place, (uint32_t)tid);
	return ident;
}

static pid_t find(struct world *world, uint64_t ident)
{
	cr_assert_null(snapshot_begin(world->snapshot));
	return native_ids_of_pthread(world->ids, world->snapshot, ident);
}

Test(native_ids, by_the_number_itself)
{
	struct world world = { 0 };

	begin(&world);
	cr_assert_eq(native_ids_find(world.ids, getpid()), getpid());
	cr_assert_eq(native_ids_find(world.ids, world.other), world.other);
	cr_assert_eq(native_ids_find(world.ids, 0), 0);
	cr_assert_eq(native_ids_find(world.ids, -1), 0);
	cr_assert_eq(native_ids_find(world.ids, INT32_MAX), 0);
	end(&world);
}

static void find_both(int32_t place)
{
	struct world world = { 0 };
	uint64_t mine, its;

	begin(&world);
	mine = descriptor(&world, place, getpid());
	its = descriptor(&world, place, world.other);
	cr_assert_eq(find(&world, mine), getpid());
	cr_assert_eq(find(&world, its), world.other);
	cr_assert_eq(find(&world, 0), 0);
	cr_assert_eq(find(&world, 0x1000), 0);
	end(&world);
}

Test(native_ids, where_glibc_keeps_it)
{
	find_both(720);
}

Test(native_ids, where_musl_keeps_it)
{
	find_both(48);
}

/* The number of the process stands before its own in each of them. */
Test(native_ids, the_likely_place_is_looked_at_first)
{
	struct world world = { 0 };
	uint64_t mine, its;

	begin(&world);
	mine = descriptor(&world, 720, getpid());
	its = descriptor(&world, 720, world.other);
	fake_put_u32(&world.py, mine, 200, (uint32_t)getpid());
	fake_put_u32(&world.py, its, 200, (uint32_t)getpid());
	cr_assert_eq(find(&world, its), world.other);
	cr_assert_eq(find(&world, mine), getpid());
	end(&world);
}

Test(native_ids, a_number_that_is_no_threads)
{
	struct world world = { 0 };

	begin(&world);
	cr_assert_eq(find(&world, descriptor(&world, 720, INT32_MAX)), 0);
	end(&world);
}
