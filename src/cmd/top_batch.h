/*
 * top_batch.h - a refresh of the live view as a table or as JSON, for scripts.
 */
#ifndef CMD_TOP_BATCH_H
#define CMD_TOP_BATCH_H

#include <stdio.h>

#include "top.h"
#include "ui/live.h"

/* The rows as they are now, after live_update(). ERROR_OS when the file takes no more. */
__attribute__((warn_unused_result)) struct error *
top_batch_table(struct live *live, const struct top_options *options, FILE *file);

/* An object on a line of its own: schema sonde.top/1 (docs/JSON.md). */
__attribute__((warn_unused_result)) struct error *
top_batch_json(struct live *live, const struct top_options *options, FILE *file);

#endif
