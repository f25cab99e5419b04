/*
 * What a process takes: asked about this one, which knows it by other ways.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "target/usage.h"

enum { MANY_BYTES = 64 << 20 };

static void *wait_for_it(void *barrier)
{
	pthread_barrier_wait(barrier);
	return NULL;
}

Test(usage, cpu_time_memory_and_threads)
{
	struct usage before, after;
	uint64_t cpu_ns;
	void *bytes;

	cr_assert(usage_read(getpid(), &before));
	while (clock_own_cpu_ns() < 200 * (uint64_t)CLOCK_MS_NS)
		;
	bytes = mmap(NULL, MANY_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	cr_assert_neq(bytes, MAP_FAILED);
	cr_assert(usage_read(getpid(), &after));
	cpu_ns = clock_own_cpu_ns();
	cr_assert_geq(after.cpu_ns, 150 * (uint64_t)CLOCK_MS_NS);
	cr_assert_leq(after.cpu_ns, cpu_ns + 50 * (uint64_t)CLOCK_MS_NS);
	cr_assert_geq(after.rss_bytes, before.rss_bytes + MANY_BYTES / 2);
	cr_assert_geq(after.age_ns, before.age_ns);
	munmap(bytes, MANY_BYTES);
}

Test(usage, counts_threads)
{
	pthread_barrier_t barrier;
	struct usage before, after;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	cr_assert(usage_read(getpid(), &before));
	cr_assert_geq(before.threads, 1);
	pthread_create(&thread, NULL, wait_for_it, &barrier);
	cr_assert(usage_read(getpid(), &after));
	cr_assert_eq(after.threads, before.threads + 1);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

Test(usage, none_of_what_has_ended)
{
	siginfo_t info;
	struct usage usage;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	cr_assert_not(usage_read(pid, &usage), "a zombie takes nothing");
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	cr_assert_not(usage_read(pid, &usage));
}
