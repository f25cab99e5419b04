/*
 * cpuprofile.c - V8's .cpuprofile, which browsers' developer tools and editors open.
 *
 * It is of one thread. So the threads come one after the other on its time line, and all share its
 * one tree, which is by function: lines stand as ticks in the function. Root frames are kept, being
 * the only sign of a thread there is. Where nothing was seen of a thread stands V8's own (idle).
 */
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "children.h"
#include "frame_text.h"
#include "output/output.h"
#include "tracks.h"

enum {
	NONE = UINT32_MAX,
	US_NS = 1000, /* its unit of time */
	/*
	 * Some readers count samples and do not look at times: each stands in the file, unless they
	 * are more than this. Then a run of them is one.
	 */
	SAMPLES_MAX = 2000 * 1000,
};

struct ticks {
	int32_t line;
	uint64_t count;
};

struct writing {
	const struct profile *profile;
	struct tracks tracks;
	struct json json;
	struct profile tree; /* by function */
	struct children children;
	uint32_t *to;          /* of the profile's nodes: their node in the tree */
	uint32_t *head, *next; /* of a tree's node: the profile's nodes that are it, as a list */
	ARRAY(struct ticks) ticks;
	uint32_t idle;   /* node of the tree */
	uint64_t now_ns; /* on the time line */
};

static void writing_deinit(struct writing *writing)
{
	tracks_deinit(&writing->tracks);
	json_deinit(&writing->json);
	profile_deinit(&writing->tree);
	children_deinit(&writing->children);
	free(writing->to);
	free(writing->head);
	free(writing->next);
	array_deinit(&writing->ticks);
}

static struct error *label_child(struct writing *writing, const char *name, uint32_t *ret)
{
	uint32_t frame;
	struct error *err = profile_label_frame(&writing->tree, FRAME_MARKER, name, &frame);

	return err ? err : profile_child(&writing->tree, 0, frame, ret);
}

static struct error *make_tree(struct writing *writing)
{
	const struct profile *profile = writing->profile;
	CLEANUP(freep)
	uint32_t *frames = calloc(profile->func_count + 1, sizeof(*frames));
	struct error *err = profile_init(&writing->tree);
	uint32_t empty = 0, number;

	writing->to = calloc(profile->node_count, sizeof(*writing->to));
	if (!frames || !writing->to)
		err = &error_nomem;
	for (size_t i = 0; !err && i < profile->func_count; i++) {
		err = profile_func(&writing->tree, &profile->funcs[i], &number);
		if (!err)
			err = profile_frame(&writing->tree, number, 0, &frames[i]);
	}
	for (uint32_t i = 1; !err && i < profile->node_count; i++)
		err = profile_child(&writing->tree, writing->to[profile->nodes[i].parent],
				    frames[profile_frame_of(profile, i)->func], &writing->to[i]);
	if (!err && profile->nodes[0].count)
		err = label_child(writing, FRAME_TEXT_EMPTY, &empty);
	if (!err)
		err = label_child(writing, writing->tracks.count ? "(idle)" : "no samples",
				  &writing->idle);
	if (!err)
		writing->to[0] = empty;
	return err ? err : children_init(&writing->children, &writing->tree);
}

/* Which of the profile's nodes, those with samples, are which of the tree's. */
static struct error *list_nodes(struct writing *writing)
{
	const struct profile *profile = writing->profile;

	writing->head = malloc(writing->tree.node_count * sizeof(*writing->head));
	writing->next = malloc(profile->node_count * sizeof(*writing->next));
	if (!writing->head || !writing->next)
		return &error_nomem;
	for (size_t i = 0; i < writing->tree.node_count; i++)
		writing->head[i] = NONE;
	for (uint32_t i = 0; i < profile->node_count; i++) {
		if (!profile->nodes[i].count)
			continue;
		writing->next[i] = writing->head[writing->to[i]];
		writing->head[writing->to[i]] = i;
	}
	return NULL;
}

static int compare_lines(const void *a, const void *b)
{
	const struct ticks *left = a, *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

/* How often the function was seen itself, and at which lines. */
static struct error *put_hits(struct writing *writing, uint32_t node)
{
	const struct profile *profile = writing->profile;
	struct json *json = &writing->json;
	uint64_t hits = 0;
	int32_t line;

	writing->ticks.count = 0;
	for (uint32_t i = writing->head[node]; i != NONE; i = writing->next[i]) {
		hits += profile->nodes[i].count;
		line = i ? profile_frame_of(profile, i)->line : 0;
		if (line > 0 && !array_push(&writing->ticks,
					    ((struct ticks) { line, profile->nodes[i].count })))
			return &error_nomem;
	}
	json_unsigned(json, "hitCount", hits);
	if (!writing->ticks.count)
		return NULL;
	qsort(writing->ticks.items, writing->ticks.count, sizeof(struct ticks), compare_lines);
	json_open_array(json, "positionTicks");
	for (size_t i = 0, end; i < writing->ticks.count; i = end) {
		hits = 0;
		line = writing->ticks.items[i].line;
		for (end = i; end < writing->ticks.count && writing->ticks.items[end].line == line;
		     end++)
			hits += writing->ticks.items[end].count;
		json_open(json, NULL);
		json_integer(json, "line", line);
		json_unsigned(json, "ticks", hits);
		json_close(json);
	}
	json_close_array(json);
	return NULL;
}

static struct error *put_node(struct writing *writing, uint32_t node)
{
	static const struct func root = { .name = "(root)", .path = "", .file = "" };
	const struct func *func = node ? profile_func_of(&writing->tree, node) : &root;
	const struct children *children = &writing->children;
	struct json *json = &writing->json;
	struct error *err;

	json_open(json, NULL);
	json_integer(json, "id", (int64_t)node + 1);
	json_open(json, "callFrame");
	json_clean(json, "functionName", func->name);
	json_string(json, "scriptId", "0");
	json_clean(json, "url", func->path[0] ? func->path : func->file);
	json_integer(json, "lineNumber", func->first_line - 1); /* from 0; -1: none */
	json_integer(json, "columnNumber", func->first_line ? 0 : -1);
	json_close(json);
	err = put_hits(writing, node);
	if (children->first[node] < children->first[node + 1]) {
		json_open_array(json, "children");
		for (uint32_t i = children->first[node]; i < children->first[node + 1]; i++)
			json_integer(json, NULL, (int64_t)children->nodes[i] + 1);
		json_close_array(json);
	}
	json_close(json);
	json_line_end(json);
	return err;
}

/* Each sample, or how long after the one before it: it lasts until the next. */
static void put_step(struct writing *writing, bool deltas, uint32_t node, uint64_t after_ns)
{
	uint64_t then_us = writing->now_ns / US_NS;

	writing->now_ns += after_ns;
	if (deltas)
		json_unsigned(&writing->json, NULL, writing->now_ns / US_NS - then_us);
	else
		json_integer(&writing->json, NULL, (int64_t)node + 1);
}

/* The samples of a run, the first so long after the one before; how long the last one is. */
static uint64_t put_run(struct writing *writing, bool deltas, const struct run *run,
			uint64_t after_ns)
{
	uint64_t count = writing->profile->total <= SAMPLES_MAX && run->samples ? run->samples : 1;
	uint64_t each_ns = run->time_ns / count;

	put_step(writing, deltas, writing->to[run->node], after_ns);
	for (uint64_t i = 1; i < count; i++)
		put_step(writing, deltas, writing->to[run->node], each_ns);
	return run->time_ns - each_ns * (count - 1);
}

/* The time line, twice: for the samples, and for their deltas. */
static void put_line(struct writing *writing, bool deltas)
{
	uint64_t length_ns = 0;

	writing->now_ns = 0;
	json_open_array(&writing->json, deltas ? "timeDeltas" : "samples");
	for (size_t t = 0; t < writing->tracks.count; t++) {
		const struct track *track = &writing->tracks.items[t];
		uint64_t end_ns = track->runs[0].start_ns;

		for (size_t i = 0; i < track->count; i++) {
			const struct run *run = &track->runs[i];

			if (run->start_ns > end_ns) {
				put_step(writing, deltas, writing->idle, length_ns);
				length_ns = run->start_ns - end_ns;
			}
			length_ns = put_run(writing, deltas, run, length_ns);
			end_ns = run->start_ns + run->time_ns;
		}
	}
	if (writing->tracks.count) /* the end of the last one */
		put_step(writing, deltas, writing->idle, length_ns);
	json_close_array(&writing->json);
	json_line_end(&writing->json);
}

static struct error *cpuprofile_write(const struct profile *profile,
				      const struct output_facts *facts, FILE *file)
{
	CLEANUP(writing_deinit)
	struct writing writing = { .profile = profile };
	struct json *json = &writing.json;
	struct error *err = tracks_init(&writing.tracks, profile);

	(void)facts; /* there is no place for a title */
	if (!err)
		err = json_init(json, file, NULL);
	if (!err)
		err = make_tree(&writing);
	if (!err)
		err = list_nodes(&writing);
	if (err)
		return err;
	json_open(json, NULL);
	json_open_array(json, "nodes");
	for (uint32_t i = 0; !err && i < writing.tree.node_count; i++)
		err = put_node(&writing, i);
	json_close_array(json);
	json_unsigned(json, "startTime", 0);
	put_line(&writing, false);
	put_line(&writing, true);
	json_unsigned(json, "endTime", writing.now_ns / US_NS);
	json_close(json);
	json_line_end(json);
	return err ? err : json_finish(json);
}

static const char *const aliases[] = { "v8", NULL };
static const char *const suffixes[] = { ".cpuprofile", NULL };

const struct output output_cpuprofile = {
	.name = "cpuprofile",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "V8's form, for the developer tools of browsers and for editors",
	.write = cpuprofile_write,
};
