/*
 * sources.h - the source text of the functions that were seen, read while the program runs.
 *
 * The sampler says which lines are wanted, whoever writes the recording takes them from time to
 * time. Only lines are kept that belong to a function that was seen; a function that is longer than
 * SOURCE_WHOLE_LINES has only what stands around the lines that were seen.
 *
 * A file that has changed since the process started is left out: another text ran than stands in
 * it. So is what is no regular file, no text, or more than is good for a recording.
 */
#ifndef PROFILE_SOURCES_H
#define PROFILE_SOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"
#include "target/process.h"

enum {
	SOURCE_WHOLE_LINES = 400, /* longer ones are often made by a machine */
	SOURCE_AROUND_LINES = 8,  /* on both sides */
	SOURCE_LINE_BYTES = 1000, /* a longer line is cut */
	SOURCE_FILE_BYTES = 4 << 20,
	SOURCE_TEXT_BYTES = 8 << 20, /* of all lines, which count as 16 more each; that is all */
};

struct sources;

/* Whose files they are. */
struct source_origin;

__attribute__((warn_unused_result)) struct error *sources_create(struct sources **ret);
void sources_destroy(struct sources *sources);

/* The files of a process as they can be reached now. NULL is released, too. */
__attribute__((warn_unused_result)) struct error *
source_origin_create(const struct process *process, struct source_origin **ret);
void source_origin_release(struct source_origin *origin);

/*
 * The function was seen at that line. Its path must stay where it is: that of a dictionary, in
 * which equal strings stand at the same address. Nothing is read. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *sources_want(struct sources *sources,
							       struct source_origin *origin,
							       const struct func *func,
							       int32_t line);

/* Gets each line once: text is UTF-8 without NUL and controls other than tabs. */
struct source_taker {
	struct error *(*add)(struct source_taker *taker, const char *path, int32_t line,
			     const char *text, size_t length);
};

/*
 * Reads what is wanted, at least one file, until it is all there or the time (of
 * clock_now_ns()) has come. An error is that of the taker, or &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
sources_take(struct sources *sources, uint64_t until_ns, struct source_taker *taker);

#endif
