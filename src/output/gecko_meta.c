/*
 * gecko_meta.c - categories with their colours, how the recording went, what markers mean.
 */
#include "gecko_meta.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "gecko_tables.h"

enum {
	VERSION = 57,       /* of the processed form: tables by thread, strings shared */
	GECKO_VERSION = 30, /* of the browser's own form; nothing reads it */
};

/* Names that the colours have there. */
static const struct {
	const char *name, *colour;
} categories[GECKO_CATEGORIES] = {
	[GECKO_OTHER] = { "Other", "grey" },
	[GECKO_PROGRAM] = { "Program", "yellow" },
	[GECKO_INSTALLED] = { "Installed packages", "blue" },
	[GECKO_STDLIB] = { "Standard library", "green" },
	[GECKO_IDLE] = { "Idle", "transparent" },
	[GECKO_GC] = { "Garbage collection", "orange" },
	[GECKO_GIL] = { "Waiting for the GIL", "red" },
	[GECKO_LOCK] = { "Waiting for a lock", "magenta" },
	[GECKO_IO] = { "Waiting for input or output", "lightblue" },
	[GECKO_SLEEP] = { "Sleeping", "brown" },
	[GECKO_WAIT] = { "Waiting", "darkgrey" },
};

/* Times that are worth a look, whatever the stack was. */
static const struct marker {
	const char *name, *meaning;
	enum gecko_category category;
	uint8_t state, flags; /* of a run: in this state, or with one of these flags */
} markers[] = {
	{ "GIL wait", "The thread waits for the GIL", GECKO_GIL, SAMPLE_GIL_WAIT, 0 },
	{ "GC", "The thread runs the cyclic garbage collector", GECKO_GC, SAMPLE_STATES,
	  SAMPLE_IN_GC },
};
enum { MARKERS = sizeof(markers) / sizeof(*markers) };

void gecko_put_time(struct json *json, const char *key, uint64_t time_ns)
{
	json_decimal(json, key, time_ns / GECKO_US_NS, GECKO_MS_DIGITS / 2);
}

static void put_categories(struct json *json)
{
	json_open_array(json, "categories");
	for (size_t i = 0; i < GECKO_CATEGORIES; i++) {
		json_open(json, NULL);
		json_string(json, "name", categories[i].name);
		json_string(json, "color", categories[i].colour);
		json_open_array(json, "subcategories");
		json_string(json, NULL, "Other");
		json_close_array(json);
		json_close(json);
	}
	json_close_array(json);
}

static void put_schemas(struct json *json)
{
	json_open_array(json, "markerSchema");
	for (size_t i = 0; i < MARKERS; i++) {
		json_open(json, NULL);
		json_string(json, "name", markers[i].name);
		json_string(json, "tooltipLabel", markers[i].meaning);
		json_string(json, "tableLabel", "samples: {marker.data.samples}");
		json_open_array(json, "display");
		json_string(json, NULL, "marker-chart");
		json_string(json, NULL, "marker-table");
		json_string(json, NULL, "timeline-overview");
		json_close_array(json);
		json_open_array(json, "fields");
		json_open(json, NULL);
		json_string(json, "key", "samples");
		json_string(json, "label", "Samples");
		json_string(json, "format", "integer");
		json_close(json);
		json_close_array(json);
		json_close(json);
	}
	json_close_array(json);
}

static void put_entry(struct json *json, const char *label, const char *value)
{
	if (!value[0])
		return;
	json_open(json, NULL);
	json_string(json, "label", label);
	json_string(json, "format", "string");
	json_clean(json, "value", value);
	json_close(json);
}

static void put_count(struct json *json, const char *label, uint64_t value)
{
	json_open(json, NULL);
	json_string(json, "label", label);
	json_string(json, "format", "integer");
	json_unsigned(json, "value", value);
	json_close(json);
}

/* How the recording went. */
static void put_extra(struct json *json, const struct profile *profile)
{
	const struct capture *capture = &profile->capture;

	json_open_array(json, "extra");
	json_open(json, NULL);
	json_string(json, "label", "Recording");
	json_open_array(json, "entries");
	put_entry(json, "Host", capture->host);
	if (profile->process_count)
		put_entry(json, "Python", profile->processes[0].python);
	put_count(json, "Samples shown", profile->total);
	put_count(json, "Samples of waiting threads left out", profile->hidden_waiting);
	put_count(json, "Samples that are torn", capture->stats.torn);
	put_count(json, "Looks left out", capture->stats.skipped);
	if (capture->truncated)
		put_entry(json, "Complete", "no: the recording ended early");
	json_close_array(json);
	json_close(json);
	json_close_array(json);
}

/* The time between two looks. */
static uint64_t interval_ns(const struct stats *stats)
{
	if (stats->rate_asked > 0)
		return (uint64_t)(CLOCK_SECOND_NS / stats->rate_asked);
	if (stats->ticks)
		return stats->elapsed_ns / stats->ticks;
	return CLOCK_SECOND_NS / 1000;
}

struct error *gecko_put_meta(struct json *json, const struct tracks *tracks,
			     const struct output_facts *facts)
{
	const struct capture *capture = &tracks->profile->capture;
	CLEANUP(text_deinit)
	struct text text = { 0 };

	text_addf(&text, "sonde%s%s", capture->version[0] ? " " : "", capture->version);
	if (text.failed)
		return &error_nomem;
	json_open(json, "meta");
	json_unsigned(json, "version", GECKO_VERSION);
	json_unsigned(json, "preprocessedProfileVersion", VERSION);
	json_clean(json, "product", tracks_title(tracks, facts));
	json_clean(json, "importedFrom", text_chars(&text));
	gecko_put_time(json, "interval", interval_ns(&capture->stats));
	json_decimal(json, "startTime", capture->start_unix_ns, GECKO_MS_DIGITS);
	json_unsigned(json, "profilingStartTime", 0);
	gecko_put_time(json, "profilingEndTime",
		       capture->stats.elapsed_ns > tracks->end_ns ? capture->stats.elapsed_ns
								  : tracks->end_ns);
	json_unsigned(json, "processType", 0);
	json_unsigned(json, "stackwalk", 1);
	json_string(json, "oscpu", "Linux");
	json_bool(json, "symbolicated", true);
	json_bool(json, "symbolicationNotSupported", true);
	json_bool(json, "usesOnlyOneStackType", true);
	json_bool(json, "sourceCodeIsNotOnSearchfox", true);
	json_open_array(json, "initialSelectedThreads");
	json_unsigned(json, NULL, tracks->busiest);
	json_close_array(json);
	put_categories(json);
	put_schemas(json);
	put_extra(json, tracks->profile);
	json_close(json);
	json_line_end(json);
	return NULL;
}

/* A stretch of runs without a gap for which there is a marker. */
struct stretch {
	uint64_t start_ns, end_ns, samples;
};

static bool is_marked(const struct marker *marker, const struct run *run)
{
	return run->state == marker->state || run->flags & marker->flags;
}

/* The first one at or behind run number *at, which is moved behind it. */
static bool find_stretch(const struct track *track, const struct marker *marker, size_t *at,
			 struct stretch *ret)
{
	const struct run *run;

	while (*at < track->count && !is_marked(marker, &track->runs[*at]))
		++*at;
	if (*at == track->count)
		return false;
	run = &track->runs[*at];
	*ret = (struct stretch) { run->start_ns, run->start_ns, 0 };
	for (; *at < track->count; ++*at) {
		run = &track->runs[*at];
		if (run->start_ns != ret->end_ns || !is_marked(marker, run))
			break;
		ret->end_ns = run->start_ns + run->time_ns;
		ret->samples += run->samples;
	}
	return true;
}

enum column { DATA, NAME, START, END, PHASE, CATEGORY, COLUMNS };

static void put_marker(struct json *json, enum column column, const struct marker *marker,
		       uint32_t name, const struct stretch *stretch)
{
	switch (column) {
	case DATA:
		json_open(json, NULL);
		json_string(json, "type", marker->name);
		json_unsigned(json, "samples", stretch->samples);
		json_close(json);
		break;
	case NAME:
		json_unsigned(json, NULL, name);
		break;
	case START:
		gecko_put_time(json, NULL, stretch->start_ns);
		break;
	case END:
		gecko_put_time(json, NULL, stretch->end_ns);
		break;
	case PHASE:
		json_unsigned(json, NULL, 1); /* it has a start and an end */
		break;
	case CATEGORY:
		json_unsigned(json, NULL, marker->category);
		break;
	case COLUMNS:
		break;
	}
}

/* They are found anew for each column: there may be as many as there are runs. */
struct error *gecko_put_markers(struct json *json, const struct track *track,
				struct strings *strings)
{
	static const char *const keys[COLUMNS] = { "data",    "name",  "startTime",
						   "endTime", "phase", "category" };
	struct stretch stretch;
	struct error *err = NULL;
	uint32_t names[MARKERS];
	uint64_t count = 0;

	for (size_t m = 0; !err && m < MARKERS; m++)
		err = strings_add(strings, markers[m].name, &names[m]);
	if (err)
		return err;
	json_open(json, "markers");
	for (enum column c = DATA; c < COLUMNS; c++) {
		json_open_array(json, keys[c]);
		count = 0;
		for (size_t m = 0; m < MARKERS; m++)
			for (size_t at = 0; find_stretch(track, &markers[m], &at, &stretch);
			     count++)
				put_marker(json, c, &markers[m], names[m], &stretch);
		json_close_array(json);
	}
	json_unsigned(json, "length", count);
	json_close(json);
	json_line_end(json);
	return NULL;
}
