/*
 * dump_json.c - a dump as JSON: schema sonde.dump/1 (docs/JSON.md).
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "dump.h"

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

static void put_locals(struct json *json, const struct dump_frame *frame)
{
	size_t i;

	if (!frame->has_locals) {
		json_null(json, "locals");
		return;
	}
	json_open_array(json, "locals");
	for (i = 0; i < frame->locals.count; i++) {
		const struct py_local *local = &frame->locals.items[i];

		json_open(json, NULL);
		json_string(json, "name", local->name);
		json_integer(json, "addr", (long long)local->addr);
		json_bool(json, "arg", local->is_argument);
		json_string(json, "repr", local->repr);
		json_close(json);
	}
	json_close_array(json);
}

static void put_frame(struct json *json, const struct dump_frame *frame,
		      const struct dump_options *options)
{
	json_open(json, NULL);
	json_string(json, "name", frame->name);
	json_string(json, "filename", frame->filename);
	json_string(json, "short_filename", frame->short_name);
	json_integer(json, "line", options->frame.no_lines ? 0 : frame->line);
	put_locals(json, frame);
	json_close(json);
}

static void put_thread(struct json *json, const struct dump *dump, const struct dump_thread *thread,
		       const struct dump_options *options)
{
	size_t f;

	json_open(json, NULL);
	json_integer(json, "pid", dump->pid);
	json_integer(json, "thread_id", (long long)thread->ident);
	json_string(json, "thread_name", thread->name[0] ? thread->name : NULL);
	if (thread->tid)
		json_integer(json, "os_thread_id", thread->tid);
	else
		json_null(json, "os_thread_id");
	json_bool(json, "active", thread->state == PY_THREAD_RUNNING);
	json_bool(json, "owns_gil", thread->holds_gil && !dump->free_threaded);
	json_string(json, "state", state_name(thread->state));
	json_string(json, "wait", wait_name(thread));
	json_integer(json, "interpreter", thread->interp_id);
	json_string(json, "stack", stack_name(thread->stack_state));
	json_open_array(json, "frames");
	for (f = 0; f < thread->frame_count; f++)
		put_frame(json, &thread->frames[f], options);
	json_close_array(json);
	json_close(json);
}

static void put_dump(struct json *json, const struct dump *dump, const struct dump_options *options)
{
	size_t t;

	json_open(json, NULL);
	json_string(json, "schema", "sonde.dump/1");
	json_integer(json, "pid", dump->pid);
	json_string(json, "command", dump->command);
	json_string(json, "python", dump->version);
	json_string(json, "executable", dump->executable);
	json_open_array(json, "threads");
	for (t = 0; t < dump->thread_count; t++)
		put_thread(json, dump, &dump->threads[t], options);
	json_close_array(json);
	json_close(json);
}

struct error *dump_json_write(const struct dump *dump, const struct dump_options *options,
			      FILE *file)
{
	CLEANUP(json_deinit)
	struct json json = { 0 };
	struct error *err = json_init(&json, file, "  ");

	if (err)
		return err;
	put_dump(&json, dump, options);
	return json_finish(&json);
}
