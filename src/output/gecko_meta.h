/*
 * gecko_meta.h - what Firefox's profiler is told of a profile as a whole, and of its markers.
 */
#ifndef OUTPUT_GECKO_META_H
#define OUTPUT_GECKO_META_H

#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "output/output.h"
#include "strings.h"
#include "tracks.h"

enum {
	GECKO_MS_DIGITS = 6, /* its times are milliseconds, ours nanoseconds */
	GECKO_US_NS = 1000,  /* times of samples and markers are exact to this */
};

/* A time of a sample or marker: milliseconds, to the microsecond. */
void gecko_put_time(struct json *json, const char *key, uint64_t time_ns);

/* The member "meta". */
__attribute__((warn_unused_result)) struct error *
gecko_put_meta(struct json *json, const struct tracks *tracks, const struct output_facts *facts);

/* The member "markers" of a thread: when it waited for the GIL, and when it collected garbage. */
__attribute__((warn_unused_result)) struct error *
gecko_put_markers(struct json *json, const struct track *track, struct strings *strings);

#endif
