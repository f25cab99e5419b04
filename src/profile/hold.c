/*
 * hold.c - stop, read, let go.
 */
#include "profile/hold.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "target/stop.h"

enum { TRIES_MAX = 8 /* the GIL changes hands while its holder is told to stop */ };

struct hold {
	struct stopper *stopper;
	bool keeps;       /* until hold_release() */
	bool is_alone;    /* there was one thread in the last sample */
	bool is_complete; /* all of the last sample was read of threads that stood still */
	bool is_late;     /* it took too long to read this one */
	uint64_t began_cpu_ns;
	uint64_t missed;
};

struct error *hold_create(pid_t pid, struct hold **ret)
{
	struct hold *hold = calloc(1, sizeof(*hold));
	struct error *err;

	if (!hold)
		return &error_nomem;
	err = stopper_create(pid, &hold->stopper);
	if (err) {
		free(hold);
		return err;
	}
	*ret = hold;
	return NULL;
}

void hold_destroy(struct hold *hold)
{
	if (!hold)
		return;
	stopper_destroy(hold->stopper);
	free(hold);
}

static bool holds_all(const struct hold *hold, const pid_t *tids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!stopper_holds(hold->stopper, tids[i]))
			return false;
	return true;
}

/* Stops who can go on, and looks whether it is another one by now. */
static struct error *stop_movers(struct hold *hold, struct python *python)
{
	struct lwp_table *lwps = python_lwps(python);

	lwp_table_remember(lwps);
	for (int i = 0; i < TRIES_MAX; i++) {
		const pid_t *tids;
		size_t count;
		struct error *err = python_movers(python, &tids, &count);

		if (!err && !count)
			continue;
		if (!err && i && holds_all(hold, tids, count))
			break;
		if (!err)
			err = stopper_stop(hold->stopper, lwps, tids, count);
		if (err)
			return err;
		if (hold->is_alone)
			break;
	}
	return NULL;
}

/* That we had no CPU ourselves is no reason to read the rest while the target runs. */
static bool is_too_long(const struct hold *hold)
{
	return clock_own_cpu_ns() - hold->began_cpu_ns > HOLD_MAX_NS;
}

static void let_go(void *context, bool is_all)
{
	struct hold *hold = context;

	if (hold->keeps || (!is_all && !is_too_long(hold)))
		return;
	hold->is_late |= !is_all;
	stopper_resume(hold->stopper);
}

/* Was there a thread that could change its stack, and did not stand still? */
static bool has_missed(const struct hold *hold, const struct py_sample *sample)
{
	for (size_t i = 0; i < sample->count; i++) {
		const struct py_thread *thread = &sample->threads[i];

		if (thread->holds_gil && thread->state == PY_THREAD_RUNNING &&
		    !stopper_holds(hold->stopper, thread->tid))
			return true;
	}
	return false;
}

struct error *hold_sample(struct hold *hold, struct python *python,
			  const struct py_sample_options *options, bool keep, struct py_sample *ret)
{
	struct py_sample_options wanted = *options;
	struct error *err;

	hold->keeps = keep;
	hold->is_late = false;
	err = stop_movers(hold, python);
	hold->began_cpu_ns = clock_own_cpu_ns();
	wanted.on_read = let_go;
	wanted.context = hold;
	wanted.read_until_ns = clock_now_ns() + HOLD_MAX_NS;
	if (!err)
		err = python_sample(python, &wanted, ret);
	if (err) {
		stopper_resume(hold->stopper);
		return err;
	}
	hold->is_alone = ret->count == 1;
	hold->is_complete = !hold->is_late && !has_missed(hold, ret);
	hold->missed += !hold->is_complete;
	return NULL;
}

void hold_release(struct hold *hold)
{
	stopper_resume(hold->stopper);
}

bool hold_is_complete(const struct hold *hold)
{
	return hold->is_complete;
}

bool hold_is_stuck(const struct hold *hold)
{
	return stopper_is_stuck(hold->stopper);
}

void hold_count(const struct hold *hold, struct hold_counts *sum)
{
	struct stop_times times = stopper_times(hold->stopper);

	sum->stops += times.count;
	sum->stopped_ns += times.total_ns;
	if (times.longest_ns > sum->longest_ns)
		sum->longest_ns = times.longest_ns;
	sum->off_cpu += times.off_cpu;
	sum->missed += hold->missed;
}
