/*
 * svg_page.c - boxes drawn, with what a browser does with them.
 *
 * The root is at the top; what calls the same thing at the same place is one box, as wide as its
 * share of the samples. Colours say whose code it is, always the same ones for the same names. Of a
 * difference a box is as wide as its share on the average of both sides, so that what is gone can
 * be seen; red got slower, blue faster.
 */
#include "svg_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "base/utf8.h"
#include "diff_forms.h"
#include "frame_text.h"
#include "profile/package.h"
#include "svg_boxes.h"

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

struct drawing {
	const struct svg_view *view;
	struct svg_boxes boxes;
	double *own;                              /* by node: what is drawn */
	struct diff_weight (*totals)[DIFF_SIDES]; /* of a difference, by node: of it and below */
	struct text line;                         /* scratch */
	FILE *file;
};

static void drawing_deinit(struct drawing *drawing)
{
	svg_boxes_deinit(&drawing->boxes);
	free(drawing->own);
	free(drawing->totals);
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

/* Red is slower, blue is faster, as deep as the difference is large: full at ten points. */
static void put_change_colour(const struct diff_change *change, FILE *file)
{
	double size = change->delta < 0 ? -change->delta : change->delta;
	double strength = size < 0.1 ? sqrt(size / 0.1) : 1;

	if (!diff_change_shows(change))
		fputs("hsl(220,8%,88%)", file);
	else
		fprintf(file, "hsl(%d,%.0f%%,%.0f%%)", change->delta > 0 ? 8 : 214,
			40 + 45 * strength, 91 - 27 * strength);
}

static void put_samples(uint64_t samples, double share, FILE *file)
{
	fprintf(file, "%" PRIu64 " sample%s, %.2f %%", samples, samples == 1 ? "" : "s",
		100 * share);
}

static struct diff_change change_of(const struct drawing *drawing, uint32_t node)
{
	const struct diff *diff = drawing->view->diff;
	struct diff_change change = { 0 };

	for (int side = 0; side < DIFF_SIDES; side++)
		change.share[side] = diff_share(diff, side, &drawing->totals[node][side]);
	change.delta = change.share[DIFF_NEW] - change.share[DIFF_OLD];
	return change;
}

/* "1,234 samples, 5.6 %, 1.23 s"; of a difference both sides and what lies between them. */
static void put_share(const struct drawing *drawing, uint32_t node)
{
	const struct profile *profile = drawing->view->profile;
	double weight = drawing->boxes.totals[node], share;
	struct diff_change change;
	FILE *file = drawing->file;

	if (drawing->view->diff) {
		change = change_of(drawing, node);
		for (int side = 0; side < DIFF_SIDES; side++) {
			fputs(side == DIFF_OLD ? "old " : ", new ", file);
			put_samples(drawing->totals[node][side].samples, change.share[side], file);
		}
		fprintf(file, ", %+.2f points", 100 * change.delta);
		return;
	}
	share = profile->total ? weight / (double)profile->total : 0;
	put_samples((uint64_t)weight, share, file);
	if (profile->total_time_ns)
		fprintf(file, ", %.3g s", share * (double)profile->total_time_ns / 1e9);
}

static void put_box_colour(const struct drawing *drawing, uint32_t node)
{
	struct diff_change change;

	if (drawing->view->diff) {
		change = change_of(drawing, node);
		put_change_colour(&change, drawing->file);
	} else if (node) {
		put_colour(profile_func_of(drawing->view->profile, node), drawing->file);
	} else {
		fputs("hsl(0,0%,84%)", drawing->file);
	}
}

static void draw_box(struct drawing *drawing, const struct svg_box *box)
{
	const struct profile *profile = drawing->view->profile;
	double all = drawing->boxes.totals[0];
	double x = all > 0 ? box->start / all : 0;
	double w = all > 0 ? drawing->boxes.totals[box->node] / all : 1;
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
	put_share(drawing, box->node);
	fprintf(file,
		"</title><rect x=\"%.2f\" y=\"%" PRIu32
		"\" width=\"%.2f\" height=\"%d\" rx=\"1.5\" fill=\"",
		left, y, width, BOX_HEIGHT - 1);
	put_box_colour(drawing, box->node);
	fputs("\"/>", file);
	if (fits >= 3) {
		fprintf(file, "<text x=\"%.2f\" y=\"%" PRIu32 "\">", left + 3, y + 12);
		put_fitting(&drawing->line, fits, file);
		fputs("</text>", file);
	}
	fputs("</g>\n", file);
}

static void put_title(struct drawing *drawing)
{
	const struct svg_view *view = drawing->view;

	text_clear(&drawing->line);
	if (view->diff) {
		CLEANUP(text_deinit)
		struct text title = { 0 };

		diff_title_text(view->titles, &title);
		text_add_clean(&drawing->line, text_chars(&title));
	} else {
		text_add_clean(&drawing->line, view->title ? view->title : "sonde");
	}
	put_fitting(&drawing->line, 110, drawing->file);
}

static void put_facts(struct drawing *drawing)
{
	const struct profile *profile = drawing->view->profile;
	FILE *file = drawing->file;

	if (drawing->boxes.totals[0] > 0)
		put_share(drawing, 0);
	else
		fputs("no samples", file);
	if (drawing->view->diff)
		return;
	if (profile->process_count && profile->processes[0].python[0]) {
		text_clear(&drawing->line);
		text_add(&drawing->line, profile->processes[0].python);
		fputs("; Python ", file);
		put_text(&drawing->line, file);
	}
	if (profile->capture.stats.rate_asked > 0)
		fprintf(file, "; %g a second asked", profile->capture.stats.rate_asked);
}

static void put_head(struct drawing *drawing, int height)
{
	static const char close_to_cdata[] = "<![CDATA[\n";
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
	put_title(drawing);
	fprintf(file, "</text>\n<text class=\"facts\" x=\"%d\" y=\"43\">", MARGIN);
	put_facts(drawing);
	fprintf(file,
		"</text>\n<text class=\"facts button right\" id=\"search\" x=\"%d\" y=\"43\" "
		"text-anchor=\"end\">Search (/)</text>\n"
		"<text class=\"facts button right hidden\" id=\"reset\" x=\"%d\" y=\"43\" "
		"text-anchor=\"end\">Reset (Esc)</text>\n",
		WIDTH - MARGIN, WIDTH - MARGIN - 80);
}

static void put_foot(struct drawing *drawing, int height)
{
	const size_t left_out = drawing->boxes.left_out;
	FILE *file = drawing->file;

	fprintf(file,
		"<text class=\"status\" id=\"status\" x=\"%d\" y=\"%d\"></text>\n"
		"<text class=\"status right\" id=\"matched\" x=\"%d\" y=\"24\" "
		"text-anchor=\"end\"></text>\n",
		MARGIN, height - 12, WIDTH - MARGIN);
	if (left_out)
		fprintf(file,
			"<text class=\"facts right\" id=\"left-out\" x=\"%d\" y=\"%d\" "
			"text-anchor=\"end\">%zu too narrow to be drawn</text>\n",
			WIDTH - MARGIN, height - 12, left_out);
	fputs("<script><![CDATA[\n", file);
	fwrite(embed(output_svg_js).chars, 1, embed(output_svg_js).length, file);
	fputs("]]></script>\n</svg>\n", file);
}

/* What ended in each node: samples, or the average of what share it is of both sides. */
static struct error *weigh(struct drawing *drawing)
{
	const struct diff *diff = drawing->view->diff;
	const struct profile *profile = drawing->view->profile;
	size_t count = profile->node_count;

	drawing->own = calloc(count, sizeof(*drawing->own));
	if (!drawing->own)
		return &error_nomem;
	for (size_t n = 0; !diff && n < count; n++)
		drawing->own[n] = (double)profile->nodes[n].count;
	if (!diff)
		return NULL;
	drawing->totals = calloc(count, sizeof(*drawing->totals));
	if (!drawing->totals)
		return &error_nomem;
	for (size_t n = count; n-- > 0;)
		for (int side = 0; side < DIFF_SIDES; side++) {
			const struct diff_weight *own = &diff->nodes[n][side];
			struct diff_weight *total = &drawing->totals[n][side];
			struct diff_weight *above =
				&drawing->totals[n ? profile->nodes[n].parent : 0][side];

			drawing->own[n] += diff_share(diff, side, own) / DIFF_SIDES;
			total->samples += own->samples;
			total->time_ns += own->time_ns;
			if (n) {
				above->samples += total->samples;
				above->time_ns += total->time_ns;
			}
		}
	return NULL;
}

struct error *svg_page_write(const struct svg_view *view, FILE *file)
{
	CLEANUP(drawing_deinit)
	struct drawing drawing = { .view = view, .file = file };
	struct error *err = weigh(&drawing);
	int height;

	if (!err)
		err = svg_boxes_init(&drawing.boxes, view->profile, drawing.own, MIN_WIDTH,
				     DEPTH_MAX);
	if (err)
		return err;
	height = TOP + (int)(drawing.boxes.depth + 1) * BOX_HEIGHT + BOTTOM;
	put_head(&drawing, height);
	for (size_t i = 0; i < drawing.boxes.items.count; i++)
		draw_box(&drawing, &drawing.boxes.items.items[i]);
	put_foot(&drawing, height);
	return drawing.line.failed ? &error_nomem : NULL;
}
