/*
 * cpuprofile.c - V8's .cpuprofile, which browsers' developer tools and editors open.
 *
 * It is of one thread. So the threads come one after the other on its time line, and all share its
 * one tree, which is by function: lines stand as ticks in the function. Root frames are kept, being
 * the only sign of a thread there is. Where nothing was seen of a thread stands V8's own (idle).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "frame_text.h"
#include "function_tree.h"
#include "output/output.h"
#include "tracks.h"

enum {
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

/* Nodes that the tree does not have, behind the last that it has. */
enum { EMPTY, IDLE };

struct writing {
	const struct profile *profile;
	struct tracks tracks;
	struct json json;
	struct function_tree tree;
	char **frames; /* by function: its callFrame, once it was written */
	ARRAY(struct ticks) ticks;
	uint64_t now_ns; /* on the time line */
};

static void writing_deinit(struct writing *writing)
{
	tracks_deinit(&writing->tracks);
	json_deinit(&writing->json);
	function_tree_deinit(&writing->tree);
	for (size_t i = 0; writing->frames && i < writing->profile->func_count; i++)
		free(writing->frames[i]);
	free(writing->frames);
	array_deinit(&writing->ticks);
}

static uint64_t extra_id(const struct writing *writing, unsigned int extra)
{
	return (uint64_t)writing->profile->node_count + 1 + extra;
}

/* What a node is called in the file; of the root, which is no function: of stacks without one. */
static uint64_t id_of(const struct writing *writing, uint32_t node)
{
	return node ? (uint64_t)writing->tree.first_same[node] + 1 : extra_id(writing, EMPTY);
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
	for (uint32_t i = node; i; i = writing->tree.next_same[i]) {
		hits += profile->nodes[i].count;
		line = profile_frame_of(profile, i)->line;
		if (profile->nodes[i].count && line > 0 &&
		    !array_push(&writing->ticks,
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

static void put_frame(struct json *json, const char *key, const struct func *func)
{
	json_open(json, key);
	json_clean(json, "functionName", func->name);
	json_string(json, "scriptId", "0");
	json_clean(json, "url", func->path[0] ? func->path : func->file);
	json_integer(json, "lineNumber", func->first_line - 1); /* from 0; -1: none */
	json_integer(json, "columnNumber", func->first_line ? 0 : -1);
	json_close(json);
}

/* A function is in many nodes: it is written once. */
static struct error *make_frame(const struct func *func, char **ret)
{
	CLEANUP(json_deinit)
	struct json json = { 0 };
	char *chars = NULL;
	size_t length;
	FILE *file = open_memstream(&chars, &length);
	struct error *err = file ? json_init(&json, file, NULL) : &error_nomem;

	if (!err) {
		put_frame(&json, NULL, func);
		err = json_finish(&json);
	}
	if (file && fclose(file) && !err)
		err = &error_nomem;
	if (err)
		free(chars);
	else
		*ret = chars;
	return err;
}

static struct error *put_function(struct writing *writing, uint32_t node)
{
	const uint32_t func = profile_frame_of(writing->profile, node)->func;
	char **frame = &writing->frames[func];
	struct error *err = NULL;

	if (!*frame)
		err = make_frame(&writing->profile->funcs[func], frame);
	if (!err)
		json_raw(&writing->json, "callFrame", *frame, strlen(*frame));
	return err;
}

static void put_children(struct writing *writing, uint32_t node)
{
	struct json *json = &writing->json;
	const struct function_tree_edge *roots;
	const uint32_t *children;
	size_t count = function_tree_children(&writing->tree, node, &children);
	size_t root_count = function_tree_roots(&writing->tree, node, &roots);

	if (node && !count && !root_count)
		return;
	json_open_array(json, "children");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, id_of(writing, children[i]));
	for (size_t i = 0; i < root_count; i++)
		json_unsigned(json, NULL, id_of(writing, roots[i].child));
	if (!node && writing->profile->nodes[0].count)
		json_unsigned(json, NULL, extra_id(writing, EMPTY));
	if (!node)
		json_unsigned(json, NULL, extra_id(writing, IDLE));
	json_close_array(json);
}

static struct error *put_node(struct writing *writing, uint32_t node)
{
	static const struct func root = { .name = "(root)", .path = "", .file = "" };
	struct json *json = &writing->json;
	struct error *err = NULL;

	json_open(json, NULL);
	json_unsigned(json, "id", (uint64_t)node + 1);
	if (node)
		err = put_function(writing, node);
	else
		put_frame(json, "callFrame", &root);
	if (!err)
		err = put_hits(writing, node);
	put_children(writing, node);
	json_close(json);
	json_line_end(json);
	return err;
}

static void put_extra(struct writing *writing, unsigned int extra, const char *name, uint64_t hits)
{
	const struct func func = { .name = name, .path = "", .file = "" };
	struct json *json = &writing->json;

	json_open(json, NULL);
	json_unsigned(json, "id", extra_id(writing, extra));
	put_frame(json, "callFrame", &func);
	json_unsigned(json, "hitCount", hits);
	json_close(json);
	json_line_end(json);
}

static struct error *put_nodes(struct writing *writing)
{
	struct function_tree *tree = &writing->tree;
	const uint64_t empty = writing->profile->nodes[0].count;
	struct error *err = NULL;

	json_open_array(&writing->json, "nodes");
	for (size_t part = 0; !err && part < function_tree_parts(tree); part++) {
		function_tree_enter(tree, part);
		for (uint32_t n = tree->parts.items[part]; !err && n < tree->parts.items[part + 1];
		     n++)
			if (tree->first_same[n] == n)
				err = put_node(writing, n);
	}
	if (empty)
		put_extra(writing, EMPTY, FRAME_TEXT_EMPTY, empty);
	put_extra(writing, IDLE, writing->tracks.count ? "(idle)" : "no samples", 0);
	json_close_array(&writing->json);
	return err;
}

/* Each sample, or how long after the one before it: it lasts until the next. */
static void put_step(struct writing *writing, bool deltas, uint64_t id, uint64_t after_ns)
{
	uint64_t then_us = writing->now_ns / US_NS;

	writing->now_ns += after_ns;
	if (deltas)
		json_unsigned(&writing->json, NULL, writing->now_ns / US_NS - then_us);
	else
		json_unsigned(&writing->json, NULL, id);
}

/* The samples of a run, the first so long after the one before; how long the last one is. */
static uint64_t put_run(struct writing *writing, bool deltas, const struct run *run,
			uint64_t after_ns)
{
	uint64_t count = writing->profile->total <= SAMPLES_MAX && run->samples ? run->samples : 1;
	uint64_t each_ns = run->time_ns / count, id = id_of(writing, run->node);

	put_step(writing, deltas, id, after_ns);
	for (uint64_t i = 1; i < count; i++)
		put_step(writing, deltas, id, each_ns);
	return run->time_ns - each_ns * (count - 1);
}

/* The time line, twice: for the samples, and for their deltas. */
static void put_line(struct writing *writing, bool deltas)
{
	const uint64_t idle = extra_id(writing, IDLE);
	uint64_t length_ns = 0;

	writing->now_ns = 0;
	json_open_array(&writing->json, deltas ? "timeDeltas" : "samples");
	for (size_t t = 0; t < writing->tracks.count; t++) {
		const struct track *track = &writing->tracks.items[t];
		uint64_t end_ns = track->runs[0].start_ns;

		for (size_t i = 0; i < track->count; i++) {
			const struct run *run = &track->runs[i];

			if (run->start_ns > end_ns) {
				put_step(writing, deltas, idle, length_ns);
				length_ns = run->start_ns - end_ns;
			}
			length_ns = put_run(writing, deltas, run, length_ns);
			end_ns = run->start_ns + run->time_ns;
		}
	}
	if (writing->tracks.count) /* the end of the last one */
		put_step(writing, deltas, idle, length_ns);
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
		err = function_tree_init(&writing.tree, profile);
	writing.frames = calloc(profile->func_count + 1, sizeof(*writing.frames));
	if (!err && !writing.frames)
		err = &error_nomem;
	if (err)
		return err;
	json_open(json, NULL);
	err = put_nodes(&writing);
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
