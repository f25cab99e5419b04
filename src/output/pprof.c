/*
 * pprof.c - Google's pprof: gzipped protocol buffers, as profile.proto beside this file says.
 *
 * A sample is a stack of one thread in one state, with how often and how long it was seen; threads
 * and states are its labels. A message may come in parts that stand one after the other (repeated
 * fields add up), so that no more than one sample is in memory as a message.
 *
 * A function's system_name stays empty: where it is equal to the name, pprof takes <module> and
 * <lambda> for C++ templates and leaves them out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "frame_text.h"
#include "gzip.h"
#include "numbering.h"
#include "output/output.h"
#include "profile.pb-c.h"
#include "strings.h"
#include "tracks.h"

typedef Perftools__Profiles__Profile pprof_profile;
typedef Perftools__Profiles__Label pprof_label;

enum { NONE = UINT32_MAX, LABELS_MAX = 6 /* thread, thread_id, pid, state, gil, gc */ };

/* What all samples of a thread in one state are labelled with. */
struct labels {
	pprof_label items[LABELS_MAX];
	size_t count; /* 0: not yet made */
};

/* What a stack of a thread was seen as, in one state. */
struct seen {
	uint32_t next; /* of the same node; NONE */
	uint8_t state, flags;
	int64_t samples, time_ns;
};

struct writing {
	ProtobufCBuffer buffer; /* must be the first: what protobuf-c calls back with */
	FILE *file;
	const struct profile *profile;
	struct tracks tracks;
	struct strings strings;
	/* of one track: */
	struct labels labels[SAMPLE_STATES + 1][SAMPLE_FLAGS_ALL + 1];
	struct numbering nodes;
	ARRAY(uint32_t) heads; /* by number of node: the first of seen */
	ARRAY(struct seen) seen;
	/* of all: */
	struct numbering frames, funcs; /* one more than there are: FRAME_TEXT_EMPTY */
	ARRAY(uint64_t) stack;
};

static void writing_deinit(struct writing *writing)
{
	tracks_deinit(&writing->tracks);
	strings_deinit(&writing->strings);
	numbering_deinit(&writing->nodes);
	array_deinit(&writing->heads);
	array_deinit(&writing->seen);
	numbering_deinit(&writing->frames);
	numbering_deinit(&writing->funcs);
	array_deinit(&writing->stack);
}

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *bytes)
{
	fwrite_unlocked(bytes, 1, length, ((struct writing *)buffer)->file);
}

/* A part of the whole. */
static void put(struct writing *writing, const pprof_profile *part)
{
	protobuf_c_message_pack_to_buffer(&part->base, &writing->buffer);
}

static struct error *string(struct writing *writing, const char *chars, int64_t *ret)
{
	uint32_t number = 0;
	struct error *err = strings_add(&writing->strings, chars, &number);

	*ret = number;
	return err;
}

/* Location ids of the stack that ends at the node, leaf first. */
static struct error *collect_stack(struct writing *writing, uint32_t node)
{
	const struct profile *profile = writing->profile;
	struct error *err = NULL;
	uint32_t frame;

	writing->stack.count = 0;
	do {
		frame = is_above_frames(profile, node) ? (uint32_t)profile->frame_count
						       : profile->nodes[node].frame;
		err = numbering_add(&writing->frames, frame);
		if (!err && !array_push(&writing->stack,
					(uint64_t)numbering_get(&writing->frames, frame) + 1))
			err = &error_nomem;
		node = node ? profile->nodes[node].parent : 0;
	} while (!err && !is_above_frames(profile, node));
	return err;
}

static struct error *add_label(struct writing *writing, pprof_label *label, const char *key,
			       const char *chars, int64_t number)
{
	struct error *err;

	perftools__profiles__label__init(label);
	err = string(writing, key, &label->key);
	if (!err && chars)
		err = string(writing, chars, &label->str);
	label->num = number;
	return err;
}

static const char *state_name(uint8_t state)
{
	static const char *const names[SAMPLE_STATES] = {
		[SAMPLE_RUNNING] = "running",  [SAMPLE_GIL_WAIT] = "gil",
		[SAMPLE_WAIT_LOCK] = "lock",   [SAMPLE_WAIT_IO] = "io",
		[SAMPLE_WAIT_SLEEP] = "sleep", [SAMPLE_WAIT_OTHER] = "waiting",
	};

	return state < SAMPLE_STATES ? names[state] : "waiting";
}

static struct error *make_labels(struct writing *writing, const struct track *track,
				 const struct seen *seen, struct labels *labels)
{
	const struct thread_info *thread = &writing->profile->threads[track->thread];
	const pid_t pid = writing->profile->processes[thread->process].pid;
	struct error *err = NULL;
	size_t n = 0;

	if (thread->name[0])
		err = add_label(writing, &labels->items[n++], "thread", thread->name, 0);
	if (!err && thread->tid)
		err = add_label(writing, &labels->items[n++], "thread_id", NULL, thread->tid);
	if (!err && pid)
		err = add_label(writing, &labels->items[n++], "pid", NULL, pid);
	if (!err)
		err = add_label(writing, &labels->items[n++], "state", state_name(seen->state), 0);
	if (!err && seen->flags & SAMPLE_HOLDS_GIL)
		err = add_label(writing, &labels->items[n++], "gil", "held", 0);
	if (!err && seen->flags & SAMPLE_IN_GC)
		err = add_label(writing, &labels->items[n++], "gc", "collecting", 0);
	labels->count = n;
	return err;
}

static struct error *put_sample(struct writing *writing, const struct track *track,
				const struct seen *seen)
{
	struct labels *labels = &writing->labels[seen->state][seen->flags];
	Perftools__Profiles__Sample sample = PERFTOOLS__PROFILES__SAMPLE__INIT, *samples = &sample;
	pprof_profile part = PERFTOOLS__PROFILES__PROFILE__INIT;
	pprof_label *pointers[LABELS_MAX];
	int64_t values[] = { seen->samples, seen->time_ns };
	struct error *err = labels->count ? NULL : make_labels(writing, track, seen, labels);

	if (err)
		return err;
	for (size_t i = 0; i < labels->count; i++)
		pointers[i] = &labels->items[i];
	sample.label = pointers;
	sample.n_label = labels->count;
	sample.location_id = writing->stack.items;
	sample.n_location_id = writing->stack.count;
	sample.value = values;
	sample.n_value = sizeof(values) / sizeof(*values);
	part.sample = &samples;
	part.n_sample = 1;
	put(writing, &part);
	return NULL;
}

static struct error *count_run(struct writing *writing, const struct run *run)
{
	const uint8_t state = run->state < SAMPLE_STATES ? run->state : SAMPLE_STATES;
	const uint8_t flags = run->flags & SAMPLE_FLAGS_ALL;
	struct error *err = numbering_add(&writing->nodes, run->node);
	uint32_t number, at;
	struct seen *seen;

	if (err)
		return err;
	number = numbering_get(&writing->nodes, run->node);
	if (number == writing->heads.count && !array_push(&writing->heads, NONE))
		return &error_nomem;
	for (at = writing->heads.items[number]; at != NONE; at = seen->next) {
		seen = &writing->seen.items[at];
		if (seen->state == state && seen->flags == flags)
			break;
	}
	if (at == NONE) {
		at = (uint32_t)writing->seen.count;
		if (!array_push(&writing->seen,
				((struct seen) { .next = writing->heads.items[number],
						 .state = state,
						 .flags = flags })))
			return &error_nomem;
		writing->heads.items[number] = at;
	}
	seen = &writing->seen.items[at];
	seen->samples += run->samples;
	seen->time_ns += (int64_t)run->time_ns;
	return NULL;
}

static struct error *put_track(struct writing *writing, const struct track *track)
{
	struct error *err = NULL;
	uint32_t at;

	memset(writing->labels, 0, sizeof(writing->labels));
	numbering_clear(&writing->nodes);
	writing->heads.count = 0;
	writing->seen.count = 0;
	for (size_t i = 0; !err && i < track->count; i++)
		err = count_run(writing, &track->runs[i]);
	for (size_t i = 0; !err && i < writing->heads.count; i++) {
		err = collect_stack(writing, writing->nodes.used.items[i]);
		for (at = writing->heads.items[i]; !err && at != NONE;
		     at = writing->seen.items[at].next)
			err = put_sample(writing, track, &writing->seen.items[at]);
	}
	return err;
}

/* The frames that samples have, each a function at a line. */
static struct error *put_locations(struct writing *writing)
{
	const struct profile *profile = writing->profile;
	const struct frame none = { .func = (uint32_t)profile->func_count };
	struct error *err = NULL;

	for (size_t i = 0; !err && i < writing->frames.used.count; i++) {
		Perftools__Profiles__Location location = PERFTOOLS__PROFILES__LOCATION__INIT;
		Perftools__Profiles__Location *locations = &location;
		Perftools__Profiles__Line line = PERFTOOLS__PROFILES__LINE__INIT, *lines = &line;
		pprof_profile part = PERFTOOLS__PROFILES__PROFILE__INIT;
		uint32_t number = writing->frames.used.items[i];
		const struct frame *frame =
			number < profile->frame_count ? &profile->frames[number] : &none;

		err = numbering_add(&writing->funcs, frame->func);
		if (err)
			return err;
		line.function_id = (uint64_t)numbering_get(&writing->funcs, frame->func) + 1;
		line.line = frame->line > 0 ? frame->line : 0;
		location.id = i + 1;
		location.line = &lines;
		location.n_line = 1;
		part.location = &locations;
		part.n_location = 1;
		put(writing, &part);
	}
	return NULL;
}

static struct error *put_functions(struct writing *writing)
{
	static const struct func empty = { .name = FRAME_TEXT_EMPTY, .path = "", .file = "" };
	const struct profile *profile = writing->profile;
	struct error *err = NULL;

	for (size_t i = 0; !err && i < writing->funcs.used.count; i++) {
		Perftools__Profiles__Function function = PERFTOOLS__PROFILES__FUNCTION__INIT;
		Perftools__Profiles__Function *functions = &function;
		pprof_profile part = PERFTOOLS__PROFILES__PROFILE__INIT;
		uint32_t number = writing->funcs.used.items[i];
		const struct func *func =
			number < profile->func_count ? &profile->funcs[number] : &empty;

		function.id = i + 1;
		err = string(writing, func->name, &function.name);
		if (!err) /* the whole of it: what finds the source */
			err = string(writing, func->path[0] ? func->path : func->file,
				     &function.filename);
		function.start_line = func->first_line;
		part.function = &functions;
		part.n_function = 1;
		put(writing, &part);
	}
	return err;
}

/* What is measured, and about the recording as a whole. */
static struct error *put_facts(struct writing *writing, const struct output_facts *facts)
{
	Perftools__Profiles__ValueType count = PERFTOOLS__PROFILES__VALUE_TYPE__INIT;
	Perftools__Profiles__ValueType wall = PERFTOOLS__PROFILES__VALUE_TYPE__INIT;
	Perftools__Profiles__ValueType *types[] = { &count, &wall };
	const struct capture *capture = &writing->profile->capture;
	pprof_profile part = PERFTOOLS__PROFILES__PROFILE__INIT;
	int64_t comments[2];
	CLEANUP(text_deinit)
	struct text sonde = { 0 };
	struct error *err = string(writing, "samples", &count.type);

	text_addf(&sonde, "sonde %s", capture->version);
	if (!err)
		err = string(writing, "count", &count.unit);
	if (!err)
		err = string(writing, "wall", &wall.type);
	if (!err)
		err = string(writing, "nanoseconds", &wall.unit);
	if (!err)
		err = string(writing, text_chars(&sonde), &comments[0]);
	if (!err)
		err = string(writing, tracks_title(&writing->tracks, facts), &comments[1]);
	part.sample_type = types;
	part.n_sample_type = sizeof(types) / sizeof(*types);
	part.default_sample_type = wall.type;
	part.period_type = &wall;
	if (capture->stats.rate_asked > 0)
		part.period = (int64_t)(CLOCK_SECOND_NS / capture->stats.rate_asked);
	part.time_nanos = (int64_t)capture->start_unix_ns;
	part.duration_nanos = (int64_t)capture->stats.elapsed_ns;
	part.comment = comments;
	part.n_comment = sizeof(comments) / sizeof(*comments);
	if (!err)
		put(writing, &part);
	return err;
}

static void put_strings(struct writing *writing)
{
	for (size_t i = 0; i < writing->strings.items.count; i++) {
		pprof_profile part = PERFTOOLS__PROFILES__PROFILE__INIT;
		char *chars = (char *)(uintptr_t)writing->strings.items.items[i];

		part.string_table = &chars;
		part.n_string_table = 1;
		put(writing, &part);
	}
}

static struct error *put_all(struct writing *writing, const struct output_facts *facts)
{
	const struct profile *profile = writing->profile;
	int64_t first;
	struct error *err = tracks_init(&writing->tracks, profile);

	if (!err)
		err = numbering_init(&writing->nodes, profile->node_count);
	if (!err)
		err = numbering_init(&writing->frames, profile->frame_count + 1);
	if (!err)
		err = numbering_init(&writing->funcs, profile->func_count + 1);
	if (!err)
		err = string(writing, "", &first); /* must be number 0 */
	for (size_t i = 0; !err && i < writing->tracks.count; i++)
		err = put_track(writing, &writing->tracks.items[i]);
	if (!err)
		err = put_locations(writing);
	if (!err)
		err = put_functions(writing);
	if (!err)
		err = put_facts(writing, facts);
	if (!err)
		put_strings(writing);
	return err;
}

static struct error *pprof_write(const struct profile *profile, const struct output_facts *facts,
				 FILE *file)
{
	CLEANUP(writing_deinit)
	struct writing writing = { .buffer.append = append, .profile = profile };
	struct error *err = gzip_open(file, &writing.file);

	if (err)
		return err;
	err = put_all(&writing, facts);
	if (fclose(writing.file) && !err)
		err = &error_nomem;
	return err;
}

static const char *const aliases[] = { NULL };
static const char *const suffixes[] = { ".pprof", ".pb.gz", ".pprof.gz", NULL };

const struct output output_pprof = {
	.name = "pprof",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "stacks with threads and states as labels, for Google's pprof",
	.no_roots = true,
	.write = pprof_write,
};
