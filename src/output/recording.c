/*
 * recording.c - the row of recordings: a form by name and ending that is no report, but what
 * reports are made of. The sampler writes it (profile/recording.h).
 */
#include "output/output.h"

static const char *const aliases[] = { "recording", NULL };
static const char *const suffixes[] = { ".sonde", NULL };

const struct output output_recording = {
	.name = "sonde",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "the recording itself: `sonde report` makes every other form of it",
};
