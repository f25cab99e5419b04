/*
 * source.c - what `sonde report --source` prints.
 */
#include "output/source.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "fit_text.h"
#include "frame_text.h"
#include "source_lines.h"

enum {
	TEXT_COLUMN = 24, /* where the text begins */
	TAB_COLUMNS = 4,
	HOT_PERCENT = 5, /* of its own: shown in bold */
	HINTS_MAX = 5
};

static const char header[] = "   own   total    line";

/* A piece of a file that is to be shown. */
struct piece {
	const char *path;
	int32_t first, last;
	const struct func *func; /* NULL: a whole file */
	struct cost own, total;
};

struct listing {
	const struct profile *report;
	const struct output_facts *facts;
	struct call_graph functions;
	struct source_lines lines;
	ARRAY(struct piece) pieces;
	FILE *file;
	bool utf8; /* what the terminal takes */
};

static void listing_deinit(struct listing *listing)
{
	call_graph_deinit(&listing->functions);
	source_lines_deinit(&listing->lines);
	array_deinit(&listing->pieces);
}

static bool name_function(const struct func *func, struct text *name, struct text *file,
			  int32_t *line)
{
	text_add(name, func->name);
	text_add(file, func->path);
	*line = func->first_line;
	return func->kind == FRAME_PYTHON || func->kind == FRAME_MARKER;
}

/* All of it, or what stands behind one of its separators. */
static bool is_called(const char *whole, const char *name, char separator)
{
	size_t length = strlen(whole), end = strlen(name);

	return end && end <= length && !strcmp(whole + length - end, name) &&
	       (end == length || whole[length - end - 1] == separator);
}

static const struct graph_function *graph_function_of(const struct listing *listing, size_t func)
{
	return &listing->functions.functions[listing->functions.function[func]];
}

static struct error *find_functions(struct listing *listing, const char *name)
{
	const struct profile *report = listing->report;

	for (size_t i = 0; i < report->func_count; i++) {
		const struct func *func = &report->funcs[i];
		const struct graph_function *counted = graph_function_of(listing, i);
		struct piece piece = { func->path, func->first_line, func->last_line,
				       func,       counted->own,     counted->total };

		if (func->kind != FRAME_PYTHON || !is_called(func->name, name, '.'))
			continue;
		if (piece.last < piece.first)
			piece.last = piece.first;
		if (piece.total.samples && !array_push(&listing->pieces, piece))
			return &error_nomem;
	}
	return NULL;
}

static struct error *find_files(struct listing *listing, const char *name)
{
	const struct source_lines *lines = &listing->lines;

	for (size_t i = 0; i < lines->count;) {
		struct piece piece = { .path = lines->items[i].path, .last = INT32_MAX };
		bool wanted = is_called(piece.path, name, '/');

		for (; i < lines->count && !strcmp(lines->items[i].path, piece.path); i++)
			piece.own.samples += lines->items[i].own.samples;
		if (wanted && !array_push(&listing->pieces, piece))
			return &error_nomem;
	}
	return NULL;
}

static int compare_pieces(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	int order;

	if (a->own.samples != b->own.samples)
		return a->own.samples < b->own.samples ? 1 : -1;
	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	order = strcmp(a->path, b->path);
	return order ? order : a->first < b->first ? -1 : a->first > b->first;
}

static double percent(const struct listing *listing, const struct cost *cost)
{
	return 100.0 * (double)cost->samples / (double)listing->report->total;
}

static void write_title(const struct listing *listing, const struct piece *piece)
{
	CLEANUP(text_deinit)
	struct text title = { 0 };
	bool colour = listing->facts->colour;

	if (piece->func)
		frame_text_add(&title, piece->func, piece->first);
	else
		text_add_clean(&title, piece->path);
	fprintf(listing->file, "%s%s%s: %.1f%% own", colour ? "\033[1m" : "", text_chars(&title),
		colour ? "\033[0m" : "", percent(listing, &piece->own));
	if (piece->func)
		fprintf(listing->file, ", %.1f%% total", percent(listing, &piece->total));
	fprintf(listing->file, "\n%s\n", header);
}

/* Tabs as blanks, so that it is known how wide the text is. */
static void add_source(struct text *text, const char *source)
{
	CLEANUP(text_deinit)
	struct text piece = { 0 };

	for (const char *tab; (tab = strchr(source, '\t')); source = tab + 1) {
		text_clear(&piece);
		text_add_bytes(&piece, source, (size_t)(tab - source));
		text_add_clean(text, text_chars(&piece));
		do {
			text_add_char(text, ' ');
		} while (text->length % TAB_COLUMNS && !text->failed);
	}
	text_add_clean(text, source);
}

/* "  1.5%" or as many blanks. */
static void add_share(const struct listing *listing, struct text *line, const struct cost *cost)
{
	if (cost && cost->samples)
		text_addf(line, "%5.1f%%  ", percent(listing, cost));
	else
		text_addf(line, "%8s", "");
}

static struct error *write_line(const struct listing *listing, int32_t number, const char *source,
				const struct line_cost *cost)
{
	CLEANUP(text_deinit)
	struct text line = { 0 };
	CLEANUP(text_deinit)
	struct text text = { 0 };
	CLEANUP(text_deinit)
	struct text fitting = { 0 };
	int width = listing->facts->width;
	bool is_hot = listing->facts->colour && cost && percent(listing, &cost->own) >= HOT_PERCENT;

	add_share(listing, &line, cost ? &cost->own : NULL);
	add_share(listing, &line, cost ? &cost->total : NULL);
	text_addf(&line, "%6" PRId32 "  ", number);
	add_source(&text, source ? source : "");
	fit_text(&fitting, &text, width > TEXT_COLUMN + 10 ? width - TEXT_COLUMN : 0,
		 listing->utf8);
	text_add(&line, text_chars(&fitting));
	while (line.length && line.chars[line.length - 1] == ' ')
		line.chars[--line.length] = '\0';
	if (line.failed || text.failed || fitting.failed)
		return &error_nomem;
	fprintf(listing->file, "%s%s%s\n", is_hot ? "\033[1m" : "", text_chars(&line),
		is_hot ? "\033[0m" : "");
	return NULL;
}

/* The first line of text at or behind that line of that file; source_count for none. */
static size_t find_source(const struct profile *report, const char *path, int32_t line)
{
	size_t low = 0, high = report->source_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct source_line *source = &report->sources[middle];
		int order = strcmp(source->path, path);

		if (order < 0 || (!order && source->line < line))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *dots_of(const struct listing *listing)
{
	return listing->utf8 ? "\u2026" : "...";
}

/* What there is at the next line of the piece that has a text or samples. */
struct next_line {
	size_t text, cost; /* where to look */
	int32_t number;
	const char *source;           /* NULL: none */
	const struct line_cost *line; /* NULL: none */
};

static bool find_next(const struct listing *listing, const struct piece *piece,
		      struct next_line *next)
{
	const struct profile *report = listing->report;
	const struct source_line *source = &report->sources[next->text];
	const struct line_cost *line = &listing->lines.items[next->cost];

	if (next->text == report->source_count || strcmp(source->path, piece->path) != 0)
		source = NULL;
	if (next->cost == listing->lines.count || strcmp(line->path, piece->path) != 0)
		line = NULL;
	if (!source && !line)
		return false;
	next->number = source && (!line || source->line < line->line) ? source->line : line->line;
	next->source = source && source->line == next->number ? source->text : NULL;
	next->line = line && line->line == next->number ? line : NULL;
	next->text += next->source != NULL;
	next->cost += next->line != NULL;
	return next->number <= piece->last;
}

static struct error *write_lines(const struct listing *listing, const struct piece *piece)
{
	struct next_line next = {
		.text = find_source(listing->report, piece->path, piece->first),
		.cost = source_lines_find(&listing->lines, piece->path, piece->first),
	};
	int32_t before = 0;
	struct error *err = NULL;
	bool has_text = false;

	while (!err && find_next(listing, piece, &next)) {
		if (before && next.number > before + 1)
			fprintf(listing->file, "%*s%s\n", TEXT_COLUMN, "", dots_of(listing));
		err = write_line(listing, next.number, next.source, next.line);
		has_text |= next.source != NULL;
		before = next.number;
	}
	if (!err && !has_text)
		fprintf(listing->file, "%*s(its source was not recorded)\n", TEXT_COLUMN, "");
	return err;
}

static bool is_same(const struct piece *a, const struct piece *b)
{
	return a->func && b->func && a->path == b->path && a->func->name == b->func->name &&
	       a->first == b->first;
}

static struct error *write_pieces(const struct listing *listing)
{
	size_t shown = 0, more = 0;
	struct error *err = NULL;

	for (size_t i = 0; !err && i < listing->pieces.count; i++) {
		const struct piece *piece = &listing->pieces.items[i];

		if (i && is_same(piece - 1, piece))
			continue; /* the same one with two short names of its file */
		if (shown == SOURCE_LISTINGS_MAX) {
			more++;
			continue;
		}
		if (shown++)
			fputc('\n', listing->file);
		write_title(listing, piece);
		err = write_lines(listing, piece);
	}
	if (!err && more)
		fprintf(listing->file, "\n%s %zu more of that name\n", dots_of(listing), more);
	return err;
}

static int compare_functions(const void *left, const void *right)
{
	const struct graph_function *a = left, *b = right;

	if (a->own.samples != b->own.samples)
		return a->own.samples < b->own.samples ? 1 : -1;
	return strcmp(a->func->name, b->func->name);
}

/* Called when the graph is of no other use: it is sorted. */
static struct error *nothing_called(struct listing *listing, const char *name)
{
	struct call_graph *graph = &listing->functions;
	CLEANUP(text_deinit)
	struct text hottest = { 0 };

	qsort(graph->functions, graph->function_count, sizeof(*graph->functions),
	      compare_functions);
	for (size_t i = 0, hints = 0; i < graph->function_count && hints < HINTS_MAX; i++) {
		const struct graph_function *function = &graph->functions[i];

		if (!function->own.samples || function->func->kind != FRAME_PYTHON)
			continue;
		text_add(&hottest, hints++ ? ", " : "; the hottest functions are ");
		text_add_clean(&hottest, function->func->name);
	}
	return error_create(ERROR_OTHER, "no function or file is called '%s'%s", name,
			    text_chars(&hottest));
}

struct error *source_write(const struct profile *report, const char *name,
			   const struct output_facts *facts, FILE *file)
{
	CLEANUP(listing_deinit)
	struct listing listing = { .report = report, .facts = facts, .file = file };
	struct error *err;

	if (!report->total)
		return NULL;
	listing.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	err = call_graph_init(&listing.functions, report, GRAPH_NO_CALLS, name_function);
	if (!err)
		err = source_lines_init(&listing.lines, report);
	if (!err)
		err = find_functions(&listing, name);
	if (!err)
		err = find_files(&listing, name);
	if (err)
		return err;
	if (!listing.pieces.count)
		return nothing_called(&listing, name);
	qsort(listing.pieces.items, listing.pieces.count, sizeof(*listing.pieces.items),
	      compare_pieces);
	return write_pieces(&listing);
}
