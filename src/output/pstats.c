/*
 * pstats.c - what cProfile would have written: a marshalled dict that Python's pstats reads.
 *
 *	(file, line, name): (primitive calls, calls, own seconds, total seconds, callers)
 *	callers: {(file, line, name): (the same four, of the calls from there)}
 *
 * What was sampled has no calls: samples stand in their place, those in which the function was on
 * the stack. A function, and a call from one to another, counts once for each stack, however deep
 * it recurses, as in cProfile.
 *
 * It is written in version 2 of marshal, the newest that Python 2.7 reads; every later Python
 * reads it, too. Strings are "u" with UTF-8, which 2.7 takes, but its pstats cannot print those
 * that are not ASCII: in the profile of a Python 2 they are escaped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "call_graph.h"
#include "output/output.h"

enum {
	MARSHAL_DIGIT_BITS = 15, /* of a long: digits of 15 bits, least first */
};

/* What pstats takes for the place of a function that stands in no file; it shows the name alone. */
static const char no_file[] = "~";

struct pen {
	const struct call_graph *graph;
	bool ascii;
	FILE *file;
};

/* Bytes of marshal are least first. */
static void put_number(FILE *file, uint64_t number, int bytes)
{
	for (; bytes > 0; bytes--, number >>= 8)
		putc((int)(number & 0xff), file);
}

static void put_integer(FILE *file, uint64_t number)
{
	int digits = 0;

	if (number <= INT32_MAX) {
		putc('i', file);
		put_number(file, number, 4);
		return;
	}
	for (uint64_t rest = number; rest; rest >>= MARSHAL_DIGIT_BITS)
		digits++;
	putc('l', file);
	put_number(file, (uint64_t)digits, 4);
	for (; digits > 0; digits--, number >>= MARSHAL_DIGIT_BITS)
		put_number(file, number & ((1 << MARSHAL_DIGIT_BITS) - 1), 2);
}

static void put_seconds(FILE *file, uint64_t time_ns)
{
	double seconds = (double)time_ns / 1e9;
	uint64_t bits;

	memcpy(&bits, &seconds, sizeof(bits));
	putc('g', file);
	put_number(file, bits, 8);
}

static void put_tuple(FILE *file, unsigned int count)
{
	putc('(', file);
	put_number(file, count, 4);
}

static void put_string(FILE *file, const char *chars)
{
	size_t length = strlen(chars);

	putc('u', file);
	put_number(file, length, 4);
	fwrite(chars, 1, length, file);
}

static void put_key(const struct pen *pen, uint32_t function)
{
	const struct func *func = pen->graph->functions[function].func;

	put_tuple(pen->file, 3);
	put_string(pen->file, func->file);
	put_integer(pen->file, func->first_line > 0 ? (uint64_t)func->first_line : 0);
	put_string(pen->file, func->name);
}

/* The first four of a value. */
static void put_costs(const struct pen *pen, const struct cost *own, const struct cost *total)
{
	put_integer(pen->file, total->samples);
	put_integer(pen->file, total->samples);
	put_seconds(pen->file, own->time_ns);
	put_seconds(pen->file, total->time_ns);
}

static void add_escaped(struct text *text, const char *chars)
{
	unsigned int c;

	while (*chars) {
		chars += utf8_next(chars, &c);
		if (c < 0x80)
			text_add_char(text, (char)c);
		else
			text_addf(text, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
}

static void add_name(struct text *text, const char *chars, bool ascii)
{
	CLEANUP(text_deinit)
	struct text clean = { 0 };

	text_add_clean(&clean, chars);
	if (ascii)
		add_escaped(text, text_chars(&clean));
	else
		text_add(text, text_chars(&clean));
	text->failed |= clean.failed;
}

static void name_as(bool ascii, const struct func *func, struct text *name, struct text *file,
		    int32_t *line)
{
	bool has_file = func->kind == FRAME_PYTHON && *func->path;

	add_name(name, func->name, ascii);
	add_name(file, has_file ? func->path : no_file, ascii);
	*line = has_file ? func->first_line : 0;
}

static bool unicode_naming(const struct func *func, struct text *name, struct text *file,
			   int32_t *line)
{
	name_as(false, func, name, file, line);
	return true;
}

static bool ascii_naming(const struct func *func, struct text *name, struct text *file,
			 int32_t *line)
{
	name_as(true, func, name, file, line);
	return true;
}

static bool is_of_python_2(const struct profile *profile)
{
	for (size_t i = 0; i < profile->process_count; i++)
		if (!strncmp(profile->processes[i].python, "2.", 2))
			return true;
	return false;
}

/* By callee; what function 0 called was called by nobody. */
static int compare_calls(const void *left, const void *right)
{
	const struct graph_call *a = left, *b = right;

	if (a->callee != b->callee)
		return a->callee < b->callee ? -1 : 1;
	return a->caller < b->caller ? -1 : a->caller > b->caller;
}

static void put_callers(const struct pen *pen, uint32_t function, size_t *call)
{
	const struct call_graph *graph = pen->graph;

	putc('{', pen->file);
	for (; *call < graph->call_count && graph->calls[*call].callee == function; (*call)++) {
		const struct graph_call *from = &graph->calls[*call];

		if (!from->caller || !from->total.samples)
			continue;
		put_key(pen, from->caller);
		put_tuple(pen->file, 4);
		put_costs(pen, &from->own, &from->total);
	}
	putc('0', pen->file);
}

static void put_functions(const struct pen *pen)
{
	const struct call_graph *graph = pen->graph;
	size_t call = 0;

	for (uint32_t i = 0; i < graph->function_count; i++) {
		const struct graph_function *function = &graph->functions[i];

		while (call < graph->call_count && graph->calls[call].callee < i)
			call++;
		if (!function->total.samples)
			continue;
		put_key(pen, i);
		put_tuple(pen->file, 5);
		put_costs(pen, &function->own, &function->total);
		put_callers(pen, i, &call);
	}
}

/* pstats refuses a dict that is empty. */
static void put_no_samples(const struct pen *pen)
{
	static const struct cost none = { 0 };

	put_tuple(pen->file, 3);
	put_string(pen->file, no_file);
	put_integer(pen->file, 0);
	put_string(pen->file, "<no samples>");
	put_tuple(pen->file, 5);
	put_costs(pen, &none, &none);
	putc('{', pen->file);
	putc('0', pen->file);
}

static struct error *pstats_write(const struct profile *profile, const struct output_facts *facts,
				  FILE *file)
{
	CLEANUP(call_graph_deinit)
	struct call_graph graph = { 0 };
	struct pen pen = { &graph, is_of_python_2(profile), file };
	struct error *err;

	(void)facts;
	err = call_graph_init(&graph, profile, GRAPH_CALLS,
			      pen.ascii ? ascii_naming : unicode_naming);
	if (err)
		return err;
	if (graph.call_count)
		qsort(graph.calls, graph.call_count, sizeof(*graph.calls), compare_calls);
	putc('{', file);
	graph.functions[0].total = graph.functions[0].own; /* of stacks without a frame */
	if (profile->total)
		put_functions(&pen);
	else
		put_no_samples(&pen);
	putc('0', file);
	return NULL;
}

static const char *const aliases[] = { "cprofile", NULL };
static const char *const suffixes[] = { ".pstats", ".prof", NULL };

const struct output output_pstats = {
	.name = "pstats",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "for Python's pstats, snakeviz and others; samples stand for calls",
	.only_counts = true,
	.write = pstats_write,
};
