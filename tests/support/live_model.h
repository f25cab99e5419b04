/*
 * live_model.h - a model of the live view made by hand: a program with two processes, four threads,
 * recursion, packages and a name that means harm.
 */
#ifndef TESTS_SUPPORT_LIVE_MODEL_H
#define TESTS_SUPPORT_LIVE_MODEL_H

#include "ui/live.h"

enum { LOOK_NS = 10 * CLOCK_MS_NS /* what a look of live_model_run() stands for */ };

/* The dictionary: stacks that live_model_run() uses. */
void live_model_dictionary(struct profile *dictionary);

/* One look at threads that each do something: thread, node, state, flags. */
void live_model_look(struct model *model, uint64_t time_ns, const struct sample *samples,
		     size_t count);

/* So many seconds of the program from a second on, measured once a second, and refreshed. */
void live_model_run(struct model *model, unsigned int from_s, unsigned int seconds);

/* A node of the dictionary: the stack of these functions, root first; "" ends it. */
uint32_t live_model_stack(struct profile *dictionary, const char *const *names);

#endif
