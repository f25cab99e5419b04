/*
 * report_sources.c - which files a report has functions of. Equal strings of a profile stand at the
 * same address, so that addresses are compared.
 */
#include "report_sources.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"

struct paths {
	const char **items;
	size_t count, capacity;
};

static int compare_addresses(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) * (const char *const *)left;
	uintptr_t b = (uintptr_t) * (const char *const *)right;

	return a < b ? -1 : a > b;
}

/* The path of each function that is on a stack, sorted. */
static struct error *find_paths(const struct profile *report, struct paths *paths)
{
	CLEANUP(freep)
	bool *seen = calloc(report->func_count + 1, sizeof(*seen));

	if (!seen)
		return &error_nomem;
	for (uint32_t n = 1; n < report->node_count; n++) {
		uint32_t func = profile_frame_of(report, n)->func;

		if (!seen[func] && !array_push(paths, report->funcs[func].path))
			return &error_nomem;
		seen[func] = true;
	}
	if (paths->count)
		qsort(paths->items, paths->count, sizeof(*paths->items), compare_addresses);
	return NULL;
}

static struct error *copy_lines(const struct profile *raw, const struct paths *paths,
				struct profile *report)
{
	const char *path = NULL;
	struct error *err = NULL;
	bool is_wanted = false;

	for (size_t i = 0; !err && i < raw->source_count; i++) {
		const struct source_line *source = &raw->sources[i];

		if (!i || source[-1].path != source->path) {
			path = profile_string(report, source->path);
			if (!path)
				return &error_nomem;
			is_wanted = bsearch(&path, paths->items, paths->count,
					    sizeof(*paths->items), compare_addresses);
		}
		if (is_wanted)
			err = profile_source(report, path, source->line, source->text);
	}
	return err;
}

struct error *report_sources(const struct profile *raw, struct profile *report)
{
	struct paths paths = { 0 };
	struct error *err = NULL;

	if (raw->source_count)
		err = find_paths(report, &paths);
	if (!err && paths.count)
		err = copy_lines(raw, &paths, report);
	array_deinit(&paths);
	return err;
}
