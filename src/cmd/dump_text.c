/*
 * dump_text.c - a dump as py-spy prints it.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "dump.h"

static const char *status_of(const struct dump *dump, const struct dump_thread *thread)
{
	if (thread->holds_gil && !dump->free_threaded)
		return "active+gil";
	return thread->state == PY_THREAD_RUNNING ? "active" : "idle";
}

static void add_thread(struct text *text, const struct dump *dump, const struct dump_thread *thread)
{
	if (thread->tid)
		text_addf(text, "Thread %d", (int)thread->tid);
	else
		text_addf(text, "Thread 0x%" PRIX64, thread->ident);
	text_addf(text, " (%s)", status_of(dump, thread));
	if (thread->name[0]) {
		text_add(text, ": \"");
		text_add_clean(text, thread->name);
		text_add(text, "\"");
	}
	if (dump->has_subinterpreters && thread->interp_id)
		text_addf(text, " [interpreter %" PRId64 "]", thread->interp_id);
	text_add_char(text, '\n');
}

/* The arguments or the others of a frame, below their heading. */
static void add_locals(struct text *text, const struct py_locals *locals, bool arguments)
{
	bool any = false;
	size_t i;

	for (i = 0; i < locals->count; i++) {
		if (locals->items[i].is_argument != arguments)
			continue;
		if (!any)
			text_add(text, arguments ? "        Arguments:\n" : "        Locals:\n");
		any = true;
		text_add(text, "            ");
		text_add_clean(text, locals->items[i].name);
		text_add(text, ": ");
		text_add_clean(text, locals->items[i].repr);
		text_add_char(text, '\n');
	}
}

static void add_frame(struct text *text, const struct dump_frame *frame,
		      const struct dump_options *options)
{
	text_add(text, "    ");
	text_add_clean(text, frame->name);
	text_add(text, " (");
	text_add_clean(text, options->frame.full_filenames ? frame->filename : frame->short_name);
	if (frame->line > 0 && !options->frame.no_lines)
		text_addf(text, ":%" PRId32, frame->line);
	text_add(text, ")\n");
	add_locals(text, &frame->locals, true);
	add_locals(text, &frame->locals, false);
	if (frame->locals_changed)
		text_add(text, "        <changed while its variables were read>\n");
}

struct error *dump_text_write(const struct dump *dump, const struct dump_options *options,
			      FILE *file)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	const struct dump_thread *thread;
	size_t t, f;

	text_addf(&text, "Process %d: ", (int)dump->pid);
	text_add_clean(&text, dump->command);
	text_addf(&text, "\nPython v%s (", dump->version);
	text_add_clean(&text, dump->executable);
	text_add(&text, ")\n\n");
	for (t = 0; t < dump->thread_count; t++) {
		thread = &dump->threads[t];
		add_thread(&text, dump, thread);
		if (thread->stack_state == PY_STACK_TORN || thread->stack_state == PY_STACK_FAULT)
			text_add(&text, "    <torn>\n");
		for (f = 0; f < thread->frame_count; f++)
			add_frame(&text, &thread->frames[f], options);
		if (thread->stack_state == PY_STACK_ELIDED)
			text_add(&text, "    <elided>\n");
	}
	if (text.failed)
		return &error_nomem;
	fputs(text_chars(&text), file);
	return NULL;
}
