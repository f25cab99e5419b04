/*
 * call_graph.c - one walk over the tree of stacks.
 */
#include "call_graph.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "children.h"
#include "frame_text.h"

enum { NO_CALL = UINT32_MAX };

struct call_key {
	uint32_t caller, callee;
	int64_t line;
};

struct call_item {
	struct call_key key;
	uint32_t call;
	UT_hash_handle hh;
};

struct walk {
	struct call_graph *graph;
	const struct profile *profile;
	struct children children;
	struct cost *below; /* by node: it and what is below it */
	uint32_t *call;     /* by node: the call that leads to it; NULL without calls */
	struct call_item *items;
};

static void walk_deinit(struct walk *walk)
{
	struct call_item *item, *next;

	HASH_ITER (hh, walk->items, item, next) {
		HASH_DEL(walk->items, item);
		free(item);
	}
	children_deinit(&walk->children);
	free(walk->below);
	free(walk->call);
}

static void cost_add(struct cost *cost, const struct cost *more)
{
	cost->samples += more->samples;
	cost->time_ns += more->time_ns;
}

static struct cost own_cost(const struct profile *profile, uint32_t node)
{
	return (struct cost) { profile->nodes[node].count, profile->nodes[node].time_ns };
}

static struct error *name_functions(struct call_graph *graph, const struct profile *profile,
				    graph_naming naming)
{
	static const struct func top = { FRAME_MARKER, FRAME_TEXT_EMPTY, "", "", 0, 0 };
	CLEANUP(text_deinit)
	struct text name = { 0 };
	CLEANUP(text_deinit)
	struct text file = { 0 };
	struct error *err = NULL;

	for (size_t i = 0; !err && i <= profile->func_count; i++) {
		struct func own = { .path = "" };

		text_clear(&name);
		text_clear(&file);
		if (!naming(i ? &profile->funcs[i - 1] : &top, &name, &file, &own.first_line))
			continue;
		if (name.failed || file.failed)
			return &error_nomem;
		own.name = text_chars(&name);
		own.file = text_chars(&file);
		own.kind = *own.file ? FRAME_PYTHON : FRAME_MARKER;
		err = profile_func(&graph->names, &own,
				   &graph->function[i ? i - 1 : profile->func_count]);
	}
	return err;
}

static struct error *make_functions(struct call_graph *graph, const struct profile *profile,
				    graph_naming naming)
{
	struct error *err;

	graph->function = calloc(profile->func_count + 1, sizeof(*graph->function));
	if (!graph->function)
		return &error_nomem;
	err = name_functions(graph, profile, naming);
	if (err)
		return err;
	graph->function_count = graph->names.func_count;
	graph->functions = calloc(graph->function_count, sizeof(*graph->functions));
	if (!graph->functions)
		return &error_nomem;
	for (size_t i = 0; i < graph->function_count; i++)
		graph->functions[i].func = &graph->names.funcs[i];
	return NULL;
}

static uint32_t function_of(const struct walk *walk, uint32_t node)
{
	return node ? walk->graph->function[profile_frame_of(walk->profile, node)->func] : 0;
}

static struct error *new_call(struct walk *walk, const struct call_key *key, uint32_t *ret)
{
	struct call_graph *graph = walk->graph;
	struct call_item *item;

	if (!array_reserve_((void **)&graph->calls, &graph->call_capacity, graph->call_count, 1,
			    sizeof(*graph->calls)))
		return &error_nomem;
	item = malloc(sizeof(*item));
	if (!item)
		return &error_nomem;
	item->key = *key;
	item->call = (uint32_t)graph->call_count;
	HASH_ADD(hh, walk->items, key, sizeof(item->key), item);
	if (!item->hh.tbl) {
		free(item);
		return &error_nomem;
	}
	graph->calls[graph->call_count++] = (struct graph_call) {
		.caller = key->caller,
		.callee = key->callee,
		.line = (int32_t)key->line,
	};
	*ret = item->call;
	return NULL;
}

/* Which call leads to each node. */
static struct error *find_calls(struct walk *walk, bool by_line)
{
	const struct profile *profile = walk->profile;
	struct error *err = NULL;
	struct call_item *item;

	walk->call = malloc(profile->node_count * sizeof(*walk->call));
	if (!walk->call)
		return &error_nomem;
	walk->call[0] = NO_CALL;
	for (uint32_t n = 1; !err && n < profile->node_count; n++) {
		uint32_t parent = profile->nodes[n].parent;
		struct call_key key = { function_of(walk, parent), function_of(walk, n), 0 };

		walk->call[n] = NO_CALL;
		if (!key.callee)
			continue;
		if (by_line && key.caller)
			key.line = profile_frame_of(profile, parent)->line;
		HASH_FIND(hh, walk->items, &key, sizeof(key), item);
		if (item)
			walk->call[n] = item->call;
		else
			err = new_call(walk, &key, &walk->call[n]);
	}
	return err;
}

static struct error *sum_below(struct walk *walk)
{
	const struct profile *profile = walk->profile;

	walk->below = calloc(profile->node_count, sizeof(*walk->below));
	if (!walk->below)
		return &error_nomem;
	for (size_t n = profile->node_count; n-- > 0;) {
		const struct cost own = own_cost(profile, (uint32_t)n);

		cost_add(&walk->below[n], &own);
		if (n)
			cost_add(&walk->below[profile->nodes[n].parent], &walk->below[n]);
	}
	return NULL;
}

static void enter(const struct walk *walk, uint32_t node)
{
	struct graph_function *function = &walk->graph->functions[function_of(walk, node)];
	uint32_t number = walk->call ? walk->call[node] : NO_CALL;
	const struct cost own = own_cost(walk->profile, node);

	cost_add(&function->own, &own);
	if (number != NO_CALL) {
		struct graph_call *call = &walk->graph->calls[number];

		cost_add(&call->own, &own);
		if (!function->on_path)
			cost_add(&call->first, &walk->below[node]);
		if (!call->on_path++)
			cost_add(&call->total, &walk->below[node]);
	}
	if (!function->on_path++)
		cost_add(&function->total, &walk->below[node]);
}

static void leave(const struct walk *walk, uint32_t node)
{
	uint32_t number = walk->call ? walk->call[node] : NO_CALL;

	walk->graph->functions[function_of(walk, node)].on_path--;
	if (number != NO_CALL)
		walk->graph->calls[number].on_path--;
}

/* A node is on the stack as itself, and as ~itself where it is left. */
static struct error *walk_tree(const struct walk *walk)
{
	const struct children *children = &walk->children;
	ARRAY(int64_t) todo = { 0 };
	bool room = array_push(&todo, 0);

	while (room && todo.count) {
		int64_t at = todo.items[--todo.count];
		uint32_t node = (uint32_t)(at < 0 ? ~at : at);

		if (at < 0) {
			leave(walk, node);
			continue;
		}
		enter(walk, node);
		room = array_push(&todo, ~at);
		for (uint32_t i = children->first[node]; room && i < children->first[node + 1]; i++)
			room = array_push(&todo, (int64_t)children->nodes[i]);
	}
	array_deinit(&todo);
	return room ? NULL : &error_nomem;
}

struct error *call_graph_init(struct call_graph *graph, const struct profile *profile,
			      enum graph_calls calls, graph_naming naming)
{
	CLEANUP(walk_deinit)
	struct walk walk = { .graph = graph, .profile = profile };
	struct error *err;

	*graph = (struct call_graph) { 0 };
	err = profile_init(&graph->names);
	if (!err)
		err = make_functions(graph, profile, naming);
	if (!err)
		err = children_init(&walk.children, profile);
	if (!err)
		err = sum_below(&walk);
	if (!err && calls != GRAPH_NO_CALLS)
		err = find_calls(&walk, calls == GRAPH_CALLS_BY_LINE);
	if (!err)
		err = walk_tree(&walk);
	if (err)
		call_graph_deinit(graph);
	return err;
}

void call_graph_deinit(struct call_graph *graph)
{
	if (graph->names.index)
		profile_deinit(&graph->names);
	free(graph->function);
	free(graph->functions);
	free(graph->calls);
	*graph = (struct call_graph) { 0 };
}
