/*
 * svg.c - a profile, and the difference of two, as flame graphs.
 */
#include "diff_forms.h"
#include "output/output.h"
#include "svg_page.h"

static struct error *svg_write(const struct profile *profile, const struct output_facts *facts,
			       FILE *file)
{
	const struct svg_view view = { .title = facts->title, .profile = profile };

	return svg_page_write(&view, file);
}

static struct error *svg_write_diff(const struct diff *diff, const struct diff_facts *facts,
				    FILE *file)
{
	const struct svg_view view = {
		.profile = &diff->tree,
		.diff = diff,
		.titles = { facts->titles[DIFF_OLD], facts->titles[DIFF_NEW] },
	};

	return svg_page_write(&view, file);
}

static const char *const aliases[] = { "flamegraph", NULL };
static const char *const suffixes[] = { ".svg", NULL };

const struct output output_svg = {
	.name = "svg",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "flame graph to look at in a browser: zoom, search",
	.only_counts = true,
	.write = svg_write,
};

const struct diff_output diff_output_svg = {
	.name = "svg",
	.suffixes = suffixes,
	.write = svg_write_diff,
};
