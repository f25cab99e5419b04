/*
 * call_graph.h - what each function and each call between two of them took.
 *
 * Functions are told apart by what a form writes of them: what looks the same counts together. A
 * function counts once for each stack that it is in, however often it calls itself.
 */
#ifndef OUTPUT_CALL_GRAPH_H
#define OUTPUT_CALL_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "profile/profile.h"

struct cost {
	uint64_t samples, time_ns;
};

struct graph_function {
	const struct func *func; /* as it was named; borrowed from the graph */
	struct cost own;         /* it was the leaf */
	struct cost total;       /* it was on the stack */
	uint32_t on_path;        /* how often it is on the stack that is being walked */
};

struct graph_call {
	uint32_t caller, callee; /* functions */
	int32_t line;            /* of the caller; 0 unless it was asked for */
	struct cost own;         /* the callee was the leaf, called from here */
	struct cost total;       /* this call was on the stack */
	struct cost first; /* the same, only where it is the first of its callee on the stack */
	uint32_t on_path;
};

/*
 * How a form names a function: appends to name and file, sets *line. false: it is none (the root
 * frame of a thread or process).
 */
typedef bool (*graph_naming)(const struct func *func, struct text *name, struct text *file,
			     int32_t *line);

struct call_graph {
	struct profile names; /* functions as they were named; the rest of it is not used */
	uint32_t *function;   /* by func of the profile: function of the graph */
	struct graph_function *functions;
	size_t function_count;
	struct graph_call *calls; /* empty unless they were asked for */
	size_t call_count, call_capacity;
};

enum graph_calls {
	GRAPH_NO_CALLS,
	GRAPH_CALLS,         /* by caller and callee */
	GRAPH_CALLS_BY_LINE, /* and by the caller's line */
};

/*
 * Function 0 stands above all stacks: it is the caller of what nobody called, and its own samples
 * are the stacks without a frame.
 */
__attribute__((warn_unused_result)) struct error *call_graph_init(struct call_graph *graph,
								  const struct profile *profile,
								  enum graph_calls calls,
								  graph_naming naming);
void call_graph_deinit(struct call_graph *graph);

#endif
