/*
 * html.h - the viewer: one HTML file that holds a profile and the program that shows it.
 *
 * The page loads nothing and sends nothing; it works from file:// and without a network. The row of
 * the table of forms is output_html; what differs between commands stands here.
 */
#ifndef OUTPUT_HTML_H
#define OUTPUT_HTML_H

#include <stdio.h>

#include "base/error.h"
#include "output/output.h"
#include "profile/diff.h"
#include "profile/profile.h"

/*
 * The differential view: each stack once, with what it took in the old and in the new one. Nothing
 * is normalised here: the page compares shares of the totals. capture: of the new one.
 * &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *html_write_diff(const struct diff *diff,
								  const struct capture *capture,
								  const struct output_facts *facts,
								  FILE *file);

#endif
