/*
 * view_header.c - who is looked at, what it takes, how the looking goes, what is shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view_parts.h"

enum {
	CURVE_MAX = 60,
	TEXT_WIDTH = 49, /* of all but the three curves, and "GIL" */
};

/* The pieces of a line, one after the other. */
struct pen {
	struct grid *grid;
	int row, col;
};

static void put(struct pen *pen, enum style style, const char *text)
{
	pen->col = grid_put(pen->grid, pen->row, pen->col, pen->grid->cols, style, text);
}

static void put_label(struct pen *pen, const char *label, enum style style, const char *value)
{
	put(pen, STYLE_LABEL, label);
	pen->col++;
	put(pen, style, value);
	pen->col += 3;
}

static bool is_free_threaded(const struct profile *dictionary)
{
	const char *python = dictionary->process_count ? dictionary->processes[0].python : "";

	return *python && python[strlen(python) - 1] == 't';
}

/* Title at the left, PID, Python and age at the right. */
static void draw_title(const struct live *live, struct grid *grid)
{
	const struct profile *dictionary = live->model->dictionary;
	struct pen pen = { grid, 0, 0 };
	char right[160] = "", age[24];
	int width;

	if (dictionary->process_count)
		snprintf(right, sizeof(right), "%d%s  Python %.40s  %s %s",
			 (int)dictionary->processes[0].pid,
			 dictionary->process_count > 1 ? "\u2026" : "",
			 dictionary->processes[0].python, live->ended ? "ended" : "up",
			 live->ended ? ""
				     : format_time(age, sizeof(age), live->model->load.age_ns));
	if (!grid->utf8 && dictionary->process_count > 1)
		snprintf(right, sizeof(right), "%d and others  Python %.40s",
			 (int)dictionary->processes[0].pid, dictionary->processes[0].python);
	width = grid_width(grid, right);
	put(&pen, STYLE_STRONG, "sonde top ");
	grid_put(grid, 0, pen.col, grid->cols - width - 2, STYLE_PLAIN, live->title);
	grid_put(grid, 0, grid->cols - width, grid->cols, live->ended ? STYLE_ALERT : STYLE_LABEL,
		 right);
}

static double cpu_value(const struct model *model, const struct load_point *point)
{
	double most = 1; /* the height of one CPU at least, so that an idle program looks idle */

	for (size_t i = 0; i < MODEL_POINTS; i++) {
		const struct load_point *other = model_point(model, i);

		if (!other)
			break;
		if (other->cpu > most)
			most = other->cpu;
	}
	return point->cpu / most;
}

static double gil_value(const struct model *model, const struct load_point *point)
{
	(void)model;
	return point->gil;
}

/* Between the least and the most that was seen, with room: what grows shows as a slope. */
static double rss_value(const struct model *model, const struct load_point *point)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < MODEL_POINTS; i++) {
		const struct load_point *other = model_point(model, i);

		if (!other)
			break;
		if (other->rss_bytes < least)
			least = other->rss_bytes;
		if (other->rss_bytes > most)
			most = other->rss_bytes;
	}
	least -= least / 10;
	most += most / 10;
	return most > least ? (double)(point->rss_bytes - least) / (double)(most - least) : 0;
}

static const char *percent(char *buf, size_t size, double share)
{
	snprintf(buf, size, "%3.0f %%", 100 * share);
	return buf;
}

static double share_of(uint64_t part, uint64_t of)
{
	return of ? (double)part / (double)of : 0;
}

/* CPU, GIL, memory, each with its curve; the collector. */
static void draw_curves(const struct live *live, struct grid *grid)
{
	const struct model *model = live->model;
	const struct part *window = &model->window_shown;
	const char *gil = is_free_threaded(model->dictionary) ? "attached" : "GIL";
	struct pen pen = { grid, 1, 0 };
	int width = (grid->cols - (int)strlen(gil) - TEXT_WIDTH) / 3;
	char buf[32];

	if (width > CURVE_MAX)
		width = CURVE_MAX;
	put(&pen, STYLE_LABEL, "CPU ");
	put(&pen, STYLE_STRONG, percent(buf, sizeof(buf), model->load.cpu));
	view_curve(model, grid, 1, pen.col + 1, width, cpu_value);
	pen.col += width > 3 ? width + 3 : 2;
	put(&pen, STYLE_LABEL, gil);
	pen.col++;
	put(&pen, STYLE_STRONG,
	    percent(buf, sizeof(buf), share_of(window->gil_ns, window->looked_ns)));
	view_curve(model, grid, 1, pen.col + 1, width, gil_value);
	pen.col += width > 3 ? width + 3 : 2;
	put(&pen, STYLE_LABEL, "mem ");
	put(&pen, STYLE_STRONG, format_bytes(buf, sizeof(buf), model->load.rss_bytes));
	view_curve(model, grid, 1, pen.col + 1, width, rss_value);
	pen.col += width > 3 ? width + 3 : 2;
	snprintf(buf, sizeof(buf), "%.1f %%", 100 * share_of(window->gc_ns, window->looked_ns));
	put_label(&pen, "gc", STYLE_STRONG, buf);
}

/* What threads do at this moment. */
static void draw_threads(const struct live *live, struct pen *pen)
{
	const struct model *model = live->model;
	unsigned int states[SAMPLE_STATES] = { 0 }, all = 0, waiting = 0;
	char buf[64];

	for (size_t i = 0; i < model->threads.count; i++) {
		uint8_t state = sample_key_unpack(model->threads.items[i].key).state;

		if (!model_is_seen(model, i) || state >= SAMPLE_STATES)
			continue;
		all++;
		states[state]++;
	}
	for (int i = SAMPLE_WAIT_LOCK; i < SAMPLE_STATES; i++)
		waiting += states[i];
	snprintf(buf, sizeof(buf), "%u", all);
	put(pen, STYLE_LABEL, "threads ");
	put(pen, STYLE_STRONG, buf);
	snprintf(buf, sizeof(buf), "  %u run", states[SAMPLE_RUNNING]);
	put(pen, STYLE_GOOD, buf);
	if (states[SAMPLE_GIL_WAIT]) {
		snprintf(buf, sizeof(buf), "  %u gil", states[SAMPLE_GIL_WAIT]);
		put(pen, STYLE_WAIT, buf);
	}
	snprintf(buf, sizeof(buf), "  %u wait", waiting);
	put(pen, STYLE_LABEL, buf);
	pen->col += 3;
	if (model->dictionary->process_count > 1) {
		snprintf(buf, sizeof(buf), "%u", model->load.processes);
		put_label(pen, "processes", STYLE_STRONG, buf);
	}
}

/* How the looking goes. */
static void draw_rate(const struct live *live, struct pen *pen)
{
	const struct stats *stats = &live->model->stats;
	double reached = live->model->rate_hz;
	double lost = share_of(stats->torn + stats->faults, stats->samples);
	char buf[64];

	if (stats->rate_asked > 0)
		snprintf(buf, sizeof(buf), "%.0f/s of %.0f/s", reached, stats->rate_asked);
	else
		snprintf(buf, sizeof(buf), "%.0f/s", reached);
	put_label(pen, "rate",
		  stats->rate_asked > 0 && reached < stats->rate_asked * 0.9 ? STYLE_WAIT
									     : STYLE_PLAIN,
		  buf);
	snprintf(buf, sizeof(buf), "%.1f %%", 100 * lost);
	put_label(pen, "lost", lost >= 0.05 ? STYLE_ALERT : STYLE_PLAIN, buf);
	snprintf(buf, sizeof(buf), "%.1f %%", 100 * live->model->own_cpu);
	put_label(pen, "sonde", STYLE_PLAIN, buf);
}

static void put_mark(struct pen *pen, enum style style, const char *text)
{
	put(pen, style, text);
	pen->col += 3;
}

/* What is shown, so that nobody wonders why something is not. */
static void draw_choice(const struct live *live, struct grid *grid)
{
	const struct choice *choice = &live->choice;
	const struct profile *dictionary = live->model->dictionary;
	struct pen pen = { grid, 3, 0 };
	char buf[CHOICE_FILTER_SIZE + 64];

	put_label(&pen, "by", STYLE_STRONG, by_names[choice->by]);
	put_label(&pen, "mode", STYLE_PLAIN, mode_names[choice->mode]);
	snprintf(buf, sizeof(buf), "%u s", (unsigned int)(choice->window_ns / CLOCK_SECOND_NS));
	put_label(&pen, "window", STYLE_PLAIN, buf);
	if (live->frozen)
		put_mark(&pen, STYLE_ALERT, "frozen");
	if (choice->idle && choice->mode == REPORT_WALL)
		put_mark(&pen, STYLE_PLAIN, "waiting too");
	if (choice->mine)
		put_mark(&pen, STYLE_PLAIN, "own code");
	if (choice->process != CHOICE_ANY) {
		snprintf(buf, sizeof(buf), "%d", (int)dictionary->processes[choice->process].pid);
		put_label(&pen, "process", STYLE_STRONG, buf);
	}
	if (choice->thread != CHOICE_ANY) {
		const struct thread_info *thread = &dictionary->threads[choice->thread];

		snprintf(buf, sizeof(buf), "%.40s %d", thread->name, (int)thread->tid);
		put_label(&pen, "thread", STYLE_STRONG, buf);
	}
	if (*choice->filter) {
		snprintf(buf, sizeof(buf), "/%s/ %zu of %zu", choice->filter, live->rows.list.count,
			 live->rows.all);
		put(&pen, live->rows.bad_filter ? STYLE_ALERT : STYLE_STRONG, buf);
		if (live->rows.bad_filter)
			put(&pen, STYLE_ALERT, " (no regular expression)");
	}
}

void view_header(const struct live *live, struct grid *grid)
{
	struct pen pen = { grid, 2, 0 };

	draw_title(live, grid);
	draw_curves(live, grid);
	draw_threads(live, &pen);
	draw_rate(live, &pen);
	draw_choice(live, grid);
}
