/*
 * known.h - what is remembered of a thread from look to look: the stack that it had, what had to be
 * read for it, and until when its state is taken for the same.
 */
#ifndef PYTHON_KNOWN_H
#define PYTHON_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/map.h"
#include "frames.h"
#include "python/python.h"
#include "target/snapshot.h"

struct known_thread {
	uint64_t tstate;         /* key */
	struct py_thread thread; /* as it was last read; frames points into the array below */
	frame_array frames;
	size_t pure; /* see struct suffix, as the next one */
	bool is_plain;
	uint64_t walk_pass;         /* in which the frames were found */
	struct frame_blocks blocks; /* where the frames lie, until 3.10 */
	mem_range_array footprint;  /* what was read for the stack */
	bool has_stack;        /* the frames are what its words said when they were last read */
	bool has_state;        /* so is the state */
	bool held_gil;         /* in the sample before */
	bool asks_for_gil;     /* it sleeps until it has the GIL */
	uint64_t pass;         /* over the lists of threads, in which it was last met */
	uint64_t seen_round;   /* sample in which it last was */
	uint64_t read_round;   /* sample in which its stack was last read */
	uint64_t tid_since_ns; /* when it was first found with its kernel thread */
	uint64_t tid_until_ns; /* until then it is believed to have it */
	uint64_t state_ns;     /* when its state was last read */
	uint64_t state_due_ns; /* when its state is read again, whatever is known */
	uint64_t generator_until_ns; /* until then it is taken to use generators */
	uint64_t wakeful_until_ns;   /* until then its state is read in each sample */
	UT_hash_handle hh;
};

/* By thread state: found, or added with nothing known. NULL when out of memory. */
struct known_thread *known_thread_get(struct known_thread **threads, uint64_t tstate);

/* NULL when it is not known. */
struct known_thread *known_thread_find(struct known_thread *threads, uint64_t tstate);

/* Forgets the threads that were last met before that pass; all: UINT64_MAX. */
void known_threads_forget(struct known_thread **threads, uint64_t pass);

/* The stacks that hold a code object which is no more must be read anew. */
void known_threads_drop_stale(struct known_thread *threads);

#endif
