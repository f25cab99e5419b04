/*
 * sample.c - what all threads do now: one round over the interpreters, their threads and frames.
 *
 * All that a round needs is predicted from the last one and read in one call (snapshot.h), the
 * words of a thread right before its frames. A thread whose stack does not hold together is read
 * again, at most three times more, with everything else; what was good the first time is kept: to
 * re-draw it would favour quiet moments.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "threads.h"

enum {
	ROUNDS_MAX = 4,              /* nothing is predicted in the first one after attaching */
	INTERPS_MAX = 1024,          /* a list longer than this runs in a circle */
	WHOLE_NS = 64 * CLOCK_MS_NS, /* between samples that take nothing for known */
	FORGET_PASSES = 1024,        /* threads come back to the place of one that ended */
};

static uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

/* An interpreter that was away for a round may be another one at the same address. */
static struct interp *interp_seen(struct python *python, uint64_t addr, int64_t id)
{
	struct interp *interp = python_interp(python, addr);

	if (!interp)
		return NULL;
	if (interp->id != id) {
		thread_names_destroy(interp->names);
		interp->names = NULL;
		interp->id = id;
	}
	interp->round = python->round;
	return interp;
}

/*
 * The newest interpreter of a list. As long as a thread that is known holds the only GIL, nobody
 * makes another one.
 */
static struct error *find_head(struct python *python, size_t list, uint64_t *ret)
{
	struct error *err;
	const void *bytes;

	*ret = python->heads[list];
	if (*ret && python->gil_is_held && python->now_ns < python->whole_due_ns)
		return NULL;
	err = snapshot_get_last(python->snapshot, python->location.heads[list], sizeof(*ret),
				&bytes);
	if (!err)
		python->heads[list] = *ret = word(bytes, 0);
	return err;
}

static struct error *read_interps(struct round *round, size_t list)
{
	struct python *python = round->python;
	const struct py_layout *l = &python->location.layout;
	const void *bytes;
	struct error *err;
	uint64_t addr;

	err = find_head(python, list, &addr);
	if (err)
		return err;
	for (size_t count = 0; addr; count++) {
		struct interp *interp;
		const char *slice;
		int64_t id;

		if (count >= INTERPS_MAX || addr % sizeof(uint64_t))
			return &error_torn;
		/*
		 * The target writes to what lies beside, the counters of its collector, when it
		 * makes an object: read before the threads, that would show them making objects.
		 */
		err = snapshot_get_last(python->snapshot, addr + (uint64_t)python->interp_start,
					python->interp_size, &bytes);
		if (err)
			return err;
		slice = (const char *)bytes - python->interp_start;
		id = l->interp_id >= 0 ? (int64_t)word(slice, l->interp_id) : 0;
		interp = interp_seen(python, addr, id);
		if (!interp)
			return &error_nomem;
		if (interp->pass == python->pass)
			return NULL; /* by another head */
		interp->pass = python->pass;
		interp->order = (int)count;
		gil_read(python, interp);
		collector_read(python, interp, slice);
		err = threads_read(round, interp, word(slice, l->interp_threads_head));
		if (err)
			return err;
		addr = word(slice, l->interp_next);
	}
	return NULL;
}

/*
 * 3.14 and later count the code objects that died. The count is the last thing that a round reads,
 * so that an equal one means: every code object of the last sample was still there when this one's
 * frames were read.
 */
static bool no_code_died(struct python *python)
{
	int32_t offset = python->location.layout.interp_code_object_generation;

	if (offset < 0 || !python->interps.count)
		return false;
	for (size_t i = 0; i < python->interps.count; i++) {
		const struct interp *interp = python->interps.items[i];
		const void *now = snapshot_glance(python->snapshot, interp->addr + (uint64_t)offset,
						  sizeof(uint64_t));

		if (!now || word(now, 0) != interp->generation)
			return false;
	}
	return true;
}

static void read_generations(struct python *python)
{
	int32_t offset = python->location.layout.interp_code_object_generation;
	const void *bytes;

	for (size_t i = 0; offset >= 0 && i < python->interps.count; i++) {
		struct interp *interp = python->interps.items[i];

		if (interp->round != python->round)
			continue;
		if (!error_catch_any(snapshot_get_last(python->snapshot,
						       interp->addr + (uint64_t)offset,
						       sizeof(uint64_t), &bytes)))
			interp->generation = word(bytes, 0);
	}
}

static struct error *run_round(struct round *round)
{
	struct python *python = round->python;
	struct error *err = snapshot_begin(python->snapshot);

	python->pass++;
	round->broken = round->again = false;
	if (err)
		return err;
	/* once a sample, whatever is read anew: stacks of threads that did not run hold stale code
	 */
	if (round->begun)
		code_cache_reread(python->codes, no_code_died(python));
	else
		code_cache_begin(python->codes, no_code_died(python), python->now_ns);
	round->begun = true;
	for (size_t i = 0; i < python->location.head_count; i++) {
		err = read_interps(round, i);
		if (is_fatal(err))
			return err;
		if (err) {
			error_destroy(err);
			round->broken = true;
		}
	}
	frame_walker_keep_recent(&python->walker);
	read_generations(python);
	return NULL;
}

/* 2.7 and 3.6 do not number interpreters: the oldest, which is the last in the list, is 0. */
static void number_interps(struct python *python)
{
	int last = 0;

	if (python->location.layout.interp_id >= 0)
		return;
	for (size_t i = 0; i < python->interps.count; i++)
		if (python->interps.items[i]->order > last)
			last = python->interps.items[i]->order;
	for (size_t i = 0; i < python->threads.count; i++) {
		struct py_thread *thread = &python->threads.items[i];
		const struct interp *interp = python_interp(python, thread->interp);

		if (interp)
			thread->interp_id = last - interp->order;
	}
}

static void forget_interps(struct python *python)
{
	size_t kept = 0;

	for (size_t i = 0; i < python->interps.count; i++) {
		struct interp *interp = python->interps.items[i];

		if (interp->round == python->round) {
			python->interps.items[kept++] = interp;
			continue;
		}
		interp_destroy(interp);
	}
	python->interps.count = kept;
}

/* The list has the newest thread first, people look for the oldest. */
static bool hand_on(struct python *python)
{
	size_t count = python->present.count;

	python->threads.count = 0;
	if (!array_reserve(&python->threads, count))
		return false;
	while (count) {
		struct known_thread *known = python->present.items[--count];
		struct py_thread *thread = &python->threads.items[python->threads.count++];

		known->seen_round = python->round;
		*thread = known->thread;
		thread->frames = known->frames.items;
		/* under what is torn stands what is not */
		thread->frame_count = known->has_stack || thread->stack_state == PY_STACK_TORN
					      ? known->frames.count
					      : 0;
	}
	return true;
}

/* What is remembered stays as long as it may serve, and as it is true. */
static void forget_threads(struct python *python)
{
	if (code_cache_has_stale(python->codes))
		known_threads_drop_stale(python->known);
	if (python->now_ns < python->whole_due_ns)
		return;
	python->whole_due_ns = python->now_ns + WHOLE_NS;
	if (python->pass > FORGET_PASSES)
		known_threads_forget(&python->known, python->pass - FORGET_PASSES);
}

/*
 * A thread that runs in a sub-interpreter has a thread state in each interpreter that it came
 * through. What it does now stands in the one that holds a GIL; where none does, all are shown.
 */
static void mark_shadowed(struct python *python)
{
	struct py_thread *threads = python->threads.items;

	if (python->interps.count < 2)
		return;
	for (size_t i = 0; i < python->threads.count; i++) {
		if (!threads[i].holds_gil || !threads[i].tid)
			continue;
		for (size_t j = 0; j < python->threads.count; j++)
			if (j != i && threads[j].tid == threads[i].tid && !threads[j].holds_gil)
				threads[j].shadowed = true;
	}
}

static void count_failures(struct python *python)
{
	for (size_t i = 0; i < python->threads.count; i++) {
		if (python->threads.items[i].stack_state == PY_STACK_TORN)
			python->counters.torn++;
		if (python->threads.items[i].stack_state == PY_STACK_FAULT)
			python->counters.faults++;
	}
}

/* Is there one GIL, and does a thread that is known hold it? */
static bool is_gil_held(const struct python *python)
{
	if (python->location.layout.flavour & PY_FREE_THREADED || python->interps.count > 1)
		return false;
	for (size_t i = 0; i < python->threads.count; i++)
		if (python->threads.items[i].holds_gil)
			return true;
	return false;
}

struct error *python_sample(struct python *python, const struct py_sample_options *options,
			    struct py_sample *ret)
{
	struct round round = { .python = python, .options = options, .first = true };
	const uint64_t before_ns = python->now_ns;
	struct error *err;

	python->round++;
	python->now_ns = options->now_ns ? options->now_ns : clock_now_ns();
	python->period_ns = python->now_ns - before_ns;
	python->present.count = 0;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		/* a list that broke off is read anew, threads that were found so far included */
		if (round.broken) {
			round.first = true;
			python->present.count = 0;
		}
		err = run_round(&round);
		if (err)
			return err;
		if (!round.broken && !round.again)
			break;
		round.first = false;
	}
	if (options->on_read)
		options->on_read(options->context, true);
	threads_update_states(&round);
	if (!hand_on(python))
		return &error_nomem;
	forget_interps(python);
	forget_threads(python);
	number_interps(python);
	mark_shadowed(python);
	collector_mark(python);
	count_failures(python);
	python->gil_is_held = is_gil_held(python);
	*ret = (struct py_sample) {
		.threads = python->threads.items,
		.count = python->threads.count,
		.lost = round.broken,
		.time_ns = python->now_ns,
	};
	return NULL;
}
