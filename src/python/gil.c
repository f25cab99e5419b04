/*
 * gil.c - who holds the GIL, and who waits for it.
 *
 *   to 3.6	 _PyThreadState_Current
 *   3.7 to 3.11 _PyRuntime.gilstate.tstate_current
 *   3.12	 each interpreter's ceval.gil: locked and last_holder
 *   from 3.13	 the thread state says so itself
 * A free-threaded thread "holds" it while it is attached. A thread that waits for the GIL sleeps on
 * a futex inside struct _gil_runtime_state (its condition variable).
 *
 * From 3.7 on the head of that struct is, in every version (Include/internal/pycore_gil.h):
 *   last_holder, locked, switch_number, cond
 * take_gil() counts a switch whenever another thread than the last holder takes the GIL
 * (Python/ceval_gil.c). So an equal number means that no other thread has run Python code since,
 * and a number that is one more that only the holder before and the one now have. A thread that
 * begins to wait for the GIL leaves its mark in cond.
 *
 * For this to say of a thread that its stack is still the one that was read, these words must have
 * been read before that stack. Of a thread that is alone nobody has to be told that another ran:
 * its stack is read in each sample, and that it holds the GIL, where that stands far from all else,
 * is believed for a while (fresh.h).
 */
#include <string.h>

#include "attached.h"
#include "fresh.h"

static uint64_t read_word(struct python *python, uint64_t addr)
{
	const void *bytes;
	uint64_t word;

	if (error_catch_any(snapshot_get_last(python->snapshot, addr, sizeof(word), &bytes)))
		return 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Where the words lie behind last_holder: struct _gil_runtime_state on 64 bits. */
enum {
	GIL_LOCKED = 8,
	GIL_SWITCH_NUMBER = 16,
	GIL_COND = 24,
	GIL_WORDS_SIZE = GIL_COND + GIL_COND_SIZE
};

enum { BELIEVED_NS = 16 * CLOCK_MS_NS /* a thread is believed to hold it for so long at most */ };

static bool has_words(const struct py_layout *l, const struct interp *interp)
{
	return !(l->flavour & PY_FREE_THREADED) && interp->gil && l->gil_last_holder >= 0 &&
	       l->gil_locked == l->gil_last_holder + GIL_LOCKED &&
	       l->gil_size >= l->gil_last_holder + GIL_WORDS_SIZE;
}

/*
 * As of the last sample: is there one thread state? Where there are more interpreters, its thread
 * may have one in each.
 */
static bool is_alone(const struct python *python, const struct interp *interp)
{
	return python->interps.count == 1 && interp->list.count == 1;
}

/* Their copy, or NULL; *is_early: it was made before that of the stacks. */
static const char *find_words(struct python *python, const struct interp *interp, bool *is_early)
{
	const struct py_layout *l = &python->location.layout;
	const size_t size = GIL_WORDS_SIZE;
	uint64_t addr = interp->gil + (uint64_t)l->gil_last_holder;
	const void *bytes;

	if (is_alone(python, interp) || !has_words(l, interp))
		return NULL;
	*is_early = snapshot_glance(python->snapshot, addr, size) != NULL;
	return error_catch_any(snapshot_get(python->snapshot, addr, size, &bytes)) ? NULL : bytes;
}

static void read_words(struct python *python, const struct interp *interp, struct gil_words *ret)
{
	bool is_early = false;
	const char *bytes = find_words(python, interp, &is_early);

	ret->is_known = bytes != NULL;
	if (!bytes)
		return;
	ret->is_early = is_early;
	memcpy(&ret->last_holder, bytes, sizeof(ret->last_holder));
	memcpy(&ret->switches, bytes + GIL_SWITCH_NUMBER, sizeof(ret->switches));
	memcpy(ret->cond, bytes + GIL_COND, sizeof(ret->cond));
}

void gil_foresee(struct python *python, const struct interp *interp)
{
	bool is_early;

	(void)find_words(python, interp, &is_early);
}

void gil_watch(struct python *python, struct interp *interp)
{
	struct gil_words before = interp->gil_words, *now = &interp->gil_words;
	bool is_another;
	uint64_t switches;

	read_words(python, interp, now);
	is_another = now->last_holder != before.last_holder;
	switches = now->switches - before.switches;
	/* the words are not written at once: a switch without another holder was caught at it */
	interp->ran.anyone = !now->is_known || !before.is_known || !before.is_early ||
			     switches > 1 || (switches == 1) != is_another ||
			     /* a thread changes its thread state without giving up the GIL */
			     python->interps.count > 1;
	interp->ran.before = before.last_holder;
	interp->ran.now = now->last_holder;
	interp->ran.waits = memcmp(now->cond, before.cond, sizeof(before.cond)) != 0;
}

bool gil_may_have_run(const struct interp *interp, uint64_t tstate)
{
	return interp->ran.anyone || tstate == interp->ran.before || tstate == interp->ran.now;
}

static bool tstate_tells(const struct py_layout *l)
{
	return l->flavour & PY_FREE_THREADED || l->tstate_holds_gil >= 0 || l->holds_gil_bit >= 0;
}

static uint64_t read_holder(struct python *python, const struct interp *interp)
{
	const struct py_layout *l = &python->location.layout;
	uint64_t locked;

	if (python->location.tstate_current)
		return read_word(python, python->location.tstate_current);
	if (!interp->gil || l->gil_locked < 0 || l->gil_last_holder < 0)
		return 0;
	locked = read_word(python, interp->gil + (uint64_t)l->gil_locked);
	/* an int: 1 held, 0 free, -1 not yet created (Python/ceval_gil.c) */
	return (int32_t)locked > 0 ? read_word(python, interp->gil + (uint64_t)l->gil_last_holder)
				   : 0;
}

void gil_read(struct python *python, struct interp *interp)
{
	uint64_t holder;

	if (tstate_tells(&python->location.layout) ||
	    (is_alone(python, interp) && interp->gil_holder &&
	     python->now_ns < interp->gil_until_ns))
		return;
	holder = read_holder(python, interp);
	if (holder != interp->gil_holder)
		interp->gil_since_ns = python->now_ns;
	interp->gil_holder = holder;
	interp->gil_until_ns = fresh_until_ns(interp->gil_since_ns, python->now_ns,
					      python->period_ns, interp->addr, BELIEVED_NS);
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

bool gil_is_asked_for_at(const struct python *python, const struct interp *interp, uint64_t addr)
{
	uint64_t cond = interp->gil + (uint64_t)python->location.layout.gil_last_holder + GIL_COND;

	return interp->gil_words.is_known && addr >= cond &&
	       addr - cond < sizeof(interp->gil_words.cond);
}
