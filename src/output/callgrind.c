/*
 * callgrind.c - for callgrind_annotate and KCachegrind: what each line took, and each call.
 *
 * What callgrind_annotate shows as inclusive is the sum of the calls that lead to a function. So
 * each stack counts for a function only where it was called first, and a call deeper in a recursion
 * stands there with its number and without a cost: totals are those of the other forms, and nothing
 * is more than the whole. Everything is called by one function above all, so that what is called
 * now and then only, and runs by itself else, is whole, too.
 *
 * Costs are microseconds and samples. "calls=" are samples that saw the call, not calls.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "call_graph.h"
#include "output/output.h"

static const char top_name[] = "<root>", no_file[] = "???" /* callgrind's own word */;

/* What a function took itself at a line of it. */
struct line_cost {
	uint32_t function;
	int32_t line;
	struct cost cost;
};

/* By function: what stands for it in the file, and whether its text was written with it already. */
struct numbered {
	uint32_t function;
	uint32_t number, file; /* from 1, by file and name */
	int32_t line;          /* where it begins; 0: unknown */
	bool written;
};

struct annotation {
	struct call_graph graph;
	ARRAY(struct line_cost) lines;
	struct numbered *numbers; /* by function */
	bool *file_written;       /* by number of file */
	FILE *file;
};

static void annotation_deinit(struct annotation *annotation)
{
	call_graph_deinit(&annotation->graph);
	array_deinit(&annotation->lines);
	free(annotation->numbers);
	free(annotation->file_written);
}

/* A name ends with its line, and one of blanks alone would be none at all. */
static void add_name(struct text *text, const char *chars)
{
	CLEANUP(text_deinit)
	struct text clean = { 0 };
	const char *begin;

	text_add_clean(&clean, chars);
	begin = text_chars(&clean) + strspn(text_chars(&clean), " ");
	text_add(text, *begin ? begin : "<blank>");
	text->failed |= clean.failed;
}

static bool callgrind_naming(const struct func *func, struct text *name, struct text *file,
			     int32_t *line)
{
	bool has_file = func->kind == FRAME_PYTHON && *func->path;

	(void)line; /* callgrind knows functions by file and name */
	add_name(name, func->name);
	add_name(file, has_file ? func->path : no_file);
	return true;
}

static int compare_by_text(const void *left, const void *right, void *context)
{
	const struct numbered *a = left, *b = right;
	const struct graph_function *functions = context;
	const struct func *first = functions[a->function].func;
	const struct func *second = functions[b->function].func;
	int order = strcmp(first->file, second->file);

	return order ? order : strcmp(first->name, second->name);
}

/* Numbers in the order of their texts. */
static struct error *number_functions(struct annotation *annotation, const struct profile *profile)
{
	const struct call_graph *graph = &annotation->graph;
	size_t count = graph->function_count;
	CLEANUP(freep)
	struct numbered *sorted = calloc(count, sizeof(*sorted));
	uint32_t file = 0;

	annotation->numbers = calloc(count, sizeof(*annotation->numbers));
	annotation->file_written = calloc(count + 1, sizeof(*annotation->file_written));
	if (!sorted || !annotation->numbers || !annotation->file_written)
		return &error_nomem;
	for (uint32_t i = 0; i < count; i++)
		sorted[i].function = i;
	qsort_r(sorted, count, sizeof(*sorted), compare_by_text, graph->functions);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t function = sorted[i].function;

		if (!i || 0 != strcmp(graph->functions[sorted[i - 1].function].func->file,
				      graph->functions[function].func->file))
			file++;
		annotation->numbers[function] = (struct numbered) { function, i + 1, file, 0, 0 };
	}
	for (size_t i = 0; i < profile->func_count; i++) {
		struct numbered *numbered = &annotation->numbers[graph->function[i]];
		int32_t line = profile->funcs[i].first_line;

		if (line > 0 && (!numbered->line || line < numbered->line))
			numbered->line = line;
	}
	return NULL;
}

static int32_t positive(int32_t line)
{
	return line > 0 ? line : 0;
}

static struct error *collect_lines(struct annotation *annotation, const struct profile *profile)
{
	CLEANUP(freep)
	struct cost *costs = calloc(profile->frame_count + 1, sizeof(*costs));
	struct line_cost own;

	if (!costs)
		return &error_nomem;
	for (size_t n = 0; n < profile->node_count; n++) {
		struct cost *cost =
			&costs[n ? profile->nodes[n].frame : profile->frame_count /* none */];

		cost->samples += profile->nodes[n].count;
		cost->time_ns += profile->nodes[n].time_ns;
	}
	for (size_t i = 0; i <= profile->frame_count; i++) {
		const struct frame *frame = &profile->frames[i];

		if (!costs[i].samples && !costs[i].time_ns)
			continue;
		own = (struct line_cost) { .cost = costs[i] };
		if (i < profile->frame_count) {
			own.function = annotation->graph.function[frame->func];
			own.line = positive(frame->line);
		}
		if (!array_push(&annotation->lines, own))
			return &error_nomem;
	}
	return NULL;
}

static int compare_lines(const void *left, const void *right, void *context)
{
	const struct line_cost *a = left, *b = right;
	const struct numbered *numbers = context;

	if (a->function != b->function)
		return numbers[a->function].number < numbers[b->function].number ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static int compare_calls(const void *left, const void *right, void *context)
{
	const struct graph_call *a = left, *b = right;
	const struct numbered *numbers = context;

	if (a->caller != b->caller)
		return numbers[a->caller].number < numbers[b->caller].number ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->callee == b->callee)
		return 0;
	return numbers[a->callee].number < numbers[b->callee].number ? -1 : 1;
}

static uint64_t microseconds(uint64_t time_ns)
{
	return (time_ns + 500) / 1000;
}

/* "fl=(1) app.py" the first time, then "fl=(1)". */
static void write_name(struct annotation *annotation, const char *of_file, const char *of_name,
		       uint32_t function)
{
	struct numbered *numbered = &annotation->numbers[function];
	const struct func *func = annotation->graph.functions[function].func;
	bool *file_written = &annotation->file_written[numbered->file];

	fprintf(annotation->file, "%s=(%" PRIu32 ")%s%s\n", of_file, numbered->file,
		*file_written ? "" : " ", *file_written ? "" : func->file);
	fprintf(annotation->file, "%s=(%" PRIu32 ")%s%s\n", of_name, numbered->number,
		numbered->written ? "" : " ", numbered->written ? "" : func->name);
	*file_written = true;
	numbered->written = true;
}

static void write_call(struct annotation *annotation, const struct graph_call *call)
{
	write_name(annotation, "cfi", "cfn", call->callee);
	fprintf(annotation->file, "calls=%" PRIu64 " %" PRId32 "\n", call->total.samples,
		annotation->numbers[call->callee].line);
	fprintf(annotation->file, "%" PRId32 " %" PRIu64 " %" PRIu64 "\n", positive(call->line),
		microseconds(call->first.time_ns), call->first.samples);
}

/* The lines of a function and its calls, both in order. */
static struct cost write_function(struct annotation *annotation, uint32_t function, size_t *line,
				  size_t *call)
{
	const struct graph_call *calls = annotation->graph.calls;
	const struct cost *whole = &annotation->graph.functions[function].total;
	struct cost total = { 0 }, at;
	int32_t number;

	if (whole->samples || whole->time_ns || !function) {
		putc('\n', annotation->file);
		write_name(annotation, "fl", "fn", function);
	}
	while (*line < annotation->lines.count &&
	       annotation->lines.items[*line].function == function) {
		number = annotation->lines.items[*line].line;
		at = (struct cost) { 0 };
		for (; *line < annotation->lines.count &&
		       annotation->lines.items[*line].function == function &&
		       annotation->lines.items[*line].line == number;
		     (*line)++) {
			at.samples += annotation->lines.items[*line].cost.samples;
			at.time_ns += annotation->lines.items[*line].cost.time_ns;
		}
		fprintf(annotation->file, "%" PRId32 " %" PRIu64 " %" PRIu64 "\n", number,
			microseconds(at.time_ns), at.samples);
		total.samples += at.samples;
		total.time_ns += microseconds(at.time_ns) * 1000;
	}
	for (; *call < annotation->graph.call_count && calls[*call].caller == function; (*call)++)
		if (calls[*call].total.samples)
			write_call(annotation, &calls[*call]);
	return total;
}

static struct error *write_functions(struct annotation *annotation)
{
	const struct call_graph *graph = &annotation->graph;
	CLEANUP(freep)
	uint32_t *order = calloc(graph->function_count, sizeof(*order));
	struct cost total = { 0 }, own;
	size_t line = 0, call = 0;

	if (!order)
		return &error_nomem;
	for (uint32_t i = 0; i < graph->function_count; i++)
		order[annotation->numbers[i].number - 1] = i;
	for (size_t i = 0; i < graph->function_count; i++) {
		own = write_function(annotation, order[i], &line, &call);
		total.samples += own.samples;
		total.time_ns += own.time_ns;
	}
	fprintf(annotation->file, "\ntotals: %" PRIu64 " %" PRIu64 "\n", total.time_ns / 1000,
		total.samples);
	return NULL;
}

static struct error *write_header(const struct profile *profile, const struct output_facts *facts,
				  FILE *file)
{
	CLEANUP(text_deinit)
	struct text command = { 0 };

	text_add_clean(&command, facts->title ? facts->title : profile->capture.command);
	if (command.failed)
		return &error_nomem;
	fprintf(file, "# callgrind format\nversion: 1\ncreator: sonde\n");
	if (profile->process_count == 1)
		fprintf(file, "pid: %d\n", (int)profile->processes[0].pid);
	if (*text_chars(&command))
		fprintf(file, "cmd: %s\n", text_chars(&command));
	fprintf(file, "desc: %s\n",
		profile->total ? "Sampled: the numbers of calls are samples" : "No samples");
	fprintf(file, "positions: line\nevent: us : Time in microseconds\nevents: us Samples\n");
	return NULL;
}

static struct error *callgrind_write(const struct profile *profile,
				     const struct output_facts *facts, FILE *file)
{
	CLEANUP(annotation_deinit)
	struct annotation annotation = { .file = file };
	struct call_graph *graph = &annotation.graph;
	struct error *err = write_header(profile, facts, file);

	if (!err)
		err = call_graph_init(graph, profile, GRAPH_CALLS_BY_LINE, callgrind_naming);
	if (err)
		return err;
	graph->names.funcs[0].name = top_name;
	err = number_functions(&annotation, profile);
	if (!err)
		err = collect_lines(&annotation, profile);
	if (err)
		return err;
	if (annotation.lines.count)
		qsort_r(annotation.lines.items, annotation.lines.count,
			sizeof(*annotation.lines.items), compare_lines, annotation.numbers);
	if (graph->call_count)
		qsort_r(graph->calls, graph->call_count, sizeof(*graph->calls), compare_calls,
			annotation.numbers);
	return write_functions(&annotation);
}

static const char *const aliases[] = { NULL };
static const char *const suffixes[] = { ".callgrind", NULL };

const struct output output_callgrind = {
	.name = "callgrind",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "for callgrind_annotate and KCachegrind; samples stand for calls",
	.only_counts = true,
	.write = callgrind_write,
};
