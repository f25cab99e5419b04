/*
 * units.c - a number and what stands behind it.
 */
#include "units.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

struct unit {
	const char *name;
	double factor;
};

static const struct unit rate_units[] = { { "", 1 },      { "hz", 1 },    { "/s", 1 }, { "k", 1e3 },
					  { "khz", 1e3 }, { "mhz", 1e6 }, { NULL, 0 } };

static const struct unit time_units[] = { { "", 1e9 },   { "ns", 1 },     { "us", 1e3 },
					  { "ms", 1e6 }, { "s", 1e9 },    { "sec", 1e9 },
					  { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 },
					  { NULL, 0 } };

static const struct unit percent_units[] = { { "", 1 }, { "%", 1 }, { NULL, 0 } };

/* Digits with at most one point in them, then one of the units. */
static bool parse_number(const char *text, const struct unit *units, double *ret)
{
	double value = 0, place = 1;
	bool digits = false;

	for (; isdigit((unsigned char)*text); text++, digits = true)
		value = value * 10 + (*text - '0');
	if (*text == '.')
		for (text++; isdigit((unsigned char)*text); text++, digits = true)
			value += (*text - '0') * (place /= 10);
	while (*text == ' ')
		text++;
	if (!digits)
		return false;
	for (; units->name; units++) {
		if (strcasecmp(text, units->name) != 0)
			continue;
		*ret = value * units->factor;
		return true;
	}
	return false;
}

bool parse_rate(const char *text, double *ret)
{
	double rate;

	if (!strcasecmp(text, "max")) {
		*ret = 0;
		return true;
	}
	if (!parse_number(text, rate_units, &rate) || rate <= 0 || rate > 1e6)
		return false;
	*ret = rate;
	return true;
}

bool parse_duration(const char *text, uint64_t *ret)
{
	double ns;

	if (!strcasecmp(text, "unlimited")) {
		*ret = 0;
		return true;
	}
	/* 2^62 ns are 146 years: no sum with the clock overflows */
	if (!parse_number(text, time_units, &ns) || ns < 1 || ns > 0x1p62)
		return false;
	*ret = (uint64_t)ns;
	return true;
}

bool parse_moment(const char *text, uint64_t *ret)
{
	double ns;

	if (!parse_number(text, time_units, &ns) || ns > 0x1p62)
		return false;
	*ret = (uint64_t)ns;
	return true;
}

bool parse_percent(const char *text, double *ret)
{
	double percent;

	if (!strcasecmp(text, "unlimited")) {
		*ret = 0;
		return true;
	}
	if (!parse_number(text, percent_units, &percent) || percent <= 0 || percent > 1e4)
		return false;
	*ret = percent;
	return true;
}
