/*
 * running.h - a fake thread that runs a generator, which has called a function.
 */
#ifndef TESTS_SUPPORT_RUNNING_H
#define TESTS_SUPPORT_RUNNING_H

#include "support/fake_walk.h"

enum { FAKE_GENERATOR_AT = 6, FAKE_WORK_AT = 4 /* offsets of instructions */ };

/* <module>, outer() and inner(), which runs a generator, which calls work(). */
struct running {
	struct fake_program program;
	uint64_t generator_code, work_code, work_function;
	uint64_t generator, work; /* frames */
};

void running_build(struct running *running);

/* Walks it until it is whole. */
void running_see(struct running *running);

/* inner() holds the generator no more, and nothing is linked to it. */
void running_let_go(struct running *running);

/* Do generators have frames of their own in this version? */
bool running_is_possible(const struct running *running);

uint64_t fake_generator_code(struct fake *py);

void running_check_frame(const struct running *running, size_t index, uint64_t addr,
			 int32_t offset);

#endif
