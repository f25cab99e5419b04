/*
 * threads.h - the threads of one interpreter in one round: which there are, what each does.
 */
#ifndef PYTHON_THREADS_H
#define PYTHON_THREADS_H

#include "attached.h"

/* A round in progress: one pass over the interpreters of the process. */
struct round {
	struct python *python;
	const struct py_sample_options *options;
	bool first;  /* of this sample */
	bool broken; /* the list of threads could not be followed to its end */
	bool again;  /* some thread's stack is to be read again */
	bool begun;  /* the cache of code objects knows of the sample */
};

/* Fatal for the whole sample; other errors cost one thread. */
static inline bool is_fatal(const struct error *err)
{
	return err && (err->kind == ERROR_GONE || err->kind == ERROR_NOMEM);
}

/*
 * Adds the threads of interp, whose list begins at head, to python->present; in a later round those
 * of them whose stack could not be read are read again. Fatal errors only.
 */
__attribute__((warn_unused_result)) struct error *
threads_read(struct round *round, struct interp *interp, uint64_t head);

/* What the kernel says of the threads present, once their stacks are read. */
void threads_update_states(const struct round *round);

#endif
