/*
 * python.c - attach to an interpreter, and let it go.
 */
#include "python/python.h"

#include <stdlib.h>
#include <string.h>

#include "attached.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"

enum {
	INTERP_SPAN_MAX = 1024, /* bytes from the first to the last field read; 3.9 takes 830 */
	NAMES_PERIOD_NS = 100 * CLOCK_MS_NS, /* threads' names are looked at this often */
};

static void python_destroyp(struct python **python)
{
	python_destroy(*python);
}

/* From the first to the last of these fields; false where that is too far. */
static bool plan_slice(struct python *python, const int32_t *fields, size_t count)
{
	int32_t first = INT32_MAX, last = 0;

	for (size_t i = 0; i < count; i++) {
		if (fields[i] < 0)
			continue;
		first = fields[i] < first ? fields[i] : first;
		last = fields[i] > last ? fields[i] : last;
	}
	python->interp_start = first;
	python->interp_size = (size_t)(last - first) + sizeof(uint64_t);
	return last - first <= INTERP_SPAN_MAX;
}

/* The slice of PyInterpreterState with next, id and the head of the threads, and the collector. */
static bool plan_interp(struct python *python)
{
	const struct py_layout *l = &python->location.layout;
	int32_t fields[] = { l->interp_next, l->interp_id, l->interp_threads_head, -1, -1 };

	return (collector_fields(l, &fields[3], &fields[4]) && plan_slice(python, fields, 5)) ||
	       plan_slice(python, fields, 3);
}

static void log_layout(const struct python *python)
{
	static const char *const sources[] = {
		[LAYOUT_TABLE] = "table",
		[LAYOUT_DEBUG_OFFSETS] = "debug offsets",
		[LAYOUT_DWARF] = "debug information",
	};
	const struct py_layout *l = &python->location.layout;
	char version[PY_VERSION_TEXT_SIZE];

	log_line(1, "python", "process %d: Python %s, layout by %s (%s)", python->process->pid,
		 layout_version_text(&l->version, l->flavour, version), sources[l->source],
		 l->origin);
	if (log_level() < 2)
		return;
#define X(owner, field, paths, debug_path)                                                         \
	log_line(2, "layout", "%s.%s %d", #owner, #field, l->owner##_##field);
	PY_LAYOUT_FIELDS(X)
#undef X
}

struct error *python_prepare(struct python *python)
{
	const struct py_layout *l = &python->location.layout;
	struct error *err;

	python->view = (struct py_view) { python->mem, l };
	python->tstate_plan = tstate_plan(l);
	if (!python->tstate_plan.size || !plan_interp(python))
		return error_create(ERROR_UNSUPPORTED,
				    "the fields of its thread states lie too far "
				    "apart to be read");
	err = snapshot_create(python->mem, &python->snapshot);
	if (!err)
		err = code_cache_create(&python->view, &python->codes);
	if (!err)
		err = native_ids_create(python->mem, python->process->pid, &python->ids);
	if (!err)
		err = lwp_table_create(python->process->pid, &python->lwps);
	if (!err)
		err = frame_walker_init(&python->walker, &python->view, python->snapshot,
					python->codes);
	return err;
}

struct error *python_attach(const struct process *process, struct python **ret)
{
	CLEANUP(python_destroyp)
	struct python *python = calloc(1, sizeof(*python));
	struct error *err;

	if (!python)
		return &error_nomem;
	python->process = process;
	err = mem_live_create(process->pid, &python->mem);
	if (!err)
		err = locate_python(process, python->mem, &python->location);
	if (!err)
		err = python_prepare(python);
	if (err)
		return err;
	log_layout(python);
	*ret = take_ptr(python);
	return NULL;
}

void python_destroy(struct python *python)
{
	if (!python)
		return;
	for (size_t i = 0; i < python->interps.count; i++)
		interp_destroy(python->interps.items[i]);
	array_deinit(&python->interps);
	known_threads_forget(&python->known, UINT64_MAX);
	array_deinit(&python->present);
	array_deinit(&python->threads);
	array_deinit(&python->wanted);
	array_deinit(&python->states);
	array_deinit(&python->movers);
	array_deinit(&python->frames);
	frame_walker_deinit(&python->walker);
	lwp_table_destroy(python->lwps);
	native_ids_destroy(python->ids);
	code_cache_destroy(python->codes);
	snapshot_destroy(python->snapshot);
	mem_live_destroy(python->mem);
	free(python);
}

void interp_destroy(struct interp *interp)
{
	thread_names_destroy(interp->names);
	array_deinit(&interp->list);
	free(interp);
}

/* Where the GIL of an interpreter is; it stays there as long as the interpreter lives. */
static uint64_t find_gil(struct python *python, uint64_t interp)
{
	const struct py_layout *l = &python->location.layout;
	uint64_t gil;

	if (l->interp_ceval_gil >= 0)
		return error_catch_any(mem_read_u64(python->mem,
						    interp + (uint64_t)l->interp_ceval_gil, &gil))
			       ? 0
			       : gil;
	if (python->location.runtime && l->runtime_gil >= 0)
		return python->location.runtime + (uint64_t)l->runtime_gil;
	return 0;
}

struct interp *python_interp(struct python *python, uint64_t addr)
{
	CLEANUP(freep)
	struct interp *interp = NULL;

	for (size_t i = 0; i < python->interps.count; i++)
		if (python->interps.items[i]->addr == addr)
			return python->interps.items[i];
	interp = calloc(1, sizeof(*interp));
	if (!interp || !array_push(&python->interps, interp))
		return NULL;
	interp->addr = addr;
	interp->gil = find_gil(python, addr);
	return take_ptr(interp);
}

/* Brings the names of all interpreters' threads up to date, a few times a second. */
static void refresh_names(struct python *python)
{
	if (python->names_round == python->round || clock_now_ns() < python->names_due_ns)
		return;
	python->names_round = python->round;
	python->names_due_ns = clock_now_ns() + NAMES_PERIOD_NS;
	for (size_t i = 0; i < python->interps.count; i++) {
		struct interp *interp = python->interps.items[i];

		if (interp->round != python->round)
			continue;
		if (!interp->names && error_catch_any(thread_names_create(
					      &python->view, interp->addr, &interp->names)))
			continue;
		(void)error_catch_any(thread_names_update(interp->names));
	}
}

const char *python_thread_name(struct python *python, const struct py_thread *thread)
{
	const struct interp *interp = python_interp(python, thread->interp);
	const char *name = NULL;

	refresh_names(python);
	if (interp && interp->names)
		name = thread_names_find(interp->names, thread->ident);
	if (name)
		return name;
	python->comm[0] = '\0';
	if (thread->tid)
		lwp_comm(python->process->pid, thread->tid, python->comm);
	return python->comm;
}

const struct py_view *python_view(const struct python *python)
{
	return &python->view;
}

const struct py_layout *python_layout(const struct python *python)
{
	return &python->location.layout;
}

struct lwp_table *python_lwps(struct python *python)
{
	return python->lwps;
}

void python_counters(const struct python *python, struct py_counters *ret)
{
	*ret = python->counters;
	ret->calls = python->mem->calls;
	ret->bytes = python->mem->bytes;
}

bool python_has_subinterpreters(const struct python *python)
{
	return python->interps.count > 1;
}
