/*
 * Costs of functions and calls: each once for a stack, whatever recurses.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "output/call_graph.h"
#include "support/profiles.h"

static struct profile profile;
static struct call_graph graph;

static void setup(void)
{
	cr_assert_null(profile_init(&profile));
}

static void teardown(void)
{
	call_graph_deinit(&graph);
	profile_deinit(&profile);
}

TestSuite(call_graph, .init = setup, .fini = teardown);

static bool naming(const struct func *func, struct text *name, struct text *file, int32_t *line)
{
	(void)line;
	text_add(name, func->name);
	text_add(file, func->file);
	return func->kind == FRAME_PYTHON || func->kind == FRAME_MARKER;
}

static uint32_t function_named(const char *name)
{
	for (uint32_t i = 0; i < graph.function_count; i++)
		if (!strcmp(graph.functions[i].func->name, name))
			return i;
	cr_assert_fail("no function %s", name);
	return 0;
}

static void check_function(const char *name, uint64_t own, uint64_t total)
{
	const struct graph_function *function = &graph.functions[function_named(name)];

	cr_assert_eq(function->own.samples, own, "%s", name);
	cr_assert_eq(function->own.time_ns, own * SAMPLE_NS, "%s", name);
	cr_assert_eq(function->total.samples, total, "%s", name);
	cr_assert_eq(function->total.time_ns, total * SAMPLE_NS, "%s", name);
}

static void check_call(const char *from, const char *to, int32_t line, uint64_t own, uint64_t total,
		       uint64_t first)
{
	uint32_t caller = function_named(from), callee = function_named(to);

	for (size_t i = 0; i < graph.call_count; i++) {
		const struct graph_call *call = &graph.calls[i];

		if (call->caller != caller || call->callee != callee || call->line != line)
			continue;
		cr_assert_eq(call->own.samples, own, "%s to %s", from, to);
		cr_assert_eq(call->total.samples, total, "%s to %s", from, to);
		cr_assert_eq(call->first.samples, first, "%s to %s", from, to);
		return;
	}
	cr_assert_fail("no call from %s to %s", from, to);
}

static void recurse(void)
{
	COUNT(&profile, 10, PY("a", "x", 1), PY("b", "x", 2), PY("a", "x", 3), PY("b", "x", 2));
	COUNT(&profile, 3, PY("b", "x", 2));
	COUNT(&profile, 4, PY("b", "x", 2), PY("b", "x", 5), PY("b", "x", 5));
	COUNT(&profile, 2, PY("a", "x", 1));
	profile_add(&profile, 0, 7, 7 * SAMPLE_NS);
}

Test(call_graph, a_function_counts_once_for_a_stack)
{
	recurse();
	cr_assert_null(call_graph_init(&graph, &profile, GRAPH_NO_CALLS, naming));
	check_function("a", 2, 12);
	check_function("b", 17, 17);
	check_function("<empty>", 7, 26);
	cr_assert_eq(graph.function_count, 3);
	cr_assert_eq(graph.call_count, 0);
}

Test(call_graph, a_call_counts_once_for_a_stack)
{
	recurse();
	cr_assert_null(call_graph_init(&graph, &profile, GRAPH_CALLS, naming));
	check_call("<empty>", "a", 0, 2, 12, 12);
	check_call("<empty>", "b", 0, 3, 7, 7);
	check_call("a", "b", 0, 10, 10, 10);
	check_call("b", "a", 0, 0, 10, 0);
	check_call("b", "b", 0, 4, 4, 0);
	cr_assert_eq(graph.call_count, 5);
}

Test(call_graph, calls_by_line_of_the_caller)
{
	recurse();
	cr_assert_null(call_graph_init(&graph, &profile, GRAPH_CALLS_BY_LINE, naming));
	check_call("a", "b", 1, 0, 10, 10);
	check_call("a", "b", 3, 10, 10, 0);
	check_call("b", "b", 2, 0, 4, 0);
	check_call("b", "b", 5, 4, 4, 0);
	cr_assert_eq(graph.call_count, 7);
}

Test(call_graph, what_was_first_adds_up_to_each_total)
{
	profile_ordinary(&profile);
	cr_assert_null(call_graph_init(&graph, &profile, GRAPH_CALLS_BY_LINE, naming));
	for (uint32_t i = 1; i < graph.function_count; i++) {
		uint64_t first = 0;

		for (size_t c = 0; c < graph.call_count; c++)
			first += graph.calls[c].callee == i ? graph.calls[c].first.samples : 0;
		cr_assert_eq(first, graph.functions[i].total.samples);
	}
	/* the root frame of the thread is none */
	check_call("<empty>", "<module>", 0, 0, 49, 49);
}

Test(call_graph, very_deep_stacks)
{
	profile_count_deep(&profile, 100000, 3);
	cr_assert_null(call_graph_init(&graph, &profile, GRAPH_CALLS, naming));
	check_function("f0", 0, 3);
	check_function("f99999", 3, 3);
	check_call("f99998", "f99999", 0, 3, 3, 3);
}
