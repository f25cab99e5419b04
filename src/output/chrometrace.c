/*
 * chrometrace.c - the trace event format: for Perfetto, chrome://tracing, speedscope.
 *
 * Samples become spans: a function is on the stack from the first sample that has it to the last in
 * a row, whatever its lines. Viewers hold a few hundred MB at most: past SPANS_MAX spans the
 * shortest are left out, and the file says which.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "frame_text.h"
#include "output/output.h"
#include "tracks.h"

enum {
	SPANS_MAX = 1000 * 1000, /* about 150 MB of text, 32 MB here */
	LENGTH_STEPS = 16,       /* lengths are told apart by a 16th of their power of 2 */
	LENGTHS = 64 * LENGTH_STEPS,
	US_DIGITS = 3, /* times are microseconds, ours nanoseconds */
	NO_FRAME = UINT32_MAX,
};

/* One call of a function, as far as samples tell. */
struct span {
	uint64_t start_ns, time_ns;
	uint64_t number; /* in the order of tracks, then of starts: callers first */
	uint32_t func, track;
};

/* What is needed of a node to follow stacks; there are many, and each is looked at often. */
struct link {
	uint32_t parent, func; /* func NO_FRAME: above the frames */
};

struct writing {
	const struct profile *profile;
	struct tracks tracks;
	struct json json;
	struct link *links;       /* by node */
	ARRAY(struct span) open;  /* the stack of this moment, root first */
	ARRAY(uint32_t) funcs;    /* of the stack that comes next, leaf first */
	ARRAY(struct span) spans; /* those that are kept */
	uint64_t opened;
	uint64_t least_ns; /* shorter ones are left out */
	bool failed;       /* memory ran out */
};

static void writing_deinit(struct writing *writing)
{
	tracks_deinit(&writing->tracks);
	json_deinit(&writing->json);
	free(writing->links);
	array_deinit(&writing->open);
	array_deinit(&writing->funcs);
	array_deinit(&writing->spans);
}

static struct error *make_links(struct writing *writing)
{
	const struct profile *profile = writing->profile;

	writing->links = calloc(profile->node_count, sizeof(*writing->links));
	if (!writing->links)
		return &error_nomem;
	for (uint32_t i = 0; i < profile->node_count; i++)
		writing->links[i] = (struct link) {
			.parent = profile->nodes[i].parent,
			.func = is_above_frames(profile, i) ? NO_FRAME
							    : profile_frame_of(profile, i)->func,
		};
	return NULL;
}

/* Which of the lengths, in ascending order: 0 to 15 each for itself, then 16 to a power of 2. */
static unsigned int length_of(uint64_t time_ns)
{
	unsigned int power;

	if (time_ns < LENGTH_STEPS)
		return (unsigned int)time_ns;
	power = 63 - (unsigned int)__builtin_clzll(time_ns);
	return (power - 3) * LENGTH_STEPS + ((time_ns >> (power - 4)) & (LENGTH_STEPS - 1));
}

/* The least time of a length. */
static uint64_t length_ns(unsigned int length)
{
	if (length < LENGTH_STEPS)
		return length;
	return (uint64_t)(LENGTH_STEPS + length % LENGTH_STEPS) << (length / LENGTH_STEPS - 1);
}

/* There are SPANS_MAX: the longer half of them stays. */
static void drop_short(struct writing *writing)
{
	size_t counts[LENGTHS] = { 0 }, kept = 0;
	unsigned int length = LENGTHS;
	struct span *spans = writing->spans.items;

	for (size_t i = 0; i < writing->spans.count; i++)
		counts[length_of(spans[i].time_ns)]++;
	for (size_t count = 0; length; length--) {
		count += counts[length - 1];
		if (count > SPANS_MAX / 2)
			break;
	}
	writing->least_ns = length_ns(length);
	for (size_t i = 0; i < writing->spans.count; i++)
		if (spans[i].time_ns >= writing->least_ns)
			spans[kept++] = spans[i];
	writing->spans.count = kept;
}

static void close_down_to(struct writing *writing, size_t depth, uint64_t end_ns)
{
	struct span *span;

	while (writing->open.count > depth) {
		span = &writing->open.items[--writing->open.count];
		span->time_ns = end_ns - span->start_ns;
		if (span->time_ns < writing->least_ns)
			continue;
		if (writing->spans.count == SPANS_MAX)
			drop_short(writing);
		if (span->time_ns >= writing->least_ns && !array_push(&writing->spans, *span))
			writing->failed = true;
	}
}

/* The functions of the stack that ends at the node. */
static void collect_funcs(struct writing *writing, uint32_t node)
{
	const struct link *links = writing->links;

	writing->funcs.count = 0;
	for (; links[node].func != NO_FRAME; node = links[node].parent)
		if (!array_push(&writing->funcs, links[node].func))
			writing->failed = true;
	if (!writing->funcs.count &&
	    !array_push(&writing->funcs, (uint32_t)writing->profile->func_count))
		writing->failed = true;
}

static void change_stack(struct writing *writing, uint32_t track, uint32_t node, uint64_t now_ns)
{
	size_t same = 0, depth;

	collect_funcs(writing, node);
	depth = writing->funcs.count;
	while (same < depth && same < writing->open.count &&
	       writing->open.items[same].func == writing->funcs.items[depth - 1 - same])
		same++;
	close_down_to(writing, same, now_ns);
	for (; same < depth; same++) {
		const struct span span = { .start_ns = now_ns,
					   .number = writing->opened++,
					   .func = writing->funcs.items[depth - 1 - same],
					   .track = track };

		if (!array_push(&writing->open, span))
			writing->failed = true;
	}
}

static void follow_track(struct writing *writing, uint32_t number)
{
	const struct track *track = &writing->tracks.items[number];
	uint64_t now_ns = track->runs[0].start_ns;
	uint32_t node = UINT32_MAX; /* none */

	for (size_t i = 0; i < track->count; i++) {
		const struct run *run = &track->runs[i];

		if (run->start_ns > now_ns) { /* nothing is known of the time between */
			close_down_to(writing, 0, now_ns);
			node = UINT32_MAX;
		}
		if (run->node != node)
			change_stack(writing, number, run->node, run->start_ns);
		node = run->node;
		now_ns = run->start_ns + run->time_ns;
	}
	close_down_to(writing, 0, now_ns);
}

static int compare_starts(const void *a, const void *b)
{
	const struct span *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

/* All spans that are kept, callers first. */
static struct error *collect_spans(struct writing *writing)
{
	struct error *err = make_links(writing);

	if (err)
		return err;
	for (uint32_t i = 0; i < writing->tracks.count; i++)
		follow_track(writing, i);
	if (writing->failed)
		return &error_nomem;
	if (writing->spans.count)
		qsort(writing->spans.items, writing->spans.count, sizeof(struct span),
		      compare_starts);
	return NULL;
}

static void put_span(struct writing *writing, const struct span *span)
{
	const struct track *track = &writing->tracks.items[span->track];
	static const struct func empty = { .name = FRAME_TEXT_EMPTY, .path = "", .file = "" };
	const struct profile *profile = writing->profile;
	const struct func *func =
		span->func < profile->func_count ? &profile->funcs[span->func] : &empty;
	struct json *json = &writing->json;

	json_open(json, NULL);
	json_string(json, "ph", "X");
	json_clean(json, "name", func->name);
	json_decimal(json, "ts", span->start_ns, US_DIGITS);
	json_decimal(json, "dur", span->time_ns, US_DIGITS);
	json_integer(json, "pid", track_pid(&writing->tracks, track));
	json_integer(json, "tid", track_tid(&writing->tracks, track));
	if (func->file[0]) {
		json_open(json, "args");
		json_clean(json, "file", func->file);
		if (func->first_line)
			json_integer(json, "line", func->first_line);
		json_close(json);
	}
	json_close(json);
	json_line_end(json);
}

/* The name of a process or thread. */
static void put_name(struct writing *writing, const char *what, const struct track *track,
		     const char *name)
{
	struct json *json = &writing->json;

	json_open(json, NULL);
	json_string(json, "ph", "M");
	json_string(json, "name", what);
	json_integer(json, "pid", track ? track_pid(&writing->tracks, track) : 0);
	json_integer(json, "tid", track ? track_tid(&writing->tracks, track) : 0);
	json_open(json, "args");
	json_clean(json, "name", name);
	json_close(json);
	json_close(json);
	json_line_end(json);
}

static void put_names(struct writing *writing, const struct track *track)
{
	const struct profile *profile = writing->profile;
	const struct thread_info *thread = &profile->threads[track->thread];
	const char *command = profile->processes[thread->process].command;

	if (command[0])
		put_name(writing, "process_name", track, command);
	if (thread->name[0])
		put_name(writing, "thread_name", track, thread->name);
}

static void put_facts(struct writing *writing, const struct output_facts *facts)
{
	const char *version = writing->profile->capture.version;
	struct json *json = &writing->json;
	CLEANUP(text_deinit)
	struct text text = { 0 };

	json_string(json, "displayTimeUnit", "ms");
	json_open(json, "otherData");
	json_clean(json, "command", tracks_title(&writing->tracks, facts));
	text_addf(&text, "sonde%s%s", version[0] ? " " : "", version);
	json_clean(json, "recorded by", text_chars(&text));
	if (writing->least_ns) {
		text_clear(&text);
		text_addf(&text, "calls shorter than %llu ns, for there are too many",
			  (unsigned long long)writing->least_ns);
		json_string(json, "left out", text_chars(&text));
	}
	json_close(json);
}

static struct error *chrometrace_write(const struct profile *profile,
				       const struct output_facts *facts, FILE *file)
{
	CLEANUP(writing_deinit)
	struct writing writing = { .profile = profile };
	struct json *json = &writing.json;
	struct error *err = tracks_init(&writing.tracks, profile);

	if (!err)
		err = json_init(json, file, NULL);
	if (!err)
		err = collect_spans(&writing);
	if (err)
		return err;
	json_open(json, NULL);
	put_facts(&writing, facts);
	json_open_array(json, "traceEvents");
	for (size_t i = 0; i < writing.tracks.count; i++)
		put_names(&writing, &writing.tracks.items[i]);
	for (size_t i = 0; i < writing.spans.count; i++)
		put_span(&writing, &writing.spans.items[i]);
	if (!writing.tracks.count)
		put_name(&writing, "process_name", NULL, "no samples");
	json_close_array(json);
	json_close(json);
	json_line_end(json);
	return json_finish(json);
}

static const char *const aliases[] = { "chrome", "trace", NULL };
static const char *const suffixes[] = { ".trace.json", ".chrometrace.json", ".chrometrace", NULL };

const struct output output_chrometrace = {
	.name = "chrometrace",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "calls on a time line, for Perfetto and chrome://tracing",
	.no_roots = true,
	.write = chrometrace_write,
};
