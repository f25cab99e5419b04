/*
 * tstate.h - the words of one PyThreadState that a sample needs, in one read.
 */
#ifndef PYTHON_TSTATE_H
#define PYTHON_TSTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "python/layout.h"
#include "target/snapshot.h"

struct tstate {
	uint64_t addr;
	uint64_t next, interp;
	uint64_t frame; /* address of the frame, or of the _PyCFrame (FRAME_CFRAME) */
	uint64_t ident;
	pid_t ns_tid; /* native_thread_id, 0 where there is none */
	uint64_t datastack_chunk, datastack_top;
	uint64_t generator; /* 3.11 and 3.12: frame of the innermost generator that runs; 0: none */
	int32_t depth;      /* 3.13 and later: of calls of Python code; 0: unknown */
	bool is_attached;   /* 3.13 and later: state is _Py_THREAD_ATTACHED */
	bool holds_gil;     /* where the thread state says so itself (3.13 and later) */
};

enum { TSTATE_ATTACHED = 1 /* _Py_THREAD_ATTACHED, Include/internal/pycore_pystate.h, 3.13 */ };

/* Which bytes of a PyThreadState the fields above take. */
struct tstate_plan {
	int32_t start;
	size_t size;
};

/* From the layout; size 0 when the fields lie further apart than TSTATE_SPAN_MAX. */
struct tstate_plan tstate_plan(const struct py_layout *layout);

/* Offset of what .frame holds. */
int32_t tstate_frame_field(const struct py_layout *layout);

enum { TSTATE_SPAN_MAX = 1024 /* bytes; 3.15 takes 280 */ };

/* &error_fault, &error_gone. */
__attribute__((warn_unused_result)) struct error *tstate_read(const struct py_layout *layout,
							      const struct tstate_plan *plan,
							      struct snapshot *snapshot,
							      uint64_t addr, struct tstate *ret);

#endif
