/*
 * diff.c - the trees of two reports laid over each other.
 */
#include "profile/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

enum { NONE = UINT32_MAX };

static bool is_root_frame(enum frame_kind kind)
{
	return kind == FRAME_PROCESS || kind == FRAME_THREAD || kind == FRAME_INTERPRETER;
}

static bool is_wanted(const struct diff_options *options, enum frame_kind kind)
{
	switch (kind) {
	case FRAME_PROCESS:
		return options->process_roots;
	case FRAME_THREAD:
	case FRAME_INTERPRETER:
		return options->thread_roots;
	default:
		return true;
	}
}

/* `thread (12): NAME` is `thread: NAME`, `process 12:"command"` is `process "command"`. */
static void add_root_name(struct text *text, const struct func *func)
{
	const char *name = func->name, *start, *end;

	start = func->kind == FRAME_THREAD ? strchr(name, '(') : strchr(name, ' ');
	end = func->kind == FRAME_THREAD ? strchr(name, ')') : strchr(name, ':');
	if (func->kind == FRAME_INTERPRETER || !start || !end || end < start) {
		text_add(text, name);
		return;
	}
	text_add_bytes(text, name, (size_t)(start - name));
	if (func->kind == FRAME_THREAD && text->length)
		text->length--; /* the blank before the number */
	else
		text_add_char(text, ' ');
	text_add(text, end + 1);
}

/*
 * Where the function lies, for who asks whose code it is: as the last report has it. It is no part
 * of what makes two functions the same.
 */
static struct error *set_path(struct profile *tree, uint32_t number, const char *path)
{
	const char *own = profile_string(tree, path);

	if (own && *own)
		tree->funcs[number].path = own;
	return own ? NULL : &error_nomem;
}

/* By frame of a report: that of the tree; NONE for root frames that are not wanted. */
static struct error *map_frames(struct diff *diff, const struct profile *profile,
				const struct diff_options *options, uint32_t *frames)
{
	CLEANUP(text_deinit)
	struct text name = { 0 };
	struct error *err = NULL;
	uint32_t number;

	for (size_t i = 0; !err && i < profile->frame_count; i++) {
		const struct func *func = &profile->funcs[profile->frames[i].func];
		struct func own = { func->kind, func->name, "", func->file, 0, 0 };

		frames[i] = NONE;
		if (!is_wanted(options, func->kind))
			continue;
		if (is_root_frame(func->kind)) {
			text_clear(&name);
			add_root_name(&name, func);
			own.name = text_chars(&name);
		}
		if (name.failed)
			return &error_nomem;
		err = profile_func(&diff->tree, &own, &number);
		if (!err)
			err = set_path(&diff->tree, number, func->path);
		if (!err)
			err = profile_frame(&diff->tree, number, 0, &frames[i]);
	}
	return err;
}

/* By node of a report: that of the tree. *ret is malloc'ed. */
static struct error *map_nodes(struct diff *diff, const struct profile *profile,
			       const struct diff_options *options, uint32_t **ret)
{
	CLEANUP(freep)
	uint32_t *frames = calloc(profile->frame_count + 1, sizeof(*frames));
	CLEANUP(freep)
	uint32_t *nodes = calloc(profile->node_count, sizeof(*nodes));
	struct error *err;

	if (!frames || !nodes)
		return &error_nomem;
	err = map_frames(diff, profile, options, frames);
	for (size_t n = 1; !err && n < profile->node_count; n++) {
		const struct stack_node *node = &profile->nodes[n];
		uint32_t frame = frames[node->frame];

		nodes[n] = nodes[node->parent];
		if (frame != NONE)
			err = profile_child(&diff->tree, nodes[node->parent], frame, &nodes[n]);
	}
	if (!err)
		*ret = take_ptr(nodes);
	return err;
}

static void add_weight(struct diff_weight *sum, const struct diff_weight *more)
{
	sum->samples += more->samples;
	sum->time_ns += more->time_ns;
}

static void weigh_nodes(struct diff *diff, enum diff_side side, const struct profile *profile,
			const uint32_t *nodes)
{
	for (size_t n = 0; n < profile->node_count; n++) {
		const struct diff_weight weight = { profile->nodes[n].count,
						    profile->nodes[n].time_ns };

		if (!weight.samples && !weight.time_ns)
			continue;
		add_weight(&diff->nodes[nodes[n]][side], &weight);
		add_weight(&diff->all[side], &weight);
		profile_add(&diff->tree, nodes[n], weight.samples, weight.time_ns);
	}
	diff->elapsed_ns[side] = profile->capture.stats.elapsed_ns;
}

/* Weights of whole subtrees, and who the first child and the next sibling of a node is. */
struct walk {
	struct diff_weight (*below)[DIFF_SIDES];
	uint32_t *child, *sibling;
	uint32_t *on_path; /* by function: how often it is in the stack at hand */
	ARRAY(uint32_t) path;
};

static void walk_deinit(struct walk *walk)
{
	free(walk->below);
	free(walk->child);
	free(walk->sibling);
	free(walk->on_path);
	array_deinit(&walk->path);
}

static struct error *walk_init(struct walk *walk, const struct diff *diff)
{
	const struct profile *tree = &diff->tree;

	walk->below = calloc(tree->node_count, sizeof(*walk->below));
	walk->child = calloc(tree->node_count, sizeof(*walk->child));
	walk->sibling = calloc(tree->node_count, sizeof(*walk->sibling));
	walk->on_path = calloc(tree->func_count + 1, sizeof(*walk->on_path));
	if (!walk->below || !walk->child || !walk->sibling || !walk->on_path)
		return &error_nomem;
	for (size_t n = tree->node_count; n-- > 1;) {
		uint32_t parent = tree->nodes[n].parent;

		walk->sibling[n] = walk->child[parent];
		walk->child[parent] = (uint32_t)n;
		for (int side = 0; side < DIFF_SIDES; side++) {
			add_weight(&walk->below[n][side], &diff->nodes[n][side]);
			add_weight(&walk->below[parent][side], &walk->below[n][side]);
		}
	}
	return NULL;
}

/* Into a node: the outermost call of a function counts for its total. */
static bool enter(struct diff *diff, struct walk *walk, uint32_t node)
{
	uint32_t number = profile_frame_of(&diff->tree, node)->func;
	struct diff_func *func = &diff->funcs[number];

	if (!array_push(&walk->path, node))
		return false;
	if (is_root_frame(diff->tree.funcs[number].kind))
		return true;
	for (int side = 0; side < DIFF_SIDES; side++) {
		add_weight(&func->self[side], &diff->nodes[node][side]);
		if (!walk->on_path[number])
			add_weight(&func->total[side], &walk->below[node][side]);
	}
	walk->on_path[number]++;
	return true;
}

static void leave(const struct diff *diff, struct walk *walk)
{
	uint32_t node = walk->path.items[--walk->path.count];
	uint32_t number = profile_frame_of(&diff->tree, node)->func;

	if (!is_root_frame(diff->tree.funcs[number].kind))
		walk->on_path[number]--;
}

static struct error *weigh_funcs(struct diff *diff)
{
	CLEANUP(walk_deinit)
	struct walk walk = { 0 };
	struct error *err;
	uint32_t next;

	diff->funcs = calloc(diff->tree.func_count + 1, sizeof(*diff->funcs));
	if (!diff->funcs)
		return &error_nomem;
	err = walk_init(&walk, diff);
	if (err)
		return err;
	next = walk.child[0];
	while (next || walk.path.count) {
		if (next) {
			if (!enter(diff, &walk, next))
				return &error_nomem;
			next = walk.child[next];
		} else {
			next = walk.sibling[walk.path.items[walk.path.count - 1]];
			leave(diff, &walk);
		}
	}
	return NULL;
}

static struct error *lay_over(struct diff *diff, const struct profile *const sides[DIFF_SIDES],
			      const struct diff_options *options)
{
	CLEANUP(freep)
	uint32_t *old = NULL;
	CLEANUP(freep)
	uint32_t *new = NULL;
	struct error *err;

	err = profile_init(&diff->tree);
	if (!err)
		err = map_nodes(diff, sides[DIFF_OLD], options, &old);
	if (!err)
		err = map_nodes(diff, sides[DIFF_NEW], options, &new);
	if (err)
		return err;
	diff->nodes = calloc(diff->tree.node_count, sizeof(*diff->nodes));
	if (!diff->nodes)
		return &error_nomem;
	weigh_nodes(diff, DIFF_OLD, sides[DIFF_OLD], old);
	weigh_nodes(diff, DIFF_NEW, sides[DIFF_NEW], new);
	return weigh_funcs(diff);
}

struct error *diff_init(struct diff *diff, const struct profile *old, const struct profile *new,
			const struct diff_options *options)
{
	const struct profile *const sides[DIFF_SIDES] = { old, new };
	struct error *err;

	*diff = (struct diff) { 0 };
	err = lay_over(diff, sides, options);
	if (err)
		diff_deinit(diff);
	return err;
}

void diff_deinit(struct diff *diff)
{
	profile_deinit(&diff->tree);
	free(diff->nodes);
	free(diff->funcs);
	*diff = (struct diff) { 0 };
}

double diff_share(const struct diff *diff, enum diff_side side, const struct diff_weight *weight)
{
	uint64_t all_ns = diff->all[side].time_ns;

	return all_ns ? (double)weight->time_ns / (double)all_ns : 0;
}

double diff_noise(const struct diff *diff, const struct diff_weight weights[DIFF_SIDES])
{
	const double quantile = 2.576; /* of the normal distribution: 99 % lie within */
	double variance = 0;

	/* one hit and one miss more on each side: never no doubt at all (Agresti and Caffo, 2000)
	 */
	for (int side = 0; side < DIFF_SIDES; side++) {
		double samples = (double)diff->all[side].samples + 2;
		double share = ((double)weights[side].samples + 1) / samples;

		variance += share * (1 - share) / samples;
	}
	return quantile * sqrt(variance);
}

struct error *diff_side_profile(const struct diff *diff, enum diff_side side,
				const struct profile *report, struct profile *ret)
{
	struct stack_node *nodes = malloc(diff->tree.node_count * sizeof(*nodes));

	if (!nodes)
		return &error_nomem;
	for (size_t n = 0; n < diff->tree.node_count; n++) {
		nodes[n] = diff->tree.nodes[n];
		nodes[n].count = diff->nodes[n][side].samples;
		nodes[n].time_ns = diff->nodes[n][side].time_ns;
	}
	*ret = diff->tree;
	ret->nodes = nodes;
	ret->total = diff->all[side].samples;
	ret->total_time_ns = diff->all[side].time_ns;
	ret->capture = report->capture;
	ret->index = NULL; /* it is the tree's: nothing can be added */
	return NULL;
}

void diff_side_profile_deinit(struct profile *profile)
{
	free(profile->nodes);
	*profile = (struct profile) { 0 };
}
