/*
 * thread_names.h - the names that the threading module knows, by ident.
 */
#ifndef PYTHON_THREAD_NAMES_H
#define PYTHON_THREAD_NAMES_H

#include <stdint.h>

#include "base/error.h"
#include "python/view.h"

/* Names of the threads of one interpreter. */
struct thread_names;

/* view is borrowed and must outlive the result; interp is the address of the PyInterpreterState. */
__attribute__((warn_unused_result)) struct error *
thread_names_create(const struct py_view *view, uint64_t interp, struct thread_names **ret);
void thread_names_destroy(struct thread_names *names);

/*
 * Brings the names up to date. Words that must change when a thread is added, removed or renamed
 * (sizes and pointers of sys.modules, threading._active, each thread's attributes and its _name)
 * are remembered and read again in one call; only when one differs is anything looked up. A process
 * that never imported threading costs one read. &error_gone; anything unreadable leaves the old
 * names.
 */
__attribute__((warn_unused_result)) struct error *thread_names_update(struct thread_names *names);

/* The name of the thread with that ident (PyThreadState.thread_id), or NULL. Borrowed until the
 * next update. */
const char *thread_names_find(const struct thread_names *names, uint64_t ident);

#endif
