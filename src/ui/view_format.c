/*
 * view_format.c - numbers, bars and curves.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/package.h"
#include "view_parts.h"

enum { EIGHTHS = 8 };

const char *format_share(char *buf, size_t size, uint64_t part, uint64_t of)
{
	double share = of ? 100.0 * (double)part / (double)of : 0;

	snprintf(buf, size, share < 99999.95 ? "%.1f" : "%.0f", share);
	return buf;
}

const char *format_time(char *buf, size_t size, uint64_t ns)
{
	uint64_t s = ns / CLOCK_SECOND_NS, rounded_ns = ns - ns % 1000;

	if (ns < 10 * (uint64_t)CLOCK_SECOND_NS)
		snprintf(buf, size, "%.2f s", (double)rounded_ns / 1e9);
	else if (s < 100)
		snprintf(buf, size, "%.1f s", (double)rounded_ns / 1e9);
	else if (s < 6000)
		snprintf(buf, size, "%" PRIu64 "m%02us", s / 60, (unsigned int)(s % 60));
	else if (s < UINT64_C(100) * 3600)
		snprintf(buf, size, "%" PRIu64 "h%02um", s / 3600, (unsigned int)(s / 60 % 60));
	else
		snprintf(buf, size, "%" PRIu64 "d%02uh", s / 86400, (unsigned int)(s / 3600 % 24));
	return buf;
}

const char *format_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char units[] = "KMGTP";
	double value = (double)bytes / 1024;
	size_t unit = 0;

	while (value >= 1000 && unit + 2 < sizeof(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(buf, size, value < 100 && unit ? "%.1f %cB" : "%.0f %cB", value, units[unit]);
	return buf;
}

enum style style_of_func(const struct func *func)
{
	static const enum style packages[] = { STYLE_PACKAGE_1, STYLE_PACKAGE_2, STYLE_PACKAGE_3 };
	struct package package = package_of(func);
	unsigned int hash = 5381;

	switch (package.origin) {
	case PACKAGE_MINE:
		return STYLE_MINE;
	case PACKAGE_STDLIB:
		return STYLE_STDLIB;
	case PACKAGE_INSTALLED:
		for (const char *p = package.name; *p; p++)
			hash = hash * 33 + (unsigned char)*p;
		return packages[hash % (sizeof(packages) / sizeof(*packages))];
	default:
		return STYLE_DIM;
	}
}

enum style style_of_state(uint8_t state)
{
	switch (state) {
	case SAMPLE_RUNNING:
		return STYLE_GOOD;
	case SAMPLE_GIL_WAIT:
	case SAMPLE_WAIT_LOCK:
		return STYLE_WAIT;
	default:
		return STYLE_DIM;
	}
}

const char *state_text(const struct sum *sum)
{
	if (sum->gc && sum->gc * 2 >= sum->total && sum->total)
		return "gc";
	return state_names[sum_state(sum)];
}

static int eighths_of(double share, int width)
{
	double eighths = share * width * EIGHTHS + 0.5;

	if (eighths < 0)
		return 0;
	return eighths > width * EIGHTHS ? width * EIGHTHS : (int)eighths;
}

void view_bar(struct grid *grid, int row, int col, int width, enum style style, double own,
	      double total)
{
	static const char *const blocks[EIGHTHS] = { "",       "\u258F", "\u258E", "\u258D",
						     "\u258C", "\u258B", "\u258A", "\u2589" };
	int full = eighths_of(own, width), rest = eighths_of(total, width);
	int at = full / EIGHTHS, end;

	for (int i = 0; i < at; i++)
		grid_put(grid, row, col + i, col + i + 1, style, grid->utf8 ? "\u2588" : "#");
	if (grid->utf8 && full % EIGHTHS) {
		grid_put(grid, row, col + at, col + at + 1, style, blocks[full % EIGHTHS]);
		at++;
	}
	end = (rest + EIGHTHS / 2) / EIGHTHS;
	for (int i = at; i < end; i++)
		grid_put(grid, row, col + i, col + i + 1, STYLE_DIM, grid->utf8 ? "\u2500" : "-");
}

/* So many points are one column that all of them fit: doubled, so that columns do not tremble. */
static size_t points_per_column(const struct model *model, size_t width)
{
	size_t points = 1,
	       count = model->point_count < MODEL_POINTS ? model->point_count : MODEL_POINTS;

	while (points * (width - 1) < count)
		points *= 2;
	return points;
}

/* Mean of the points of one column, numbered from the first that ever came; below 0: none left. */
static double column_value(const struct model *model, uint64_t column, size_t points,
			   double (*value)(const struct model *, const struct load_point *))
{
	double sum = 0;
	int count = 0;

	for (uint64_t i = column * points; i < (column + 1) * points; i++) {
		const struct load_point *point;

		if (i >= model->point_count)
			break;
		point = model_point(model, (size_t)(model->point_count - 1 - i));
		if (!point)
			continue;
		sum += value(model, point);
		count++;
	}
	return count ? sum / count : -1;
}

void view_curve(const struct model *model, struct grid *grid, int row, int col, int width,
		double (*value)(const struct model *, const struct load_point *))
{
	static const char *const blocks[EIGHTHS] = { "\u2581", "\u2582", "\u2583", "\u2584",
						     "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const ascii[EIGHTHS] = { "_", ".", ",", "-", "=", "+", "*", "#" };
	size_t points;
	uint64_t last;

	if (width < 4 || !model->point_count)
		return;
	points = points_per_column(model, (size_t)width);
	last = (model->point_count - 1) / points;
	for (int i = 0; i < width && (uint64_t)i <= last; i++) {
		double height = column_value(model, last - (uint64_t)i, points, value);
		int level = (int)(height * EIGHTHS);

		if (height < 0)
			continue;
		if (level >= EIGHTHS)
			level = EIGHTHS - 1;
		grid_put(grid, row, col + width - 1 - i, col + width - i, STYLE_CURVE,
			 grid->utf8 ? blocks[level] : ascii[level]);
	}
}

size_t view_scroll(size_t top, size_t selected, size_t rows, size_t count)
{
	if (selected < top)
		top = selected;
	if (rows && selected >= top + rows)
		top = selected - rows + 1;
	if (count <= rows)
		top = 0;
	else if (top > count - rows)
		top = count - rows;
	return top;
}
