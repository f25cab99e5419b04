/*
 * gil.c - who holds the GIL, and who waits for it.
 *
 *   to 3.6	 _PyThreadState_Current
 *   3.7 to 3.11 _PyRuntime.gilstate.tstate_current
 *   3.12	 each interpreter's ceval.gil: locked and last_holder
 *   from 3.13	 the thread state says so itself
 * A free-threaded thread "holds" it while it is attached. A thread that waits for the GIL sleeps on
 * a futex inside struct _gil_runtime_state (its condition variable).
 */
#include <string.h>

#include "attached.h"

static uint64_t read_word(struct python *python, uint64_t addr)
{
	const void *bytes;
	uint64_t word;

	if (error_catch_any(snapshot_get(python->snapshot, addr, sizeof(word), &bytes)))
		return 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

static bool tstate_tells(const struct py_layout *l)
{
	return l->flavour & PY_FREE_THREADED || l->tstate_holds_gil >= 0 || l->holds_gil_bit >= 0;
}

void gil_read(struct python *python, struct interp *interp)
{
	const struct py_layout *l = &python->location.layout;
	uint64_t locked;

	interp->gil_holder = 0;
	if (tstate_tells(l))
		return;
	if (python->location.tstate_current) {
		interp->gil_holder = read_word(python, python->location.tstate_current);
	} else if (interp->gil && l->gil_locked >= 0 && l->gil_last_holder >= 0) {
		locked = read_word(python, interp->gil + (uint64_t)l->gil_locked);
		/* an int: 1 held, 0 free, -1 not yet created (Python/ceval_gil.c) */
		if ((int32_t)locked > 0)
			interp->gil_holder =
				read_word(python, interp->gil + (uint64_t)l->gil_last_holder);
	}
}

bool gil_is_held_by(const struct python *python, const struct interp *interp,
		    const struct tstate *tstate)
{
	const struct py_layout *l = &python->location.layout;

	if (l->flavour & PY_FREE_THREADED)
		return tstate->is_attached;
	return tstate_tells(l) ? tstate->holds_gil : interp->gil_holder == tstate->addr;
}

bool gil_owns_futex(const struct python *python, const struct interp *interp, uint64_t addr)
{
	int32_t size = python->location.layout.gil_size;

	return interp->gil && size > 0 && addr >= interp->gil &&
	       addr - interp->gil < (uint64_t)size;
}
