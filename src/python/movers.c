/*
 * movers.c - whose Python stack can change now.
 *
 * A thread that does not have the GIL may run, but its frames stay as they are until it takes it;
 * and while the thread that has it stands still, no other can. Where nobody has it, the one that
 * had it last is the likeliest to take it again: it runs some short call without it.
 *   to 3.11	what says who holds it now is _PyThreadState_Current, or in _PyRuntime
 *   from 3.12	last_holder of each GIL, which is the holder where there is one
 * On free-threaded builds each thread that is attached may change its own.
 */
#include <string.h>

#include "attached.h"

/* Threads that have ended since may have given their number to others: only those last seen. */
static bool add_thread(struct python *python, const struct known_thread *known)
{
	pid_t tid = known && known->seen_round == python->round ? known->thread.tid : 0;

	for (size_t i = 0; i < python->movers.count; i++)
		if (python->movers.items[i] == tid)
			return true;
	return !tid || array_push(&python->movers, tid);
}

static uint64_t read_word(const struct python *python, uint64_t addr)
{
	uint64_t word;

	return error_catch_any(mem_read_u64(python->mem, addr, &word)) ? 0 : word;
}

static uint64_t find_holder(const struct python *python, const struct interp *interp)
{
	int32_t last_holder = python->location.layout.gil_last_holder;
	uint64_t holder = 0;

	if (python->location.tstate_current)
		holder = read_word(python, python->location.tstate_current);
	if (!holder && interp->gil && last_holder >= 0)
		holder = read_word(python, interp->gil + (uint64_t)last_holder);
	return holder;
}

static bool add_all(struct python *python, const struct interp *interp)
{
	for (size_t i = 0; i < python->present.count; i++) {
		const struct known_thread *known = python->present.items[i];

		if (known->thread.interp == interp->addr && !add_thread(python, known))
			return false;
	}
	return true;
}

/*
 * Who holds the GIL. Until 3.6 nothing tells who had it last where nobody does, as it is for a
 * moment every hundred instructions of 2.7: any thread may be the next one then.
 */
static struct error *add_holders(struct python *python)
{
	for (size_t i = 0; i < python->interps.count; i++) {
		const struct interp *interp = python->interps.items[i];
		uint64_t holder = find_holder(python, interp);

		if (holder ? !add_thread(python, known_thread_find(python->known, holder))
			   : !add_all(python, interp))
			return &error_nomem;
	}
	return NULL;
}

/* Reads the state of each thread of the last sample, in one call. */
static struct error *read_attached(struct python *python)
{
	const uint64_t state = (uint64_t)python->location.layout.tstate_state;
	size_t count = python->present.count;

	python->wanted.count = python->states.count = 0;
	if (!array_reserve(&python->wanted, count) || !array_reserve(&python->states, count))
		return &error_nomem;
	for (size_t i = 0; i < count; i++)
		python->wanted.items[i] =
			(struct mem_range) { .addr = python->present.items[i]->tstate + state,
					     .len = sizeof(uint32_t),
					     .buf = &python->states.items[i] };
	return mem_readv(python->mem, python->wanted.items, count);
}

static struct error *add_attached(struct python *python)
{
	struct error *err = read_attached(python);

	for (size_t i = 0; !err && i < python->present.count; i++)
		if (python->wanted.items[i].ok && python->states.items[i] == TSTATE_ATTACHED &&
		    !add_thread(python, python->present.items[i]))
			return &error_nomem;
	return err;
}

struct error *python_movers(struct python *python, const pid_t **ret, size_t *count)
{
	const struct py_layout *l = &python->location.layout;
	struct error *err;

	python->movers.count = 0;
	err = l->flavour & PY_FREE_THREADED ? add_attached(python) : add_holders(python);
	if (err)
		return err;
	*ret = python->movers.items;
	*count = python->movers.count;
	return NULL;
}
