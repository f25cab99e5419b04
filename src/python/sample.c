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

#include "attached.h"

enum {
	ROUNDS_MAX = 4,        /* nothing is predicted in the first one after attaching */
	INTERPS_MAX = 1024,    /* a list longer than this runs in a circle */
	THREADS_MAX = 1 << 15, /* the kernel's default limit on processes is of that order */
};

/* A round in progress. */
struct round {
	struct python *python;
	const struct py_sample_options *options;
	bool first;  /* of this sample */
	bool broken; /* the list of threads could not be followed to its end */
	bool again;  /* some thread's stack is to be read again */
};

static uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

/* Fatal for the whole sample; other errors cost one thread. */
static bool is_fatal(const struct error *err)
{
	return err && (err->kind == ERROR_GONE || err->kind == ERROR_NOMEM);
}

static struct py_thread *thread_of(struct python *python, uint64_t tstate, size_t *index)
{
	for (size_t i = 0; i < python->threads.count; i++) {
		if (python->threads.items[i].tstate == tstate) {
			*index = i;
			return &python->threads.items[i];
		}
	}
	return NULL;
}

static pid_t find_tid(struct python *python, const struct tstate *tstate)
{
	if (python->location.layout.tstate_native_thread_id >= 0)
		return native_ids_find(python->ids, tstate->ns_tid);
	return native_ids_of_pthread(python->ids, python->snapshot, tstate->ident);
}

static void read_state(struct python *python, const struct py_sample_options *options,
		       const struct interp *interp, struct py_thread *thread)
{
	struct lwp_status status;

	thread->state = PY_THREAD_RUNNING;
	thread->wait = LWP_WAIT_NONE;
	if (!thread->tid)
		return;
	lwp_table_status(python->lwps, thread->tid, &status);
	if (status.state != LWP_WAITING && (status.state != LWP_STOPPED || options->stopped_by_us))
		return;
	thread->wait = status.wait;
	thread->state = PY_THREAD_WAITING;
	if (status.wait == LWP_WAIT_LOCK && gil_owns_futex(python, interp, status.arg0))
		thread->state = PY_THREAD_GIL_WAIT;
}

static enum py_stack_state stack_state(const struct error *err, bool elided)
{
	if (!err)
		return elided ? PY_STACK_ELIDED : PY_STACK_WHOLE;
	return err->kind == ERROR_FAULT ? PY_STACK_FAULT : PY_STACK_TORN;
}

static bool is_good(const struct py_thread *thread)
{
	return thread->stack_state == PY_STACK_WHOLE || thread->stack_state == PY_STACK_ELIDED;
}

static bool is_wanted(const struct py_sample_options *options, const struct py_thread *thread)
{
	if (options->gil_only && !thread->holds_gil)
		return false;
	return !options->running_only || thread->state == PY_THREAD_RUNNING;
}

/* Walks a thread's frames into the end of python->frames and records how that went. */
static struct error *read_stack(struct round *round, const struct tstate *tstate,
				struct py_thread *thread, size_t *start)
{
	struct python *python = round->python;
	struct error *err;
	bool elided;

	*start = python->frames.count;
	err = frames_walk(&python->walker, tstate, &python->frames, &elided);
	if (is_fatal(err)) {
		python->frames.count = *start;
		return err;
	}
	thread->stack_state = stack_state(err, elided);
	if (err) {
		python->frames.count = *start;
		round->again = true;
		error_destroy(err);
	}
	thread->frame_count = python->frames.count - *start;
	return NULL;
}

/* In a later round: only a stack that could not be read before takes the place of what there was.
 */
static struct error *read_thread_again(struct round *round, const struct tstate *tstate)
{
	struct python *python = round->python;
	struct py_thread again = { 0 };
	struct py_thread *thread;
	struct error *err;
	size_t index, start;

	thread = thread_of(python, tstate->addr, &index);
	if (!thread || !is_wanted(round->options, thread))
		return NULL;
	err = read_stack(round, tstate, &again, &start);
	if (err)
		return err;
	if (is_good(thread)) {
		python->frames.count = start;
		return NULL;
	}
	python->counters.retries++;
	thread->stack_state = again.stack_state;
	thread->frame_count = again.frame_count;
	python->frame_starts.items[index] = start;
	return NULL;
}

static struct error *read_thread(struct round *round, struct interp *interp,
				 const struct tstate *tstate)
{
	struct python *python = round->python;
	struct py_thread thread = {
		.tstate = tstate->addr,
		.interp = interp->addr,
		.interp_id = interp->id,
		.ident = tstate->ident,
	};
	size_t start = python->frames.count;
	struct error *err;

	if (!round->first)
		return read_thread_again(round, tstate);
	thread.tid = find_tid(python, tstate);
	thread.holds_gil = gil_is_held_by(python, interp, tstate);
	if (round->options->states)
		read_state(python, round->options, interp, &thread);
	if (is_wanted(round->options, &thread)) {
		err = read_stack(round, tstate, &thread, &start);
		if (err)
			return err;
	}
	if (!array_push(&python->threads, thread) || !array_push(&python->frame_starts, start))
		return &error_nomem;
	return NULL;
}

static struct error *read_threads(struct round *round, struct interp *interp, uint64_t head)
{
	struct python *python = round->python;
	size_t count = 0;

	for (uint64_t addr = head; addr;) {
		struct tstate tstate;
		struct error *err;

		if (count++ >= THREADS_MAX || addr % sizeof(uint64_t)) {
			round->broken = true;
			return NULL;
		}
		err = tstate_read(&python->location.layout, &python->tstate_plan, python->snapshot,
				  addr, &tstate);
		if (!err && tstate.interp != interp->addr)
			err = &error_torn;
		if (!err)
			err = read_thread(round, interp, &tstate);
		if (is_fatal(err))
			return err;
		if (err) {
			error_destroy(err);
			round->broken = true;
			return NULL;
		}
		addr = tstate.next;
	}
	return NULL;
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

static struct error *read_interps(struct round *round, uint64_t head)
{
	struct python *python = round->python;
	const struct py_layout *l = &python->location.layout;
	const void *bytes;
	struct error *err;
	uint64_t addr;

	err = snapshot_get(python->snapshot, head, sizeof(addr), &bytes);
	if (err)
		return err;
	addr = word(bytes, 0);
	for (size_t count = 0; addr; count++) {
		struct interp *interp;
		const char *slice;
		int64_t id;

		if (count >= INTERPS_MAX || addr % sizeof(uint64_t))
			return &error_torn;
		err = snapshot_get(python->snapshot, addr + (uint64_t)python->interp_start,
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
		err = read_threads(round, interp, word(slice, l->interp_threads_head));
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
		if (!error_catch_any(snapshot_get(python->snapshot, interp->addr + (uint64_t)offset,
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
	if (round->first)
		code_cache_begin(python->codes, no_code_died(python));
	for (size_t i = 0; i < python->location.head_count; i++) {
		err = read_interps(round, python->location.heads[i]);
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
		thread_names_destroy(interp->names);
		free(interp);
	}
	python->interps.count = kept;
}

/* The list has the newest thread first, people look for the oldest; several heads may repeat some.
 */
static void order_threads(struct python *python)
{
	size_t count = python->threads.count;
	struct py_thread *threads = python->threads.items;

	for (size_t i = 0; i < count && python->frames.items; i++)
		threads[i].frames = python->frames.items + python->frame_starts.items[i];
	for (size_t i = 0; i < count / 2; i++) {
		struct py_thread swapped = threads[i];

		threads[i] = threads[count - 1 - i];
		threads[count - 1 - i] = swapped;
	}
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

struct error *python_sample(struct python *python, const struct py_sample_options *options,
			    struct py_sample *ret)
{
	struct round round = { .python = python, .options = options, .first = true };
	struct error *err;

	python->round++;
	python->threads.count = 0;
	python->frame_starts.count = 0;
	python->frames.count = 0;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		/* a list that broke off is read anew, threads that were found so far included */
		if (round.broken) {
			round.first = true;
			python->threads.count = 0;
			python->frame_starts.count = 0;
			python->frames.count = 0;
		}
		err = run_round(&round);
		if (err)
			return err;
		if (!round.broken && !round.again)
			break;
		round.first = false;
	}
	forget_interps(python);
	number_interps(python);
	order_threads(python);
	mark_shadowed(python);
	collector_mark(python);
	count_failures(python);
	*ret = (struct py_sample) {
		.threads = python->threads.items,
		.count = python->threads.count,
		.lost = round.broken,
	};
	return NULL;
}
