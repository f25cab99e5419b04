/*
 * attached.h - what python.c, sample.c and gil.c share of an attached interpreter.
 */
#ifndef PYTHON_ATTACHED_H
#define PYTHON_ATTACHED_H

#include "base/array.h"
#include "frames.h"
#include "known.h"
#include "locate.h"
#include "native_ids.h"
#include "python/python.h"
#include "python/thread_names.h"
#include "tstate.h"

enum { GIL_COND_SIZE = 48 /* a pthread_cond_t, of glibc as of musl */ };

/* The words of a GIL by which is told who had it. */
struct gil_words {
	bool is_known; /* the others are */
	bool is_early; /* they were read before the stacks */
	uint64_t last_holder, switches;
	unsigned char cond[GIL_COND_SIZE];
};

/* An interpreter of the process, as long as it is in the list. */
struct interp {
	uint64_t addr;
	int64_t id;
	uint64_t gil;               /* its _gil_runtime_state; 0 unknown */
	uint64_t round;             /* in which it was last in the list */
	uint64_t pass;              /* the same, a sample being of several passes */
	int order;                  /* its place in the list, newest first */
	uint64_t generation;        /* code objects that died, as of the last sample */
	uint64_t gil_holder;        /* thread state, in this round; 0 none or unknown */
	uint64_t gil_since_ns;      /* when it was first found to be that one */
	uint64_t gil_until_ns;      /* until then it is believed, of a thread that is alone */
	struct gil_words gil_words; /* as of the last sample */
	struct {
		bool anyone;               /* it is not known who: any thread */
		uint64_t before, now;      /* else these two: the holders then and now */
		bool whole;                /* whoever ran, all are read this time */
		bool waits;                /* a thread began to wait for the GIL */
	} ran;                             /* Python code, since the last sample */
	uint64_t head;                     /* of the list that follows; 0: there is none */
	ARRAY(struct known_thread *) list; /* its threads as of the last sample, newest first */
	bool collecting;                   /* the cyclic garbage collector runs, in this round */
	uint64_t gc_frame;                 /* that it was called from (3.15 and later); 0 unknown */
	uint64_t gc_thread;         /* free-threaded: that stopped the others for it; 0 unknown */
	struct thread_names *names; /* NULL until asked for */
};

struct python {
	const struct process *process; /* borrowed */
	struct mem *mem;
	struct py_location location;
	struct py_view view;
	struct snapshot *snapshot;
	struct code_cache *codes;
	struct frame_walker walker;
	struct native_ids *ids;
	struct lwp_table *lwps;
	struct tstate_plan tstate_plan;
	int32_t interp_start; /* the slice of a PyInterpreterState that is read */
	size_t interp_size;
	ARRAY(struct interp *) interps;
	struct known_thread *known;           /* all, by thread state */
	ARRAY(struct known_thread *) present; /* those met in this sample, newest first */
	ARRAY(struct py_thread) threads;      /* of the last sample */
	ARRAY(struct mem_range) wanted;       /* scratch */
	ARRAY(uint32_t) states;               /* scratch: of the threads present */
	ARRAY(pid_t) movers;                  /* as of the last python_movers() */
	frame_array frames;                   /* scratch */
	uint64_t round;                       /* samples */
	uint64_t pass;                        /* passes over the lists of threads */
	uint64_t now_ns;                      /* of this sample */
	uint64_t period_ns;                   /* since the last one */
	uint64_t whole_due_ns;                /* when all is read again, whatever is known */
	uint64_t names_round, names_due_ns;
	char comm[LWP_COMM_SIZE];
	struct py_counters counters;
	bool gil_is_held;                   /* the only one, by a thread of the last sample */
	uint64_t heads[LOCATION_HEADS_MAX]; /* addresses of the newest interpreters; 0 unknown */
};

/* Makes what samples are taken with; process, mem and location are set. */
__attribute__((warn_unused_result)) struct error *python_prepare(struct python *python);

/* The interpreter at addr, added when new. NULL when out of memory. */
struct interp *python_interp(struct python *python, uint64_t addr);
void interp_destroy(struct interp *interp);

/* Reads who holds the GIL of interp in this round into interp->gil_holder. */
void gil_read(struct python *python, struct interp *interp);

/* Who has run Python code since the last sample, into interp->ran: once a sample. */
void gil_watch(struct python *python, struct interp *interp);

/* In later passes over the threads: what gil_watch() reads is read in the next sample, too. */
void gil_foresee(struct python *python, const struct interp *interp);

/* Has this thread, as far as is known? */
bool gil_may_have_run(const struct interp *interp, uint64_t tstate);

/* Does this thread hold the GIL of its interpreter (free-threaded: is it attached)? */
bool gil_is_held_by(const struct python *python, const struct interp *interp,
		    const struct tstate *tstate);

/* Which slice of a PyInterpreterState holds what collector_read() looks at; false: none. */
bool collector_fields(const struct py_layout *layout, int32_t *first, int32_t *last);

/*
 * Reads whether the collector of interp runs in this round; slice: the start of its
 * PyInterpreterState, of which the bytes above are there.
 */
void collector_read(struct python *python, struct interp *interp, const char *slice);

/* Sets in_gc in the threads of all interpreters that collect. */
void collector_mark(struct python *python);

/* Is the word a thread waits on (a futex) the GIL's? */
bool gil_owns_futex(const struct python *python, const struct interp *interp, uint64_t addr);

/* Is it that of the condition in which threads wait that want it and have not had it since? */
bool gil_is_asked_for_at(const struct python *python, const struct interp *interp, uint64_t addr);

#endif
