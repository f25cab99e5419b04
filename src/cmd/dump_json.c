/*
 * dump_json.c - a dump as JSON: schema sonde.dump/1 (docs/JSON.md).
 */
#include <string.h>
#include <yajl/yajl_gen.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "dump.h"

struct pen {
	yajl_gen gen;
	struct text scratch;
};

static void pen_deinit(struct pen *pen)
{
	if (pen->gen)
		yajl_gen_free(pen->gen);
	text_deinit(&pen->scratch);
}

/* A string of the target: what is no UTF-8 becomes U+FFFD. */
static void put_string(struct pen *pen, const char *chars)
{
	unsigned int c;

	text_clear(&pen->scratch);
	while (*chars) {
		chars += utf8_next(chars, &c);
		text_add_utf8(&pen->scratch, c);
	}
	yajl_gen_string(pen->gen, (const unsigned char *)text_chars(&pen->scratch),
			pen->scratch.length);
}

static void put_key(struct pen *pen, const char *key)
{
	yajl_gen_string(pen->gen, (const unsigned char *)key, strlen(key));
}

static void put_text(struct pen *pen, const char *key, const char *chars)
{
	put_key(pen, key);
	if (chars)
		put_string(pen, chars);
	else
		yajl_gen_null(pen->gen);
}

static void put_integer(struct pen *pen, const char *key, long long value)
{
	put_key(pen, key);
	yajl_gen_integer(pen->gen, value);
}

static void put_bool(struct pen *pen, const char *key, bool value)
{
	put_key(pen, key);
	yajl_gen_bool(pen->gen, value);
}

static const char *state_name(enum py_thread_state state)
{
	switch (state) {
	case PY_THREAD_GIL_WAIT:
		return "gil";
	case PY_THREAD_WAITING:
		return "waiting";
	default:
		return "running";
	}
}

static const char *wait_name(const struct dump_thread *thread)
{
	if (thread->state != PY_THREAD_WAITING)
		return NULL;
	switch (thread->wait) {
	case LWP_WAIT_LOCK:
		return "lock";
	case LWP_WAIT_IO:
		return "io";
	case LWP_WAIT_SLEEP:
		return "sleep";
	default:
		return "other";
	}
}

static const char *stack_name(enum py_stack_state state)
{
	switch (state) {
	case PY_STACK_ELIDED:
		return "elided";
	case PY_STACK_TORN:
		return "torn";
	case PY_STACK_FAULT:
		return "unreadable";
	default:
		return "whole";
	}
}

static void put_locals(struct pen *pen, const struct dump_frame *frame)
{
	size_t i;

	put_key(pen, "locals");
	if (!frame->has_locals) {
		yajl_gen_null(pen->gen);
		return;
	}
	yajl_gen_array_open(pen->gen);
	for (i = 0; i < frame->locals.count; i++) {
		const struct py_local *local = &frame->locals.items[i];

		yajl_gen_map_open(pen->gen);
		put_text(pen, "name", local->name);
		put_integer(pen, "addr", (long long)local->addr);
		put_bool(pen, "arg", local->is_argument);
		put_text(pen, "repr", local->repr);
		yajl_gen_map_close(pen->gen);
	}
	yajl_gen_array_close(pen->gen);
}

static void put_frame(struct pen *pen, const struct dump_frame *frame,
		      const struct dump_options *options)
{
	yajl_gen_map_open(pen->gen);
	put_text(pen, "name", frame->name);
	put_text(pen, "filename", frame->filename);
	put_text(pen, "short_filename", frame->short_name);
	put_integer(pen, "line", options->frame.no_lines ? 0 : frame->line);
	put_locals(pen, frame);
	yajl_gen_map_close(pen->gen);
}

static void put_thread(struct pen *pen, const struct dump *dump, const struct dump_thread *thread,
		       const struct dump_options *options)
{
	size_t f;

	yajl_gen_map_open(pen->gen);
	put_integer(pen, "pid", dump->pid);
	put_integer(pen, "thread_id", (long long)thread->ident);
	put_text(pen, "thread_name", thread->name[0] ? thread->name : NULL);
	put_key(pen, "os_thread_id");
	if (thread->tid)
		yajl_gen_integer(pen->gen, thread->tid);
	else
		yajl_gen_null(pen->gen);
	put_bool(pen, "active", thread->state == PY_THREAD_RUNNING);
	put_bool(pen, "owns_gil", thread->holds_gil && !dump->free_threaded);
	put_text(pen, "state", state_name(thread->state));
	put_text(pen, "wait", wait_name(thread));
	put_integer(pen, "interpreter", thread->interp_id);
	put_text(pen, "stack", stack_name(thread->stack_state));
	put_key(pen, "frames");
	yajl_gen_array_open(pen->gen);
	for (f = 0; f < thread->frame_count; f++)
		put_frame(pen, &thread->frames[f], options);
	yajl_gen_array_close(pen->gen);
	yajl_gen_map_close(pen->gen);
}

static void put_dump(struct pen *pen, const struct dump *dump, const struct dump_options *options)
{
	size_t t;

	yajl_gen_map_open(pen->gen);
	put_text(pen, "schema", "sonde.dump/1");
	put_integer(pen, "pid", dump->pid);
	put_text(pen, "command", dump->command);
	put_text(pen, "python", dump->version);
	put_text(pen, "executable", dump->executable);
	put_key(pen, "threads");
	yajl_gen_array_open(pen->gen);
	for (t = 0; t < dump->thread_count; t++)
		put_thread(pen, dump, &dump->threads[t], options);
	yajl_gen_array_close(pen->gen);
	yajl_gen_map_close(pen->gen);
}

struct error *dump_json_write(const struct dump *dump, const struct dump_options *options,
			      FILE *file)
{
	CLEANUP(pen_deinit)
	struct pen pen = { .gen = yajl_gen_alloc(NULL) };
	const unsigned char *bytes;
	size_t length;

	if (!pen.gen)
		return &error_nomem;
	yajl_gen_config(pen.gen, yajl_gen_beautify, 1);
	yajl_gen_config(pen.gen, yajl_gen_indent_string, "  ");
	put_dump(&pen, dump, options);
	if (pen.scratch.failed || yajl_gen_get_buf(pen.gen, &bytes, &length) != yajl_gen_status_ok)
		return &error_nomem;
	fwrite(bytes, 1, length, file);
	return NULL;
}
