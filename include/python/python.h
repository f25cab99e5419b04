/*
 * python.h - a running CPython, attached to from outside: its threads and their stacks.
 *
 * python_attach() finds the interpreter and its layout; python_sample() copies what all threads do
 * now, in one vectored read where the last sample predicted it, and walks the copy. The target is
 * neither stopped nor written to.
 */
#ifndef PYTHON_PYTHON_H
#define PYTHON_PYTHON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "python/code.h"
#include "python/view.h"
#include "target/lwp.h"
#include "target/process.h"

struct python;

/* What a thread does, by the kernel and the GIL. */
enum py_thread_state {
	PY_THREAD_RUNNING,
	PY_THREAD_GIL_WAIT, /* in the kernel, on the GIL's own futex */
	PY_THREAD_WAITING,  /* in the kernel for something else: see py_thread.wait */
};

/* How whole a stack is. */
enum py_stack_state {
	PY_STACK_WHOLE,
	PY_STACK_ELIDED, /* more than PY_FRAMES_MAX frames: those next to the root are missing */
	PY_STACK_TORN,   /* it changed under the reader, each time: the frames are those next to the
			  * root that hold together, none or some; what was above them is not known */
	PY_STACK_FAULT,  /* unreadable memory, three times */
};

enum { PY_FRAMES_MAX = 100000 /* sys.setrecursionlimit() of 50,000 is in use; twice that */ };

struct py_frame {
	const struct code *code; /* borrowed until the next sample */
	uint64_t addr;           /* of the frame */
	int32_t offset;          /* of the instruction, bytes; -1 before the first */
};

struct py_thread {
	uint64_t tstate; /* PyThreadState: names the thread inside its process */
	uint64_t interp; /* its PyInterpreterState */
	int64_t interp_id;
	uint64_t ident; /* threading.get_ident() */
	pid_t tid;      /* the kernel's number in our PID namespace; 0 when unknown */
	bool holds_gil; /* of its interpreter; free-threaded: is attached */
	bool in_gc;     /* it runs the cyclic garbage collector */
	bool shadowed;  /* the same kernel thread runs in another interpreter right now */
	enum py_thread_state state;
	enum lwp_wait wait; /* when waiting */
	enum py_stack_state stack_state;
	size_t same_below; /* so many frames from the root on are known to be those that the thread
			    * had in the last sample; all, when it has not run since */
	const struct py_frame *frames; /* leaf first; borrowed until the next sample */
	size_t frame_count;
};

struct py_sample {
	const struct py_thread *threads; /* borrowed until the next sample; oldest thread first */
	size_t count;
	bool lost;        /* the list of threads itself could not be read */
	uint64_t time_ns; /* when it was begun */
};

struct py_sample_options {
	bool states;     /* fill in py_thread.state (one read of a /proc file a thread) */
	bool gil_only;   /* walk only threads that hold a GIL */
	uint64_t now_ns; /* the time, where it is known already; else 0 */
	/*
	 * Of a target that stands still: called when all that is wanted of its memory is read, and
	 * before each stack once that takes longer than until then. NULL: of one that runs.
	 */
	void (*on_read)(void *context, bool is_all);
	void *context;
	uint64_t read_until_ns;
};

/* Counters of the engine since attach. */
struct py_counters {
	uint64_t calls; /* system calls for memory */
	uint64_t bytes;
	uint64_t retries; /* a thread's stack read again because it was torn */
	uint64_t torn, faults;
	uint64_t reused; /* stacks of threads that had not run since the last sample: not read */
};

/*
 * Finds the interpreter in a process. ERROR_NOT_PYTHON when there is none, ERROR_NOT_READY while it
 * starts or ends, ERROR_UNSUPPORTED when there is one that cannot be read (the sentence says what
 * was found), ERROR_GONE, ERROR_PERMISSION. process is borrowed and must outlive the result.
 */
__attribute__((warn_unused_result)) struct error *python_attach(const struct process *process,
								struct python **ret);
void python_destroy(struct python *python);

/*
 * What all threads of all interpreters do now. Only &error_gone (ended, or called exec) and
 * &error_nomem are returned; everything else is said in the sample, thread by thread.
 */
__attribute__((warn_unused_result)) struct error *
python_sample(struct python *python, const struct py_sample_options *options,
	      struct py_sample *ret);

/*
 * The threads whose Python stack can change now, by the kernel's numbers: who holds a GIL, or had
 * it last where nobody does; free-threaded: all that are attached. As far as the last sample saw
 * them. Borrowed until the next call. &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *python_movers(struct python *python,
								const pid_t **ret, size_t *count);

/*
 * The thread's name: threading's, else the kernel's comm, else "". Looked up again at most a few
 * times a second, and only where something changed. Borrowed until the next sample.
 */
const char *python_thread_name(struct python *python, const struct py_thread *thread);

/* For readers of objects (locals): memory and layout. */
const struct py_view *python_view(const struct python *python);
const struct py_layout *python_layout(const struct python *python);
void python_counters(const struct python *python, struct py_counters *ret);

/* The kernel's view of its threads, as the samples take it. Borrowed. */
struct lwp_table *python_lwps(struct python *python);

/* More than one interpreter was seen. */
bool python_has_subinterpreters(const struct python *python);

/*
 * Before 3.11 there are no qualified names: "Class.method", with the class of the frame's first
 * argument when that is called self or cls. malloc'ed; NULL when there is none to be had.
 */
char *python_class_name(struct python *python, const struct py_frame *frame);

#endif
