/*
 * svg_page.h - the flame graph as a picture that a browser zooms and searches, in one file.
 */
#ifndef OUTPUT_SVG_PAGE_H
#define OUTPUT_SVG_PAGE_H

#include <stdio.h>

#include "base/error.h"
#include "profile/diff.h"
#include "profile/profile.h"

/* What is drawn. All of it is borrowed. */
struct svg_view {
	const char *title;              /* for people */
	const struct profile *profile;  /* of a difference: its tree */
	const struct diff *diff;        /* NULL: it is one profile */
	const char *titles[DIFF_SIDES]; /* of a difference: of the two */
};

__attribute__((warn_unused_result)) struct error *svg_page_write(const struct svg_view *view,
								 FILE *file);

#endif
