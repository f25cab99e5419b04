/*
 * threads.c - read the threads of an interpreter, those that may have run since the last sample.
 *
 * The stack of a thread cannot have changed while it did not have the GIL, so it is that of the
 * last sample again, unread, unless gil.c says that the thread may have had it. What the kernel
 * says of a thread is asked for only when there is a reason to think that it is another thing now:
 * the thread ran when it was last asked for, may have had the GIL since, or some thread began to
 * wait for it. What that does not show is a thread that goes on in C code, without the GIL, from
 * one wait to the next: so each is asked for now and then all the same, and a thread that is found
 * running unforeseen is asked for in every sample for a while.
 */
#include "threads.h"

#include <string.h>

#include "base/clock.h"
#include "fresh.h"

enum {
	THREADS_MAX = 1 << 15,       /* the kernel's default limit on processes: that order */
	HOLDER_NS = CLOCK_MS_NS / 4, /* a thread that holds the GIL, and did, runs on for so long */
	TID_NS = 16 * CLOCK_MS_NS,   /* a thread's number is believed for so long at most */
	STATE_NS = 16 * CLOCK_MS_NS, /* a wait is looked at this often */
	GENERATOR_NS = 512 * CLOCK_MS_NS, /* who has run a generator may run another */
	WAKEFUL_NS = 512 * CLOCK_MS_NS,   /* after such a surprise */
};

/* Until 3.10 the number stands apart from the thread state. */
static pid_t find_tid(struct python *python, struct known_thread *known,
		      const struct tstate *tstate)
{
	const struct py_thread *thread = &known->thread;
	bool is_known = thread->tid && thread->ident == tstate->ident;
	pid_t tid;

	if (python->location.layout.tstate_native_thread_id >= 0)
		return native_ids_find(python->ids, tstate->ns_tid);
	if (is_known && python->now_ns < known->tid_until_ns)
		return thread->tid;
	tid = native_ids_of_pthread(python->ids, python->snapshot, tstate->ident);
	if (!is_known || tid != thread->tid)
		known->tid_since_ns = python->now_ns;
	known->tid_until_ns = fresh_until_ns(known->tid_since_ns, python->now_ns, python->period_ns,
					     tstate->addr, TID_NS);
	return tid;
}

static void read_state(struct python *python, const struct interp *interp,
		       struct known_thread *known)
{
	struct py_thread *thread = &known->thread;
	struct lwp_status status;

	thread->state = PY_THREAD_RUNNING;
	thread->wait = LWP_WAIT_NONE;
	known->asks_for_gil = false;
	if (!thread->tid)
		return;
	lwp_table_status(python->lwps, thread->tid, &status);
	if (status.state != LWP_WAITING && status.state != LWP_STOPPED)
		return;
	thread->wait = status.wait;
	thread->state = PY_THREAD_WAITING;
	if (status.wait != LWP_WAIT_LOCK || !gil_owns_futex(python, interp, status.arg0))
		return;
	thread->state = PY_THREAD_GIL_WAIT;
	known->asks_for_gil = gil_is_asked_for_at(python, interp, status.arg0);
}

/* Waits of many threads are not looked at all at once. */
static uint64_t state_due_ns(const struct python *python, const struct known_thread *known)
{
	return python->now_ns + STATE_NS / 2 + (known->tstate >> 4) * 0x9e3779b1u % STATE_NS;
}

static bool may_have_changed_state(const struct round *round, const struct interp *interp,
				   const struct known_thread *known)
{
	const struct py_thread *thread = &known->thread;
	uint64_t now_ns = round->python->now_ns;

	/* it wakes up to ask again, every 5 ms, but does nothing else until it has the GIL */
	if (known->has_state && known->asks_for_gil && !gil_may_have_run(interp, known->tstate))
		return false;
	if (known->has_state && thread->state == PY_THREAD_RUNNING && known->held_gil &&
	    thread->holds_gil && now_ns - known->state_ns < HOLDER_NS)
		return false;
	return !known->has_state || thread->state == PY_THREAD_RUNNING ||
	       gil_may_have_run(interp, known->tstate) || now_ns >= known->state_due_ns ||
	       now_ns < known->wakeful_until_ns ||
	       (interp->ran.waits && thread->state != PY_THREAD_GIL_WAIT);
}

static void update_state(const struct round *round, const struct interp *interp,
			 struct known_thread *known)
{
	struct python *python = round->python;

	if (!round->options->states) {
		known->thread.state = PY_THREAD_RUNNING;
		known->has_state = false;
		return;
	}
	if (!may_have_changed_state(round, interp, known))
		return;
	read_state(python, interp, known);
	known->has_state = true;
	known->state_ns = python->now_ns;
	known->state_due_ns = state_due_ns(python, known);
	if (known->thread.state == PY_THREAD_RUNNING && !gil_may_have_run(interp, known->tstate))
		known->wakeful_until_ns = python->now_ns + WAKEFUL_NS;
}

void threads_update_states(const struct round *round)
{
	struct python *python = round->python;

	for (size_t i = 0; i < python->present.count; i++) {
		struct known_thread *known = python->present.items[i];
		const struct interp *interp = python_interp(python, known->thread.interp);

		if (interp)
			update_state(round, interp, known);
	}
}

static enum py_stack_state stack_state(const struct error *err, bool elided)
{
	if (!err)
		return elided ? PY_STACK_ELIDED : PY_STACK_WHOLE;
	return err->kind == ERROR_FAULT ? PY_STACK_FAULT : PY_STACK_TORN;
}

static bool is_wanted(const struct py_sample_options *options, const struct py_thread *thread)
{
	return !options->gil_only || thread->holds_gil;
}

/* What is known of the thread when this round begins: as far as the last one had read it. */
static void offer_suffix(struct python *python, struct known_thread *known,
			 const struct tstate *tstate)
{
	bool is_object = python->location.layout.frame_shape == FRAME_OBJECT;

	python->walker.suffix = (struct suffix) { .frames = NULL };
	python->walker.blocks = is_object ? &known->blocks : NULL;
	python->walker.pure = 0;
	if (tstate->generator)
		known->generator_until_ns = python->now_ns + GENERATOR_NS;
	python->walker.uses_generators = python->now_ns < known->generator_until_ns;
	python->walker.now_ns = python->now_ns;
	if (!known->has_stack || known->thread.stack_state != PY_STACK_WHOLE ||
	    known->walk_pass + 1 != python->pass)
		return;
	python->walker.suffix.frames = known->frames.items;
	python->walker.suffix.count = known->frames.count;
	python->walker.suffix.pure = known->pure;
	python->walker.suffix.is_plain = known->is_plain;
}

/* The stack that was just walked is the thread's from here on. */
static void keep_frames(struct python *python, struct known_thread *known)
{
	const struct suffix *suffix = &python->walker.suffix;
	frame_array frames = known->frames;

	if (python->location.layout.frame_shape == FRAME_DIRECT && !suffix->is_all &&
	    (python->walker.pure < python->frames.count || python->walker.in_generator))
		known->generator_until_ns = python->now_ns + GENERATOR_NS;

	known->walk_pass = python->pass;
	known->thread.same_below = known->seen_round + 1 == python->round ? suffix->taken : 0;
	if (suffix->is_all) {
		known->frames.items[0].offset = suffix->leaf_offset;
		return;
	}
	known->frames = python->frames;
	python->frames = frames;
	known->pure = python->walker.pure;
	known->is_plain = python->walker.is_plain;
}

/* Nothing new was used when the thread was read in this round already. */
static bool keep_footprint(const struct python *python, struct known_thread *known, size_t used)
{
	if (snapshot_used(python->snapshot) == used)
		return true;
	known->footprint.count = 0;
	return snapshot_uses(python->snapshot, used, &known->footprint);
}

/* Walks a thread's frames and records how that went; used: see snapshot_used(). */
static struct error *read_stack(struct round *round, struct known_thread *known,
				const struct tstate *tstate, size_t used)
{
	struct python *python = round->python;
	struct error *err;
	bool elided;

	if (round->options->on_read && clock_now_ns() > round->options->read_until_ns)
		round->options->on_read(round->options->context, false);
	python->frames.count = 0;
	offer_suffix(python, known, tstate);
	err = frames_walk(&python->walker, tstate, &python->frames, &elided);
	if (is_fatal(err))
		return err;
	if (!keep_footprint(python, known, used)) {
		error_destroy(err);
		return &error_nomem;
	}
	known->thread.stack_state = stack_state(err, elided);
	if (err && err->kind != ERROR_TORN)
		python->frames.count = 0;
	keep_frames(python, known);
	known->has_stack = !err;
	if (err)
		known->thread.same_below = 0;
	round->again |= err != NULL;
	error_destroy(err);
	known->read_round = python->round;
	return NULL;
}

/* What the words of a thread say; its frames only when they are wanted. */
static struct error *read_thread(struct round *round, struct interp *interp,
				 struct known_thread *known, const struct tstate *tstate,
				 size_t used)
{
	struct python *python = round->python;
	struct py_thread *thread = &known->thread;
	pid_t tid = find_tid(python, known, tstate);

	if (thread->ident != tstate->ident || thread->tid != tid)
		known->has_state = known->has_stack = false;
	thread->tstate = tstate->addr;
	thread->interp = interp->addr;
	thread->interp_id = interp->id;
	thread->ident = tstate->ident;
	thread->tid = tid;
	known->held_gil = thread->holds_gil;
	thread->holds_gil = gil_is_held_by(python, interp, tstate);
	thread->same_below = 0;
	if (is_wanted(round->options, thread))
		return read_stack(round, known, tstate, used);
	known->has_stack = false;
	thread->stack_state = PY_STACK_WHOLE;
	return NULL;
}

/* Reads what was used for the stack again in the next round, if it was read in this one. */
static void predict_again(struct python *python, const struct known_thread *known)
{
	for (size_t i = 0; i < known->footprint.count; i++)
		(void)snapshot_predict(python->snapshot, known->footprint.items[i].addr,
				       known->footprint.items[i].len);
}

/* The thread did not run: false when its stack is wanted and not known. */
static bool recall_thread(struct round *round, const struct interp *interp,
			  struct known_thread *known)
{
	struct python *python = round->python;
	struct py_thread *thread = &known->thread;

	thread->interp_id = interp->id;
	known->held_gil = thread->holds_gil = false;
	if (!is_wanted(round->options, thread)) {
		known->has_stack = false;
		return true;
	}
	if (!known->has_stack)
		return false;
	thread->same_below = known->seen_round + 1 == python->round ? known->frames.count : 0;
	python->counters.reused++;
	return true;
}

/* Reads all that the stacks of these threads took, in one call, where it is not in the copy. */
static struct error *want_stacks(struct round *round, const struct interp *interp)
{
	struct python *python = round->python;

	python->wanted.count = 0;
	for (size_t i = 0; i < interp->list.count; i++) {
		const struct known_thread *known = interp->list.items[i];
		const mem_range_array *from = &known->footprint;

		if (!from->count || known->read_round + 1 == python->round ||
		    (!interp->ran.whole && !gil_may_have_run(interp, known->tstate)))
			continue;
		if (!array_reserve(&python->wanted, from->count))
			return &error_nomem;
		memcpy(python->wanted.items + python->wanted.count, from->items,
		       from->count * sizeof(*from->items));
		python->wanted.count += from->count;
	}
	return snapshot_want(python->snapshot, python->wanted.items, python->wanted.count);
}

/* The words of a thread of this interpreter. */
static struct error *read_tstate(const struct python *python, const struct interp *interp,
				 uint64_t addr, struct tstate *ret)
{
	struct error *err = tstate_read(&python->location.layout, &python->tstate_plan,
					python->snapshot, addr, ret);

	return !err && ret->interp != interp->addr ? &error_torn : err;
}

/* Follows the list of threads from its head. */
static struct error *follow_list(struct round *round, struct interp *interp, uint64_t head)
{
	struct python *python = round->python;

	interp->head = 0;
	interp->list.count = 0;
	for (uint64_t addr = head; addr;) {
		size_t used = snapshot_used(python->snapshot);
		struct known_thread *known;
		struct tstate tstate;
		struct error *err;

		if (interp->list.count >= THREADS_MAX || addr % sizeof(uint64_t))
			return &error_torn;
		err = read_tstate(python, interp, addr, &tstate);
		if (err)
			return err;
		known = known_thread_get(&python->known, addr);
		if (!known || !array_push(&interp->list, known))
			return &error_nomem;
		if (known->pass == python->pass)
			return &error_torn; /* it runs in a circle */
		known->pass = python->pass;
		err = read_thread(round, interp, known, &tstate, used);
		if (err)
			return err;
		addr = tstate.next;
	}
	interp->head = head;
	return NULL;
}

/*
 * The threads of the last sample again, of which only those that may have run are read. &error_torn
 * when the list is another one.
 */
static struct error *recall_list(struct round *round, struct interp *interp)
{
	struct python *python = round->python;

	for (size_t i = 0; i < interp->list.count; i++) {
		struct known_thread *known = interp->list.items[i];
		uint64_t next = i + 1 < interp->list.count ? interp->list.items[i + 1]->tstate : 0;
		size_t used = snapshot_used(python->snapshot);
		struct error *err = NULL;

		if (gil_may_have_run(interp, known->tstate) ||
		    !recall_thread(round, interp, known)) {
			struct tstate tstate;

			err = read_tstate(python, interp, known->tstate, &tstate);
			if (!err && tstate.next != next)
				err = &error_torn;
			if (!err)
				err = read_thread(round, interp, known, &tstate, used);
		}
		if (err)
			return err;
	}
	return NULL;
}

/* In a later round: only a stack that could not be read takes the place of what there was. */
static struct error *read_torn(struct round *round, struct interp *interp)
{
	struct python *python = round->python;

	for (size_t i = 0; i < python->present.count; i++) {
		struct known_thread *known = python->present.items[i];
		size_t used = snapshot_used(python->snapshot);
		struct tstate tstate;
		struct error *err;

		if (known->thread.interp != interp->addr)
			continue;
		if (known->has_stack || !is_wanted(round->options, &known->thread)) {
			predict_again(python, known);
			continue;
		}
		python->counters.retries++;
		err = read_tstate(python, interp, known->tstate, &tstate);
		if (!err)
			err = read_stack(round, known, &tstate, used);
		if (is_fatal(err))
			return err;
		if (err) { /* it may have ended: the list is to be followed again */
			error_destroy(err);
			interp->head = 0;
		}
	}
	return NULL;
}

/* The list as it is now, in interp->list. */
static struct error *read_list(struct round *round, struct interp *interp, uint64_t head)
{
	struct error *err = want_stacks(round, interp);

	if (!err && !interp->ran.anyone && !interp->ran.whole && interp->head == head) {
		err = recall_list(round, interp);
		if (!err || is_fatal(err))
			return err;
		error_destroy(err);
		err = NULL;
		interp->ran.anyone = true;
	}
	return err ? err : follow_list(round, interp, head);
}

struct error *threads_read(struct round *round, struct interp *interp, uint64_t head)
{
	struct python *python = round->python;
	struct error *err;

	if (!round->first) {
		gil_foresee(python, interp);
		return read_torn(round, interp);
	}
	gil_watch(python, interp);
	interp->ran.whole = python->now_ns >= python->whole_due_ns;
	err = read_list(round, interp, head);
	if (is_fatal(err))
		return err;
	if (err) {
		round->broken = true;
		error_destroy(err);
	}
	for (size_t i = 0; i < interp->list.count; i++) {
		interp->list.items[i]->pass = python->pass;
		if (!array_push(&python->present, interp->list.items[i]))
			return &error_nomem;
	}
	return NULL;
}
