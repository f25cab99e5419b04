/*
 * top_sink.h - samples go into the live view and, beside it, into a recording that can be saved.
 */
#ifndef CMD_TOP_SINK_H
#define CMD_TOP_SINK_H

#include "profile/sampler.h"
#include "record_file.h"
#include "ui/model.h"

struct top_lines;

struct top_sink {
	struct sink sink; /* first: the sampler gets it */
	struct model *model;
	struct record_file file; /* without a name */
	struct error *broken;    /* why the recording could not be written; owned */
	struct sources *sources;
	struct top_lines *lines;
};

/* dictionary and model are borrowed. What keeps it from recording only keeps it from saving. */
__attribute__((warn_unused_result)) struct error *
top_sink_init(struct top_sink *sink, struct model *model, const struct profile *dictionary,
	      const struct sampler_options *options);
void top_sink_deinit(struct top_sink *sink);

/* All that was seen so far, as a recording at path, which must not be there. */
__attribute__((warn_unused_result)) struct error *
top_sink_save(struct top_sink *sink, const struct stats *stats, const char *path);

/* The text of a line as it was when the function was first seen; NULL: unknown. Borrowed. */
const char *top_sink_source(const struct top_sink *sink, const char *path, int32_t line);

#endif
