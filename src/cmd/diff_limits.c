/*
 * diff_limits.c - rules for continuous integration: read and checked.
 */
#include "diff_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "profile/package.h"

enum { SAID_MAX = 20 /* functions for each rule: the table has the others */ };

static struct error *wrong(const char *text)
{
	return error_create(ERROR_USAGE,
			    "'%.200s' is no limit: self:+5%% or total:+10%% (points of the share), "
			    "with :REGEX behind it for some functions only",
			    text);
}

/* "+5%", "5", "0.5%" of 100: 0 to 1. */
static bool parse_share(const char **p, double *ret)
{
	char *end;
	double value;

	if (**p == '+')
		(*p)++;
	if ((**p < '0' || **p > '9') && **p != '.')
		return false;
	value = strtod(*p, &end);
	if (end == *p || !(value >= 0 && value <= 100))
		return false;
	*p = end + (*end == '%');
	*ret = value / 100;
	return true;
}

struct error *diff_limits_add(struct diff_limits *limits, const char *text)
{
	struct diff_limit limit = { .text = text };
	const char *p = strchr(text, ':');
	char why[128];
	int code;

	if (limits->count == DIFF_LIMITS_MAX)
		return error_create(ERROR_USAGE, "more than %d limits", DIFF_LIMITS_MAX);
	if (!p)
		return wrong(text);
	limit.total = !strncmp(text, "total:", 6);
	if (!limit.total && strncmp(text, "self:", 5) != 0 && strncmp(text, "own:", 4) != 0)
		return wrong(text);
	p++;
	if (!parse_share(&p, &limit.share) || (*p && (*p != ':' || !p[1])))
		return wrong(text);
	if (*p) {
		code = regcomp(&limit.pattern, p + 1, REG_EXTENDED | REG_NOSUB);
		if (code) {
			regerror(code, &limit.pattern, why, sizeof(why));
			return error_create(ERROR_USAGE, "'%.200s' is no regular expression: %s",
					    p + 1, why);
		}
		limit.has_pattern = true;
	}
	limits->items[limits->count++] = limit;
	return NULL;
}

void diff_limits_deinit(struct diff_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		if (limits->items[i].has_pattern)
			regfree(&limits->items[i].pattern);
	limits->count = 0;
}

static bool applies_to(const struct diff_limit *limit, const struct func *func)
{
	struct package package = package_of(func);
	const char *const texts[] = { func->name, func->file, package.name };

	if (!limit->has_pattern)
		return true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!regexec(&limit->pattern, texts[i], 0, NULL, 0))
			return true;
	return false;
}

static void say(const struct diff_limit *limit, const struct diff_row *row,
		const struct diff_change *change)
{
	CLEANUP(text_deinit)
	struct text name = { 0 };

	text_add_clean(&name, row->func->name);
	if (row->func->file[0]) {
		text_add(&name, " (");
		text_add_clean(&name, row->func->file);
		text_add(&name, ")");
	}
	fprintf(stderr, "sonde: --fail-on %s: %s went from %.1f%% to %.1f%%: %+.1f points%s\n",
		limit->text, text_chars(&name), 100 * change->share[DIFF_OLD],
		100 * change->share[DIFF_NEW], 100 * change->delta,
		diff_change_may_be_chance(change) ? " (may be chance: too few samples)" : "");
}

static size_t check_one(const struct diff_limit *limit, const struct diff_rows *rows,
			bool significant)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct diff_row *row = &rows->items[i];
		const struct diff_change *change = limit->total ? &row->total : &row->self;

		if (change->delta <= limit->share || !applies_to(limit, row->func) ||
		    (significant && diff_change_may_be_chance(change)))
			continue;
		if (count++ < SAID_MAX)
			say(limit, row, change);
	}
	if (count > SAID_MAX)
		fprintf(stderr, "sonde: --fail-on %s: and %zu more\n", limit->text,
			count - SAID_MAX);
	return count;
}

struct error *diff_limits_check(const struct diff_limits *limits, const struct diff *diff,
				bool significant, size_t *ret)
{
	CLEANUP(diff_rows_deinit)
	struct diff_rows rows = { 0 };
	struct error *err;

	*ret = 0;
	if (!limits->count)
		return NULL;
	err = diff_rank(diff, DIFF_BY_FUNCTION, &rows);
	for (size_t i = 0; !err && i < limits->count; i++)
		*ret += check_one(&limits->items[i], &rows, significant);
	return err;
}
