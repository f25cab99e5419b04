/*
 * html_list.h - a page with links to others: what `sonde view` shows first of several files.
 */
#ifndef OUTPUT_HTML_LIST_H
#define OUTPUT_HTML_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct html_entry {
	const char *path;  /* as it was given */
	const char *title; /* of its page */
	uint64_t samples;
	uint64_t elapsed_ns; /* 0: unknown */
};

/* The link of the first is "1", of the next "2". &error_nomem. */
__attribute__((warn_unused_result)) struct error *html_list_write(const struct html_entry *entries,
								  size_t count, FILE *file);

#endif
