/*
 * What a dump looks like, as text and as JSON.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/dump.h"
#include "support/golden.h"

static struct py_local some_locals[] = {
	{ "self", "<app.Work at 0x7f0000001000>", 0x7f0000001000, true },
	{ "n", "3", 0x7f0000002000, true },
	{ "text", "'a\\nb \u86C7'", 0x7f0000003000, false },
};

static struct dump_frame main_frames[] = {
	{ .name = "Work.step",
	  .filename = "/srv/app/work.py",
	  .short_name = "app/work.py",
	  .line = 12,
	  .locals = { some_locals, 3 },
	  .has_locals = true },
	{ .name = "moved",
	  .filename = "<string>",
	  .short_name = "<string>",
	  .locals_changed = true },
	{ .name = "<module>",
	  .filename = "/srv/main.py",
	  .short_name = "main.py",
	  .line = 3,
	  .has_locals = true },
};

static struct dump_frame odd_frames[] = {
	{ .name = "new\nline\033[31m",
	  .filename = "/srv/a\tb\xff.py",
	  .short_name = "a\tb\xff.py",
	  .line = 1 },
};

static struct dump_thread threads[] = {
	{ .ident = 0x7f00aa,
	  .tid = 1234,
	  .name = "MainThread",
	  .holds_gil = true,
	  .frames = main_frames,
	  .frame_count = 3 },
	{ .ident = 0x7f00bb,
	  .name = "",
	  .state = PY_THREAD_WAITING,
	  .wait = LWP_WAIT_LOCK,
	  .stack_state = PY_STACK_TORN,
	  .frames = odd_frames,
	  .frame_count = 1 },
	{ .ident = 0x7f00cc,
	  .tid = 1236,
	  .interp_id = 2,
	  .name = "\"quoted\"\n",
	  .state = PY_THREAD_GIL_WAIT,
	  .stack_state = PY_STACK_ELIDED,
	  .frames = odd_frames,
	  .frame_count = 1 },
	{ .ident = 0x7f00dd, .tid = 1237, .name = "empty", .stack_state = PY_STACK_FAULT },
};

static struct dump dump = { .pid = 1234,
			    .command = "python3 main.py",
			    .executable = "/usr/bin/python3.12",
			    .version = "3.12.1",
			    .has_subinterpreters = true,
			    .threads = threads,
			    .thread_count = 4 };

typedef struct error *(*writer)(const struct dump *dump, const struct dump_options *options,
				FILE *file);

static void check(writer write, const struct dump_options *options, const char *golden)
{
	CLEANUP(freep)
	char *bytes = NULL;
	size_t length;
	FILE *file = open_memstream(&bytes, &length);

	cr_assert_null(write(&dump, options, file));
	fclose(file);
	golden_check(golden, bytes, length);
}

Test(dump_form, text)
{
	check(dump_text_write, &(struct dump_options) { 0 }, "dump.text");
}

Test(dump_form, text_without_lines)
{
	const struct dump_options options = { .frame = { .no_lines = true,
							 .full_filenames = true } };

	dump.free_threaded = true;
	check(dump_text_write, &options, "dump-bare.text");
}

Test(dump_form, json)
{
	check(dump_json_write, &(struct dump_options) { .json = true }, "dump.json");
}
