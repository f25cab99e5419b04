/*
 * html_page.h - the viewer: one HTML file that holds a profile and the program that shows it.
 *
 * The page loads nothing and sends nothing; it works from file:// and without a network.
 */
#ifndef OUTPUT_HTML_PAGE_H
#define OUTPUT_HTML_PAGE_H

#include <stdio.h>

#include "base/embed.h"
#include "base/error.h"
#include "base/json.h"
#include "profile/diff.h"
#include "profile/profile.h"

/* What a page shows. All of it is borrowed. */
struct html_view {
	const char *title;              /* for people */
	const struct profile *profile;  /* of a difference: its tree */
	const struct capture *capture;  /* of a difference: of the new one */
	const struct diff *diff;        /* NULL: it is one profile */
	const char *titles[DIFF_SIDES]; /* of a difference: of the two */
	bool hide_waiting;              /* threads that wait are shown when they are asked for */
};

__attribute__((warn_unused_result)) struct error *html_page_write(const struct html_view *view,
								  FILE *file);

/* From the doctype to </head>. &error_nomem. */
__attribute__((warn_unused_result)) struct error *html_head_put(const char *title,
								struct embed style, FILE *file);

/* Characters of anybody as text, also in the value of an attribute. &error_nomem. */
__attribute__((warn_unused_result)) struct error *html_text_put(const char *chars, FILE *file);

/* Private to the page: the profile as columns of JSON, for src/viewer/data.js. */
__attribute__((warn_unused_result)) struct error *html_data_put(const struct html_view *view,
								struct json *json);

#endif
