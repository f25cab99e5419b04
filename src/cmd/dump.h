/*
 * dump.h - what every thread of a process does, as plain data between the reader and the writers.
 */
#ifndef CMD_DUMP_H
#define CMD_DUMP_H

#include <stdio.h>

#include "options.h"
#include "python/locals.h"
#include "python/python.h"

enum { DUMP_LOCALS_BUDGET = 128 /* characters of a value for each -l */ };

struct dump_options {
	struct target_options target;
	struct frame_options frame;
	struct run_options run;
	unsigned int locals; /* how often -l was given */
	bool json;
};

struct dump_frame {
	char *name, *filename;
	const char *short_name; /* part of filename */
	int32_t line;           /* 0: none */
	uint64_t addr, code;    /* in the target: tell whether it is still the same one */
	struct py_locals locals;
	bool has_locals;     /* they were read, even where there are none */
	bool locals_changed; /* the frame went on while they were read: they are left out */
};

struct dump_thread {
	uint64_t tstate, ident;
	pid_t tid; /* 0: unknown */
	int64_t interp_id;
	char *name; /* "" when it has none */
	bool holds_gil;
	enum py_thread_state state;
	enum lwp_wait wait;
	enum py_stack_state stack_state;
	struct dump_frame *frames; /* leaf first */
	size_t frame_count;
};

struct dump {
	pid_t pid;
	char *command, *executable;
	char version[PY_VERSION_TEXT_SIZE];
	bool free_threaded;       /* "holds the GIL" means no more than that it runs */
	bool has_subinterpreters; /* more than one interpreter was seen */
	struct dump_thread *threads;
	size_t thread_count;
};

/* Reads everything, several times where a thread's stack changed under the reader. */
__attribute__((warn_unused_result)) struct error *
dump_collect(pid_t pid, const struct dump_options *options, struct dump *ret);
void dump_deinit(struct dump *dump);

/* As py-spy prints it; where more is known, in ways that readers of that form do not trip over. */
__attribute__((warn_unused_result)) struct error *
dump_text_write(const struct dump *dump, const struct dump_options *options, FILE *file);

/* One object: docs/JSON.md. */
__attribute__((warn_unused_result)) struct error *
dump_json_write(const struct dump *dump, const struct dump_options *options, FILE *file);

#endif
