/*
 * report_roots.c - `process PID:"command"`, `interpreter ID`, `thread (TID): NAME`.
 */
#include "report_roots.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* The key is what pairs.h asks of an item. */
struct report_root_item {
	uint32_t parent, frame;
	uint32_t node;
};

void report_roots_deinit(struct report_roots *roots)
{
	array_deinit(&roots->items);
	pairs_deinit(&roots->index);
}

static struct error *label_below(struct report_roots *roots, struct profile *report,
				 enum frame_kind kind, const char *name, uint32_t *node)
{
	struct report_root_item item = { .parent = *node };
	const size_t count = roots->items.count;
	struct error *err = profile_label_frame(report, kind, name, &item.frame);
	size_t number;

	if (err)
		return err;
	if (!array_reserve(&roots->items, 1) ||
	    !pairs_reserve(&roots->index, roots->items.items, sizeof(item), count))
		return &error_nomem;
	number = pairs_find(&roots->index, roots->items.items, sizeof(item), count, item.parent,
			    item.frame);
	if (number == count) {
		err = profile_child(report, item.parent, item.frame, &item.node);
		if (err)
			return err;
		roots->items.items[roots->items.count++] = item;
	}
	*node = roots->items.items[number].node;
	return NULL;
}

static char *process_label(const struct process_info *process)
{
	char *label = NULL;

	return asprintf(&label, "process %d:\"%s\"", process->pid, process->command) < 0 ? NULL
											 : label;
}

static char *thread_label(const struct thread_info *thread)
{
	const char *separator = *thread->name ? ": " : "";
	char *label = NULL;
	int length;

	if (thread->tid)
		length = asprintf(&label, "thread (%d)%s%s", thread->tid, separator, thread->name);
	else
		length = asprintf(&label, "thread (0x%llX)%s%s", (unsigned long long)thread->ident,
				  separator, thread->name);
	return length < 0 ? NULL : label;
}

struct error *report_root(struct report_roots *roots, const struct profile *raw,
			  const struct report_options *options, const struct thread_info *thread,
			  struct profile *report, uint32_t *ret)
{
	struct error *err = NULL;
	char interpreter[48];
	uint32_t node = 0;

	if (options->process_roots || raw->process_count > 1) {
		CLEANUP(freep)
		char *label = process_label(&raw->processes[thread->process]);

		err = label ? label_below(roots, report, FRAME_PROCESS, label, &node)
			    : &error_nomem;
	}
	if (!err && thread->interp > 0) {
		snprintf(interpreter, sizeof(interpreter), "interpreter %lld",
			 (long long)thread->interp);
		err = label_below(roots, report, FRAME_INTERPRETER, interpreter, &node);
	}
	if (!err && options->thread_roots) {
		CLEANUP(freep)
		char *label = thread_label(thread);

		err = label ? label_below(roots, report, FRAME_THREAD, label, &node) : &error_nomem;
	}
	if (!err)
		*ret = node;
	return err;
}
