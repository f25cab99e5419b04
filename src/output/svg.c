/*
 * svg.c - the flame graph as a picture that a browser zooms and searches, in one file.
 *
 * The root is at the top; what calls the same thing at the same place is one box, as wide as its
 * share of the samples. Colours say whose code it is, always the same ones for the same names.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/embed.h"
#include "base/utf8.h"
#include "children.h"
#include "frame_text.h"
#include "output/output.h"
#include "profile/package.h"

EMBED(output_svg_css);
EMBED(output_svg_js);

enum {
	WIDTH = 1200,
	MARGIN = 10,
	BOX_HEIGHT = 17,
	TOP = 62, /* the title and what is said below it */
	BOTTOM = 34,
	DEPTH_MAX = 4000, /* boxes below that are left out: no picture is that tall */
};

/* Narrower boxes are left out: a third of a pixel. */
static const double MIN_WIDTH = 1.0 / 3 / (WIDTH - 2 * MARGIN);
static const double CHAR_WIDTH = 6.65; /* of the 11 pixel font */

/* A box to be drawn. */
struct box {
	uint32_t node;
	uint32_t depth;
	uint64_t start; /* samples left of it */
};

struct drawing {
	const struct profile *profile;
	struct children children;
	uint64_t *totals; /* by node: samples in it and below */
	ARRAY(struct box) boxes;
	struct text line; /* scratch */
	uint32_t depth;   /* of the deepest box */
	FILE *file;
};

static void drawing_deinit(struct drawing *drawing)
{
	children_deinit(&drawing->children);
	free(drawing->totals);
	array_deinit(&drawing->boxes);
	text_deinit(&drawing->line);
}

static void put_escaped(const char *chars, size_t length, FILE *file)
{
	for (size_t i = 0; i < length; i++) {
		switch (chars[i]) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		default:
			fputc(chars[i], file);
		}
	}
}

static void put_text(const struct text *text, FILE *file)
{
	put_escaped(text_chars(text), text->length, file);
}

/* The first `fits` characters, with a mark where some are missing. */
static void put_fitting(const struct text *text, size_t fits, FILE *file)
{
	const char *p = text_chars(text), *cut = p;
	size_t count = 0;
	unsigned int c;

	while (*p) {
		p += utf8_next(p, &c);
		if (++count == fits - 1)
			cut = p;
	}
	if (count <= fits) {
		put_text(text, file);
		return;
	}
	put_escaped(text_chars(text), (size_t)(cut - text_chars(text)), file);
	fputs("\u2026", file);
}

static uint32_t hash(const char *chars)
{
	uint32_t value = 2166136261u; /* FNV-1a */

	for (; *chars; chars++)
		value = (value ^ (unsigned char)*chars) * 16777619u;
	return value;
}

/* By whose code it is; shades tell functions of one package apart. */
static void put_colour(const struct func *func, FILE *file)
{
	const struct package package = package_of(func);
	unsigned int shade = hash(func->name) % 9;
	unsigned int of_package = hash(package.name);

	switch (package.origin) {
	case PACKAGE_NONE:
		fprintf(file, "hsl(0,0%%,%u%%)", 78 + shade % 3);
		break;
	case PACKAGE_MINE:
		fprintf(file, "hsl(%u,86%%,%u%%)", 10 + hash(func->name) % 40, 64 + shade);
		break;
	case PACKAGE_STDLIB:
		fprintf(file, "hsl(212,38%%,%u%%)", 70 + shade);
		break;
	case PACKAGE_INSTALLED:
		fprintf(file, "hsl(%u,48%%,%u%%)", 90 + of_package % 11 * 8, 66 + shade);
		break;
	}
}

/* "1,234 samples, 5.6 %, 1.23 s" */
static void put_share(const struct drawing *drawing, uint64_t samples, FILE *file)
{
	const struct profile *profile = drawing->profile;
	double share = profile->total ? (double)samples / (double)profile->total : 0;

	fprintf(file, "%" PRIu64 " sample%s, %.2f %%", samples, samples == 1 ? "" : "s",
		100 * share);
	if (profile->total_time_ns)
		fprintf(file, ", %.3g s", share * (double)profile->total_time_ns / 1e9);
}

static void draw_box(struct drawing *drawing, const struct box *box)
{
	const struct profile *profile = drawing->profile;
	double total = profile->total ? (double)profile->total : 1;
	double x = (double)box->start / total;
	double w = profile->total ? (double)drawing->totals[box->node] / total : 1;
	double width = w * (WIDTH - 2 * MARGIN), left = MARGIN + x * (WIDTH - 2 * MARGIN);
	uint32_t y = TOP + box->depth * BOX_HEIGHT;
	size_t fits = width > 5 ? (size_t)((width - 5) / CHAR_WIDTH) : 0;
	FILE *file = drawing->file;

	text_clear(&drawing->line);
	if (box->node)
		frame_text_add(&drawing->line, profile_func_of(profile, box->node),
			       profile_frame_of(profile, box->node)->line);
	else
		text_add(&drawing->line, "all");
	fprintf(file, "<g class=\"f\" data-x=\"%.9g\" data-w=\"%.9g\"><title>", x, w);
	put_text(&drawing->line, file);
	fputc('\n', file);
	put_share(drawing, drawing->totals[box->node], file);
	fprintf(file,
		"</title><rect x=\"%.2f\" y=\"%" PRIu32
		"\" width=\"%.2f\" height=\"%d\" rx=\"1.5\" "
		"fill=\"",
		left, y, width, BOX_HEIGHT - 1);
	if (box->node)
		put_colour(profile_func_of(profile, box->node), file);
	else
		fputs("hsl(0,0%,84%)", file);
	fputs("\"/>", file);
	if (fits >= 3) {
		fprintf(file, "<text x=\"%.2f\" y=\"%" PRIu32 "\">", left + 3, y + 12);
		put_fitting(&drawing->line, fits, file);
		fputs("</text>", file);
	}
	fputs("</g>\n", file);
}

/* By what is written in them, so that the same samples give the same picture. */
static int compare_boxes(const void *left, const void *right, void *context)
{
	const struct box *a = left, *b = right;
	const struct profile *profile = context;
	const struct func *of_a = profile_func_of(profile, a->node);
	const struct func *of_b = profile_func_of(profile, b->node);
	int32_t line_a = profile_frame_of(profile, a->node)->line;
	int32_t line_b = profile_frame_of(profile, b->node)->line;
	int order = strcmp(of_a->name, of_b->name);

	if (!order)
		order = strcmp(of_a->file, of_b->file);
	if (!order && line_a != line_b)
		return line_a < line_b ? -1 : 1;
	return order ? order : (a->node > b->node) - (a->node < b->node);
}

/* The boxes below one, from left to right, behind those that there are. */
static struct error *add_below(struct drawing *drawing, const struct box *parent)
{
	const uint32_t *first = drawing->children.first;
	size_t begin = drawing->boxes.count;
	uint64_t start = parent->start;

	if (parent->depth + 1 >= DEPTH_MAX)
		return NULL;
	for (uint32_t i = first[parent->node]; i < first[parent->node + 1]; i++) {
		const struct box box = { drawing->children.nodes[i], parent->depth + 1, 0 };

		if (!array_push(&drawing->boxes, box))
			return &error_nomem;
	}
	if (drawing->boxes.count > begin)
		qsort_r(drawing->boxes.items + begin, drawing->boxes.count - begin,
			sizeof(*drawing->boxes.items), compare_boxes, (void *)drawing->profile);
	size_t kept = begin;

	for (size_t i = begin; i < drawing->boxes.count; i++) {
		struct box box = drawing->boxes.items[i];
		uint64_t samples = drawing->totals[box.node];

		box.start = start;
		start += samples;
		if (samples && (double)samples >= MIN_WIDTH * (double)drawing->profile->total)
			drawing->boxes.items[kept++] = box;
	}
	drawing->boxes.count = kept;
	if (kept > begin && parent->depth + 1 > drawing->depth)
		drawing->depth = parent->depth + 1;
	return NULL;
}

/* All boxes that are wide enough, those of a level before those below. */
static struct error *choose_boxes(struct drawing *drawing)
{
	const struct profile *profile = drawing->profile;
	struct error *err = children_init(&drawing->children, profile);

	if (err)
		return err;
	drawing->totals = calloc(profile->node_count, sizeof(*drawing->totals));
	if (!drawing->totals)
		return &error_nomem;
	for (size_t n = profile->node_count; n-- > 0;) {
		drawing->totals[n] += profile->nodes[n].count;
		if (n)
			drawing->totals[profile->nodes[n].parent] += drawing->totals[n];
	}
	if (!array_push(&drawing->boxes, ((struct box) { 0, 0, 0 })))
		return &error_nomem;
	for (size_t i = 0; !err && i < drawing->boxes.count; i++) {
		const struct box box = drawing->boxes.items[i];

		err = add_below(drawing, &box);
	}
	return err;
}

static void put_head(struct drawing *drawing, const struct output_facts *facts, int height)
{
	static const char close_to_cdata[] = "<![CDATA[\n";
	const struct profile *profile = drawing->profile;
	FILE *file = drawing->file;

	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n<style>%s",
		WIDTH, height, WIDTH, height, close_to_cdata);
	fwrite(embed(output_svg_css).chars, 1, embed(output_svg_css).length, file);
	fprintf(file,
		"]]></style>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n"
		"<text class=\"title\" x=\"%d\" y=\"24\">",
		MARGIN);
	text_clear(&drawing->line);
	text_add_clean(&drawing->line, facts->title ? facts->title : "sonde");
	put_fitting(&drawing->line, 110, file);
	fprintf(file, "</text>\n<text class=\"facts\" x=\"%d\" y=\"43\">", MARGIN);
	if (profile->total)
		put_share(drawing, profile->total, file);
	else
		fputs("no samples", file);
	if (profile->process_count && profile->processes[0].python[0]) {
		text_clear(&drawing->line);
		text_add(&drawing->line, profile->processes[0].python);
		fputs("; Python ", file);
		put_text(&drawing->line, file);
	}
	if (profile->capture.stats.rate_asked > 0)
		fprintf(file, "; %g a second asked", profile->capture.stats.rate_asked);
	fprintf(file,
		"</text>\n<text class=\"facts button\" id=\"search\" x=\"%d\" y=\"43\" "
		"text-anchor=\"end\">Search (/)</text>\n"
		"<text class=\"facts button hidden\" id=\"reset\" x=\"%d\" y=\"43\" "
		"text-anchor=\"end\">Reset (Esc)</text>\n",
		WIDTH - MARGIN, WIDTH - MARGIN - 80);
}

static void put_foot(struct drawing *drawing, int height)
{
	FILE *file = drawing->file;

	fprintf(file,
		"<text class=\"status\" id=\"status\" x=\"%d\" y=\"%d\"></text>\n"
		"<text class=\"status\" id=\"matched\" x=\"%d\" y=\"24\" "
		"text-anchor=\"end\"></text>\n"
		"<script><![CDATA[\n",
		MARGIN, height - 12, WIDTH - MARGIN);
	fwrite(embed(output_svg_js).chars, 1, embed(output_svg_js).length, file);
	fputs("]]></script>\n</svg>\n", file);
}

static struct error *svg_write(const struct profile *profile, const struct output_facts *facts,
			       FILE *file)
{
	CLEANUP(drawing_deinit)
	struct drawing drawing = { .profile = profile, .file = file };
	struct error *err = choose_boxes(&drawing);
	int height;

	if (err)
		return err;
	height = TOP + (int)(drawing.depth + 1) * BOX_HEIGHT + BOTTOM;
	put_head(&drawing, facts, height);
	for (size_t i = 0; i < drawing.boxes.count; i++)
		draw_box(&drawing, &drawing.boxes.items[i]);
	put_foot(&drawing, height);
	return drawing.line.failed ? &error_nomem : NULL;
}

static const char *const aliases[] = { "flamegraph", NULL };
static const char *const suffixes[] = { ".svg", NULL };

const struct output output_svg = {
	.name = "svg",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "flame graph to look at in a browser: zoom, search",
	.write = svg_write,
};
