/*
 * fake_walk.h - a walker over the thread of a fake target, and the traces that calls leave in it.
 */
#ifndef TESTS_SUPPORT_FAKE_WALK_H
#define TESTS_SUPPORT_FAKE_WALK_H

#include "python/frames.h"
#include "support/fake.h"
#include "support/fake_threads.h"

struct fake_walk {
	struct fake py; /* first made by fake_start() */
	uint64_t interp, thread;
	struct snapshot *snapshot;
	struct code_cache *codes;
	struct frame_walker walker;
	struct tstate_plan plan;
	struct tstate tstate; /* of the last round */
	frame_array frames;   /* of the last round, leaf first */
	uint64_t now_ns;      /* of the next round */
	bool uses_generators; /* as the walker is told */
	struct frame_blocks blocks;
	bool elided;
};

/* Makes the thread, with that current frame, and all that walks it. */
void fake_walk_begin(struct fake_walk *walk, uint64_t frame);
void fake_walk_end(struct fake_walk *walk);

/* One round, in which whatever the last one used is predicted. */
struct error *fake_walk_round(struct fake_walk *walk);

/* Two rounds: nothing is predicted in the first. */
struct error *fake_walk_twice(struct fake_walk *walk);

/* One reference to an object: it lives. */
void fake_keep(struct fake *py, uint64_t object);

/* A code object with two variables and room for four values, and a function of it. */
uint64_t fake_plain_code(struct fake *py, const char *name);
uint64_t fake_code_with_flags(struct fake *py, const char *name, uint32_t flags);
uint64_t fake_function_of(struct fake *py, uint64_t code);

/* The index of the first value of such a frame behind its variables. */
enum { FAKE_FIRST_VALUE = 2 };

/* The frame's stack pointer is put away, with so many words below it; or it runs. */
void fake_put_away(struct fake *py, uint64_t frame, uint32_t words);
void fake_runs(struct fake *py, uint64_t frame);

/* The word of a frame that holds its function. Nothing until 3.10. */
void fake_set_function(struct fake *py, uint64_t frame, uint64_t function);

/*
 * caller has called callee, from Python, and waits for it: the function stands on its value stack.
 * callee runs.
 */
void fake_called(struct fake *py, uint64_t caller, uint64_t callee, uint64_t function);

/* 3.11: C code called this frame; later versions have a shim for that. */
void fake_set_entry(struct fake *py, uint64_t frame);

/* <module>, called from C, calls outer(), which calls inner(), which runs. */
enum { FAKE_MODULE, FAKE_OUTER, FAKE_INNER, FAKE_DEPTH };

struct fake_program {
	struct fake_walk walk;
	uint64_t codes[FAKE_DEPTH], functions[FAKE_DEPTH], frames[FAKE_DEPTH];
};

void fake_program_build(struct fake_program *program);
extern const char *const fake_program_names[FAKE_DEPTH];

/* At which offset the frame stands. */
static inline int32_t fake_program_offset(int frame)
{
	return 10 * (frame + 1);
}

/* A test for each layout: an empty target each time. */
#define FAKE_EACH_PROGRAM(program)                                                                 \
	for (size_t fake_index_ = 0; fake_start(&(program).walk.py, fake_index_);                  \
	     fake_program_end(&(program)), fake_index_++)
void fake_program_end(struct fake_program *program);

static inline const char *fake_program_layout(const struct fake_program *program)
{
	return fake_layout_name(&program->walk.py.layout);
}

#endif
