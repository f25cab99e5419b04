/*
 * diff_html.c - the viewer with two profiles: each stack once, with what it took in both.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "diff_forms.h"
#include "html_page.h"

static struct error *html_write(const struct diff *diff, const struct diff_facts *facts, FILE *file)
{
	CLEANUP(text_deinit)
	struct text title = { 0 };
	struct html_view view = {
		.profile = &diff->tree,
		.capture = &facts->reports[DIFF_NEW]->capture,
		.diff = diff,
		.titles = { facts->titles[DIFF_OLD], facts->titles[DIFF_NEW] },
	};

	diff_title_text(facts->titles, &title);
	view.title = text_chars(&title);
	return title.failed ? &error_nomem : html_page_write(&view, file);
}

static const char *const suffixes[] = { ".html", ".htm", NULL };

const struct diff_output diff_output_html = {
	.name = "html",
	.suffixes = suffixes,
	.write = html_write,
};
