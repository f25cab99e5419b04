/*
 * raw_frame.h - a PyFrameObject or _PyInterpreterFrame as it stands in memory.
 */
#ifndef PYTHON_RAW_FRAME_H
#define PYTHON_RAW_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/layout.h"

struct raw_frame {
	uint64_t previous, code;
	uint64_t instr;         /* address, or f_lasti (sign-extended) by enum instr_shape */
	uint64_t func;          /* the function object; 0 where frames have none */
	uint64_t stack_pointer; /* address, when the frame has put it away: see raw_frame.c; else 0
				 */
	bool from_c;            /* 3.11: C code called it (is_entry) */
	int owner;              /* -1 where frames have none */
	int tlbc_index;
};

/* How many bytes of a frame are looked at. */
size_t raw_frame_size(const struct py_layout *layout);

/* bytes: raw_frame_size() of them, from address addr of the target. */
struct raw_frame raw_frame_decode(const struct py_layout *layout, uint64_t addr, const void *bytes);

/* It lies in a generator or coroutine (3.11 and later), not on the data stack. */
bool raw_frame_is_generators(const struct py_layout *layout, const struct raw_frame *raw);

/* The interpreter's own: an entry frame on the C stack, no Python code. */
bool raw_frame_is_shim(const struct py_layout *layout, const struct raw_frame *raw);

#endif
