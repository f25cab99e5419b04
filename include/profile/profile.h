/*
 * profile.h - what was sampled: functions, frames, stacks, threads, and when each stack was seen.
 *
 * Plain data. The same structure serves three times: as the dictionary of a recording while it is
 * made (stacks without counts, no runs), as a recording that was read back (all of it, nothing
 * filtered), and as a report of it (filtered, names as they are to be shown, counts filled in),
 * which is what output/ and the views get. Memory grows with what is distinct, and with runs.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "profile/stats.h"

enum frame_kind {
	FRAME_PYTHON,
	FRAME_PROCESS,     /* root frame: process PID:"command" */
	FRAME_THREAD,      /* root frame: thread (TID): NAME */
	FRAME_INTERPRETER, /* root frame: interpreter ID */
	FRAME_MARKER,      /* <torn>, <elided>: what could not be seen */
};

/*
 * A function, one for each distinct set of these. All strings of a profile are UTF-8, never NULL,
 * owned by it, equal ones at the same address; they may hold any character but NUL.
 */
struct func {
	enum frame_kind kind;
	const char *name;   /* qualified where the interpreter knows it */
	const char *path;   /* co_filename; "" for other kinds than PYTHON */
	const char *file;   /* as it is shown: shortened, or path */
	int32_t first_line; /* co_firstlineno; 0: none */
	int32_t last_line;  /* the last that its code has; 0: unknown */
};

/* A function at a line. */
struct frame {
	uint32_t func;
	int32_t line; /* 0: none */
};

/* A node of the tree: a distinct stack, its frame the last of it. Node 0 is the root, no frame. */
struct stack_node {
	uint32_t parent;
	uint32_t frame;
	uint64_t count;   /* samples that ended here */
	uint64_t time_ns; /* that they stand for */
};

struct process_info {
	pid_t pid, parent;
	const char *command; /* command line */
	const char *exe;
	const char *python; /* version: "3.11.2" */
};

struct thread_info {
	uint32_t process;
	pid_t tid;        /* the kernel's number; 0: unknown */
	uint64_t ident;   /* threading.get_ident() */
	int64_t interp;   /* number of its interpreter, 0 for the main one */
	const char *name; /* the last that it had; "" for none */
};

enum sample_state {
	SAMPLE_RUNNING,   /* on a CPU, or could be */
	SAMPLE_GIL_WAIT,  /* in the kernel, on the GIL's own futex */
	SAMPLE_WAIT_LOCK, /* in the kernel, by the system call */
	SAMPLE_WAIT_IO,
	SAMPLE_WAIT_SLEEP,
	SAMPLE_WAIT_OTHER,
	SAMPLE_STATES /* how many there are */
};

enum sample_flag {
	SAMPLE_HOLDS_GIL = 1 << 0, /* free-threaded: is attached */
	SAMPLE_IN_GC = 1 << 1,     /* in the cyclic collector */
	SAMPLE_FLAGS_ALL = SAMPLE_HOLDS_GIL | SAMPLE_IN_GC,
};

/*
 * Samples of one thread in a row that saw the same stack in the same state. A sample stands for the
 * time since the look before it; a run has no gap in it.
 */
struct run {
	uint64_t start_ns; /* since the recording began */
	uint64_t time_ns;  /* its length */
	uint32_t thread, node;
	uint32_t samples;
	uint8_t state; /* enum sample_state */
	uint8_t flags; /* enum sample_flag */
};

/* What a thread did, in samples. */
struct thread_counts {
	uint64_t all, states[SAMPLE_STATES];
	uint64_t holds_gil, in_gc;
};

/* A line of source text, as it was when it was recorded. */
struct source_line {
	const char *path; /* as func.path */
	int32_t line;     /* from 1 */
	const char *text; /* without its end of line */
};

/* About the recording as a whole. Strings are owned by the profile, "" when not known. */
struct capture {
	const char *command; /* for people: command lines of the targets */
	const char *host;
	const char *version;    /* of the sonde that recorded */
	uint64_t start_unix_ns; /* wall clock at the start; 0: unknown */
	struct stats stats;
	bool blocking;  /* the target was stopped around each look */
	bool gil_only;  /* other threads than the GIL's holder were not looked at */
	bool truncated; /* the file ended early: it was killed, or copied in part */
};

struct profile {
	struct func *funcs;
	size_t func_count;
	struct frame *frames;
	size_t frame_count;
	struct stack_node *nodes; /* a parent always stands before its children */
	size_t node_count;
	struct process_info *processes;
	size_t process_count;
	struct thread_info *threads;
	size_t thread_count;
	struct run *runs; /* by thread, then by time */
	size_t run_count;
	struct source_line *sources; /* by path (as bytes), then by line */
	size_t source_count;
	struct capture capture;
	uint64_t total;         /* sum of all counts */
	uint64_t total_time_ns; /* sum of all times */
	/* of a report: samples that the mode left out, for the summary */
	uint64_t hidden_waiting, hidden_gil;
	uint64_t hidden_foreign;      /* and those without a frame of the program itself (mine) */
	struct thread_counts *counts; /* of a report: by thread; else NULL */
	struct profile_index *index;  /* private to profile.c */
};

__attribute__((warn_unused_result)) struct error *profile_init(struct profile *profile);
void profile_deinit(struct profile *profile);

/* The profile's own copy of a string; NULL when out of memory. */
const char *profile_string(struct profile *profile, const char *chars);

/* Index of an equal function, added when new. The strings are copied. &error_nomem. */
__attribute__((warn_unused_result)) struct error *
profile_func(struct profile *profile, const struct func *func, uint32_t *ret);

/* Index of that frame, added when new. */
__attribute__((warn_unused_result)) struct error *
profile_frame(struct profile *profile, uint32_t func, int32_t line, uint32_t *ret);

/* A frame without file and lines, of a kind that is no function. */
__attribute__((warn_unused_result)) struct error *
profile_label_frame(struct profile *profile, enum frame_kind kind, const char *name, uint32_t *ret);

/* Index of the child of node `parent` with that frame, added when new (count 0). */
__attribute__((warn_unused_result)) struct error *
profile_child(struct profile *profile, uint32_t parent, uint32_t frame, uint32_t *ret);

/*
 * No child of a node that there is is looked for again: profile_child() adds it without finding an
 * equal one. The index, a third of the memory of a tree, begins anew. profile_reopen_nodes() takes
 * that back. &error_nomem.
 */
void profile_close_nodes(struct profile *profile);
__attribute__((warn_unused_result)) struct error *profile_reopen_nodes(struct profile *profile);

/* Counts `count` samples of the stack that ends at node. */
void profile_add(struct profile *profile, uint32_t node, uint64_t count, uint64_t time_ns);

/* A new process or thread. The strings are copied. */
__attribute__((warn_unused_result)) struct error *
profile_process(struct profile *profile, const struct process_info *process, uint32_t *ret);
__attribute__((warn_unused_result)) struct error *
profile_thread(struct profile *profile, const struct thread_info *thread, uint32_t *ret);

/* Appends a run; whoever does keeps the order, or calls profile_sort_runs() when all are there. */
__attribute__((warn_unused_result)) struct error *profile_run(struct profile *profile,
							      const struct run *run);
void profile_sort_runs(struct profile *profile);

/* Room for so many runs in all: who fills it without profile_run() sets run_count. */
__attribute__((warn_unused_result)) struct error *profile_reserve_runs(struct profile *profile,
								       uint64_t count);

/* All runs of one become those of the other, which has none of its own. Nothing is copied. */
void profile_move_runs(struct profile *to, struct profile *from);

/* For who only looks at the counts of a report: most of the memory is given back. */
void profile_drop_runs(struct profile *profile);

/* The same for the stacks of a recording, runs included, once its report is made. */
void profile_drop_stacks(struct profile *profile);

/* Appends a line of source; in order once profile_sort_sources() was called. */
__attribute__((warn_unused_result)) struct error *
profile_source(struct profile *profile, const char *path, int32_t line, const char *text);
void profile_sort_sources(struct profile *profile);

/* The text of a line, NULL when it is not known. Needs sorted sources. */
const char *profile_source_text(const struct profile *profile, const char *path, int32_t line);

/* The function and the frame of a node other than the root. */
static inline const struct frame *profile_frame_of(const struct profile *profile, uint32_t node)
{
	return &profile->frames[profile->nodes[node].frame];
}

static inline const struct func *profile_func_of(const struct profile *profile, uint32_t node)
{
	return &profile->funcs[profile_frame_of(profile, node)->func];
}

#endif
