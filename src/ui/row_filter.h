/*
 * row_filter.h - which rows are looked for.
 */
#ifndef UI_ROW_FILTER_H
#define UI_ROW_FILTER_H

#include <regex.h>
#include <stdbool.h>

#include "profile/profile.h"

struct row_filter {
	const char *text; /* borrowed; "" passes everything */
	regex_t compiled;
	bool is_compiled;
};

/* What is no regular expression is searched for as it stands. */
void row_filter_init(struct row_filter *filter, const char *text);
void row_filter_deinit(struct row_filter *filter);

bool row_filter_passes(const struct row_filter *filter, const char *text);

/* Name, file, path or package. */
bool row_filter_passes_func(const struct row_filter *filter, const struct func *func);

#endif
