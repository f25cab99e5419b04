/*
 * output.h - a profile in a form that people look at: one file a form, a row each in one table.
 *
 * None knows how samples are made. The same profile gives the same bytes.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "profile/profile.h"
#include "profile/stats.h"

/* What a form may say about the run beside the stacks. */
struct output_facts {
	const char *title;         /* for people: command line of the target */
	const struct stats *stats; /* may be NULL */
	int width;                 /* of the terminal, columns; 0 when it is none */
	bool colour;
	bool hide_waiting; /* a page can show waiting threads: it begins without them */
};

struct output {
	const char *name;            /* as given to -f */
	const char *const *aliases;  /* further names ("raw"), NULL-terminated */
	const char *const *suffixes; /* of file names (".folded"), NULL-terminated */
	const char *summary;         /* one line for help */
	bool only_counts;            /* looks at stacks and their counts: runs may be gone */
	bool no_roots;               /* does not show root frames: it has threads of its own */
	struct error *(*write)(const struct profile *profile, const struct output_facts *facts,
			       FILE *file);
};

extern const struct output *const outputs[]; /* NULL-terminated */

/* By name or alias, any case; NULL when there is none. */
const struct output *output_by_name(const char *name);

/* By the ending of a file name; NULL when it is of none. */
const struct output *output_by_suffix(const char *path);

/* The names, comma-separated, for messages. */
const char *output_names(void);

/* The recording itself: has no write, `sonde record` makes it. */
extern const struct output output_recording;
/* Folded stacks: `qualname (file:line)` root first, ";" between, blank, count; sorted. */
extern const struct output output_folded;
/* The hottest functions as a table: own and total share. */
extern const struct output output_table;
/* What each thread did when: speedscope's own JSON, nanoseconds. */
extern const struct output output_speedscope;
/* Google's pprof, gzipped: samples and wall time, threads and states as labels. */
extern const struct output output_pprof;
/* The viewer: flame graph, callers, time line, source in one page. */
extern const struct output output_html;
/* Flame graph: zoom and search in a browser. */
extern const struct output output_svg;
/* The hottest functions and paths, bounded in size, for tickets. */
extern const struct output output_markdown;
/* Everything, an object a line: docs/JSON.md. */
extern const struct output output_jsonl;
/* What cProfile writes: own and total seconds, callers. */
extern const struct output output_pstats;
/* Costs of lines and calls. */
extern const struct output output_callgrind;
/* The trace event format: calls on a time line. */
extern const struct output output_chrometrace;
/* Threads, waits and collections on a time line: Firefox's profiler; and the same, gzipped. */
extern const struct output output_gecko, output_gecko_gz;
/* V8's .cpuprofile: one time line, a tree by function. */
extern const struct output output_cpuprofile;

#endif
