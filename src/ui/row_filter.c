/*
 * row_filter.c - a regular expression, without regard to case.
 */
#include "row_filter.h"

#include <string.h>

#include "profile/package.h"

void row_filter_init(struct row_filter *filter, const char *text)
{
	*filter = (struct row_filter) { .text = text };
	filter->is_compiled =
		*text && !regcomp(&filter->compiled, text, REG_EXTENDED | REG_NOSUB | REG_ICASE);
}

void row_filter_deinit(struct row_filter *filter)
{
	if (filter->is_compiled)
		regfree(&filter->compiled);
	filter->is_compiled = false;
}

bool row_filter_passes(const struct row_filter *filter, const char *text)
{
	if (!*filter->text)
		return true;
	if (!filter->is_compiled)
		return strcasestr(text, filter->text) != NULL;
	return !regexec(&filter->compiled, text, 0, NULL, 0);
}

bool row_filter_passes_func(const struct row_filter *filter, const struct func *func)
{
	if (!*filter->text || row_filter_passes(filter, func->name) ||
	    row_filter_passes(filter, func->file) || row_filter_passes(filter, func->path))
		return true;
	return row_filter_passes(filter, package_of(func).name);
}
