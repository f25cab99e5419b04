/*
 * recording.h - a recording on disk: append-only blocks, readable up to the last whole one.
 *
 * docs/RECORDING.md specifies the format. The writer takes what is new in the dictionary and the
 * samples of each look; the reader gives it all back as a profile.
 */
#ifndef PROFILE_RECORDING_H
#define PROFILE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"
#include "profile/sink.h"
#include "profile/sources.h"

struct recording_writer;

struct recording_options {
	double rate_hz; /* looks a second, for the precision of times; 0: as many as can be */
	struct sources *sources; /* borrowed: what is wanted of them is written; NULL: none */
	struct source_taker *source_taker; /* borrowed: gets these lines, too; NULL: nobody does */
};

/*
 * Begins a recording in an open, empty file; fd is the caller's and must outlive the writer. The
 * dictionary (borrowed) has what is known of the capture; strings of it are read at each flush.
 * ERROR_OS.
 */
__attribute__((warn_unused_result)) struct error *
recording_writer_create(int fd, const struct profile *dictionary,
			const struct recording_options *options, struct recording_writer **ret);
void recording_writer_destroy(struct recording_writer *writer); /* without finishing */

/*
 * Where the sampler puts its samples: flushed once a second by itself, with the stats that the
 * dictionary's capture has then.
 */
struct sink *recording_writer_sink(struct recording_writer *writer);

/* All that came so far stands in the file when this returns. stats: how the run went till now. */
__attribute__((warn_unused_result)) struct error *
recording_writer_flush(struct recording_writer *writer, const struct stats *stats);

/* Flushes and writes the closing block. */
__attribute__((warn_unused_result)) struct error *
recording_writer_finish(struct recording_writer *writer, const struct stats *stats);

/*
 * A whole recording of all that came so far into another open, empty file; the recording itself
 * goes on.
 */
__attribute__((warn_unused_result)) struct error *
recording_writer_copy(struct recording_writer *writer, const struct stats *stats, int fd);

/*
 * Reads a recording, from the beginning of the file, into an empty profile (profile_init() is
 * done here). A file that ends early, or whose blocks are damaged from some point on, is read up to
 * there: capture.truncated. ERROR_FORMAT (not a recording, or one of a version that we do not
 * know), ERROR_OS. `name` is for messages.
 */
__attribute__((warn_unused_result)) struct error *recording_read(int fd, const char *name,
								 struct profile *ret);

/* Does the file begin as a recording does? Reads from the beginning, moves no file offset. */
bool recording_is(int fd);

#endif
