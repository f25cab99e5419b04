/*
 * fake_threads.h - code, frames, threads, interpreters in a fake target's memory.
 */
#ifndef TESTS_SUPPORT_FAKE_THREADS_H
#define TESTS_SUPPORT_FAKE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/fake.h"

/* A variable of a function; kinds as in co_localspluskinds (Include/internal/pycore_code.h). */
enum {
	FAKE_HIDDEN = 0x10,
	FAKE_LOCAL = 0x20,
	FAKE_CELL = 0x40,
	FAKE_FREE = 0x80,
};
struct fake_variable {
	const char *name;
	unsigned int kinds; /* FAKE_LOCAL | FAKE_CELL: an argument that an inner function uses */
};

enum { FAKE_VARARGS = 4, FAKE_VARKEYWORDS = 8 /* co_flags */ };

/* What is not given is "?", 0 or empty. */
struct fake_code {
	const char *name, *qualname; /* qualname: name, unless given */
	const char *filename;
	int32_t firstlineno;
	const uint8_t *linetable; /* as this layout's lines_shape has them */
	size_t linetable_size;
	uint32_t size; /* of the instructions, bytes; 0: 64 */
	int32_t argcount, kwonlyargcount;
	uint32_t flags;
	const struct fake_variable *variables; /* arguments, locals, then cells, then free ones */
	size_t variable_count;
	int32_t stacksize;
};
uint64_t fake_code(struct fake *py, const struct fake_code *code);

/* Bytes that a frame of it takes on the data stack; 0 until 3.10. */
size_t fake_frame_bytes(struct fake *py, uint64_t code);

/*
 * A frame that was called by `previous` (0: the outermost) and stands at that offset in bytes, -1
 * before its first instruction. From 3.11 on it lies behind the last frame in py->chunk, which is
 * made when it is 0 or full.
 */
uint64_t fake_frame(struct fake *py, uint64_t previous, uint64_t code, int32_t offset);

/* From 3.12: the interpreter's own frame under the first one that C code calls. Else `previous`. */
uint64_t fake_shim(struct fake *py, uint64_t previous);

/* A frame that a generator holds (3.11 and later); until 3.10 as any other. */
uint64_t fake_generator_frame(struct fake *py, uint64_t previous, uint64_t code, int32_t offset);

/* Where the instruction word of a frame points: for frames that move on while a test looks. */
void fake_set_offset(struct fake *py, uint64_t frame, int32_t offset);
void fake_set_previous(struct fake *py, uint64_t frame, uint64_t previous);
/* Slot number `index` of f_localsplus, tagged as this version tags. 0 for an unbound variable. */
void fake_set_local(struct fake *py, uint64_t frame, size_t index, uint64_t object);

/* An interpreter without threads; sys.modules may be 0. */
uint64_t fake_interp(struct fake *py, uint64_t modules);

/*
 * A thread at the head of its interpreter's list, with that innermost frame (0: none). py->chunk
 * becomes its data stack, and the next fake_frame() starts another.
 */
uint64_t fake_thread(struct fake *py, uint64_t interp, uint64_t ident, uint32_t native_id,
		     uint64_t frame);
/* The thread runs on, in another frame. */
void fake_set_frame(struct fake *py, uint64_t thread, uint64_t frame);

/* 3.11 and 3.12: which generator runs (its frame; 0: none), and where the data stack ends. */
void fake_set_running(struct fake *py, uint64_t thread, uint64_t generator);
void fake_set_top(struct fake *py, uint64_t thread, uint64_t top);

/* _PyRuntime with that interpreter as head and main; 0 until 3.6. */
uint64_t fake_runtime(struct fake *py, uint64_t interp);

#endif
