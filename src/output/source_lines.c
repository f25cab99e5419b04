/*
 * source_lines.c - the graph of functions, of a profile in which each line is one.
 */
#include "source_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* What stands at no line is all one, with what stands above all stacks. */
static bool name_line(const struct func *func, struct text *name, struct text *file, int32_t *line)
{
	(void)name;
	if (func->kind == FRAME_PYTHON && func->first_line > 0) {
		text_add(file, func->path);
		*line = func->first_line;
	}
	return true;
}

/* The same stacks; each frame is of a function of its own, which begins where the frame is. */
static struct error *count_lines(struct call_graph *graph, const struct profile *profile)
{
	CLEANUP(freep)
	struct func *funcs = calloc(profile->frame_count + 1, sizeof(*funcs));
	CLEANUP(freep)
	struct frame *frames = calloc(profile->frame_count + 1, sizeof(*frames));
	struct profile by_line = *profile;

	if (!funcs || !frames)
		return &error_nomem;
	for (uint32_t i = 0; i < profile->frame_count; i++) {
		funcs[i] = profile->funcs[profile->frames[i].func];
		funcs[i].first_line = profile->frames[i].line;
		frames[i].func = i;
	}
	by_line.funcs = funcs;
	by_line.func_count = profile->frame_count;
	by_line.frames = frames;
	return call_graph_init(graph, &by_line, GRAPH_NO_CALLS, name_line);
}

static int compare_lines(const void *left, const void *right)
{
	const struct line_cost *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	if (order)
		return order;
	return a->line < b->line ? -1 : a->line > b->line;
}

struct error *source_lines_init(struct source_lines *lines, const struct profile *profile)
{
	struct error *err;

	*lines = (struct source_lines) { 0 };
	err = count_lines(&lines->graph, profile);
	if (err)
		return err;
	lines->items = calloc(lines->graph.function_count, sizeof(*lines->items));
	if (!lines->items) {
		source_lines_deinit(lines);
		return &error_nomem;
	}
	for (size_t i = 1; i < lines->graph.function_count; i++) {
		const struct graph_function *function = &lines->graph.functions[i];

		if (function->total.samples)
			lines->items[lines->count++] =
				(struct line_cost) { function->func->file,
						     function->func->first_line, function->own,
						     function->total };
	}
	qsort(lines->items, lines->count, sizeof(*lines->items), compare_lines);
	return NULL;
}

void source_lines_deinit(struct source_lines *lines)
{
	free(lines->items);
	call_graph_deinit(&lines->graph);
	*lines = (struct source_lines) { 0 };
}

size_t source_lines_find(const struct source_lines *lines, const char *path, int32_t line)
{
	const struct line_cost key = { .path = path, .line = line };
	size_t low = 0, high = lines->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_lines(&lines->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
