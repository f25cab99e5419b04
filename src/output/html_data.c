/*
 * html_data.c - what the viewer knows: the profile as columns of JSON (src/viewer/data.js reads
 * it).
 *
 * Each text stands once, and is referred to by its number. Times are microseconds. A parent is told
 * by how far it stands before its child, a run by how long after the one before it begins.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "html_page.h"
#include "html_runs.h"
#include "profile/package.h"
#include "strings.h"

enum {
	RUNS_MAX = 200 * 1000, /* 4 MB of text, and a tenth of a second to read it */
	US = 1000,             /* nanoseconds */
};

struct columns {
	const struct profile *profile;
	struct json *json;
	struct strings strings;
	uint32_t *numbers; /* of texts: by function name, file, path, package; 4 each */
};

enum { NAME, FILE_NAME, PATH, PACKAGE, TEXTS };

static void columns_deinit(struct columns *columns)
{
	strings_deinit(&columns->strings);
	free(columns->numbers);
}

static void put_facts(const struct html_view *view, struct json *json)
{
	const struct capture *capture = view->capture;
	const struct stats *stats = &capture->stats;
	const struct profile *profile = view->profile;

	json_open(json, "facts");
	json_clean(json, "host", capture->host);
	json_clean(json, "sonde", capture->version);
	json_clean(json, "python", profile->process_count ? profile->processes[0].python : "");
	json_unsigned(json, "startMs", capture->start_unix_ns / 1000000);
	json_unsigned(json, "elapsedUs", stats->elapsed_ns / US);
	json_decimal(json, "rate", (uint64_t)(stats->rate_asked * 1000 + 0.5), 3);
	json_unsigned(json, "looks", stats->ticks);
	json_unsigned(json, "late", stats->late);
	json_unsigned(json, "skipped", stats->skipped);
	json_unsigned(json, "torn", stats->torn);
	json_unsigned(json, "unreadable", stats->faults);
	json_unsigned(json, "hiddenWaiting", profile->hidden_waiting);
	json_unsigned(json, "hiddenForeign", profile->hidden_foreign);
	json_bool(json, "truncated", capture->truncated);
	json_bool(json, "hideWaiting", view->hide_waiting);
	json_close(json);
}

/* The numbers of all texts of functions, which are then written in their order. */
static struct error *put_strings(struct columns *columns)
{
	const struct profile *profile = columns->profile;
	struct error *err = NULL;

	columns->numbers = calloc(profile->func_count + 1, TEXTS * sizeof(*columns->numbers));
	if (!columns->numbers)
		return &error_nomem;
	for (size_t i = 0; !err && i < profile->func_count; i++) {
		const struct func *func = &profile->funcs[i];
		const struct package package = package_of(func);
		const char *const texts[TEXTS] = { func->name, func->file, func->path,
						   package.name };

		for (int t = 0; !err && t < TEXTS; t++)
			err = strings_add(&columns->strings, texts[t],
					  &columns->numbers[i * TEXTS + t]);
	}
	json_open_array(columns->json, "strings");
	for (size_t i = 0; i < columns->strings.items.count; i++)
		json_string(columns->json, NULL, columns->strings.items.items[i]);
	json_close_array(columns->json);
	json_line_end(columns->json);
	return err;
}

static void put_texts(struct columns *columns, const char *key, int which)
{
	json_open_array(columns->json, key);
	for (size_t i = 0; i < columns->profile->func_count; i++)
		json_unsigned(columns->json, NULL, columns->numbers[i * TEXTS + which]);
	json_close_array(columns->json);
}

static void put_funcs(struct columns *columns)
{
	const struct profile *profile = columns->profile;
	struct json *json = columns->json;

	json_open(json, "funcs");
	put_texts(columns, "name", NAME);
	put_texts(columns, "file", FILE_NAME);
	put_texts(columns, "path", PATH);
	put_texts(columns, "package", PACKAGE);
	json_open_array(json, "origin");
	for (size_t i = 0; i < profile->func_count; i++)
		json_unsigned(json, NULL, package_of(&profile->funcs[i]).origin);
	json_close_array(json);
	json_open_array(json, "kind");
	for (size_t i = 0; i < profile->func_count; i++)
		json_unsigned(json, NULL, profile->funcs[i].kind);
	json_close_array(json);
	json_open_array(json, "line");
	for (size_t i = 0; i < profile->func_count; i++)
		json_integer(json, NULL, profile->funcs[i].first_line);
	json_close_array(json);
	json_close(json);
	json_line_end(json);
}

static void put_frames(const struct profile *profile, struct json *json)
{
	json_open(json, "frames");
	json_open_array(json, "func");
	for (size_t i = 0; i < profile->frame_count; i++)
		json_unsigned(json, NULL, profile->frames[i].func);
	json_close_array(json);
	json_open_array(json, "line");
	for (size_t i = 0; i < profile->frame_count; i++)
		json_integer(json, NULL, profile->frames[i].line);
	json_close_array(json);
	json_close(json);
	json_line_end(json);
}

/* Samples and times of one side of a difference. */
static void put_side(const struct diff *diff, enum diff_side side, struct json *json)
{
	static const char *const keys[DIFF_SIDES][2] = { { "oldSamples", "oldTime" },
							 { "samples", "time" } };

	json_open_array(json, keys[side][0]);
	for (size_t n = 0; n < diff->tree.node_count; n++)
		json_unsigned(json, NULL, diff->nodes[n][side].samples);
	json_close_array(json);
	json_open_array(json, keys[side][1]);
	for (size_t n = 0; n < diff->tree.node_count; n++)
		json_unsigned(json, NULL, diff->nodes[n][side].time_ns / US);
	json_close_array(json);
}

static void put_weights(const struct profile *profile, struct json *json)
{
	json_open_array(json, "samples");
	for (size_t n = 0; n < profile->node_count; n++)
		json_unsigned(json, NULL, profile->nodes[n].count);
	json_close_array(json);
	json_open_array(json, "time");
	for (size_t n = 0; n < profile->node_count; n++)
		json_unsigned(json, NULL, profile->nodes[n].time_ns / US);
	json_close_array(json);
}

/* Node 0 is the root. Where there are runs, they tell the weights. */
static void put_nodes(const struct html_view *view, struct json *json)
{
	const struct profile *profile = view->profile;

	json_open(json, "nodes");
	json_open_array(json, "parent");
	for (size_t n = 0; n < profile->node_count; n++)
		json_unsigned(json, NULL, n - profile->nodes[n].parent);
	json_close_array(json);
	json_open_array(json, "frame");
	for (size_t n = 0; n < profile->node_count; n++)
		json_unsigned(json, NULL, n ? profile->nodes[n].frame : 0);
	json_close_array(json);
	if (view->diff) {
		put_side(view->diff, DIFF_OLD, json);
		put_side(view->diff, DIFF_NEW, json);
	} else if (!profile->run_count) {
		put_weights(profile, json);
	}
	json_close(json);
	json_line_end(json);
}

static void put_people(const struct profile *profile, struct json *json)
{
	json_open_array(json, "processes");
	for (size_t i = 0; i < profile->process_count; i++) {
		const struct process_info *process = &profile->processes[i];

		json_open(json, NULL);
		json_integer(json, "pid", process->pid);
		json_clean(json, "command", process->command);
		json_clean(json, "python", process->python);
		json_close(json);
	}
	json_close_array(json);
	json_open_array(json, "threads");
	for (size_t i = 0; i < profile->thread_count; i++) {
		const struct thread_info *thread = &profile->threads[i];

		json_open(json, NULL);
		json_unsigned(json, "process", thread->process);
		json_integer(json, "tid", thread->tid);
		json_integer(json, "interp", thread->interp);
		json_clean(json, "name", thread->name);
		json_close(json);
	}
	json_close_array(json);
	json_line_end(json);
}

static uint64_t start_us(const struct run *run)
{
	return run->start_ns / US;
}

static uint64_t end_us(const struct run *run)
{
	return (run->start_ns + run->time_ns) / US;
}

/* The runs of one thread: node, samples, time, the gap before it, state + 8 * flags. */
static void put_track(const struct run *items, size_t count, struct json *json)
{
	json_open(json, NULL);
	json_unsigned(json, "thread", items->thread);
	json_open_array(json, "node");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, items[i].node);
	json_close_array(json);
	json_open_array(json, "samples");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, items[i].samples);
	json_close_array(json);
	json_open_array(json, "time");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, end_us(&items[i]) - start_us(&items[i]));
	json_close_array(json);
	json_open_array(json, "gap");
	for (size_t i = 0; i < count; i++)
		json_integer(json, NULL,
			     (int64_t)(start_us(&items[i]) - (i ? end_us(&items[i - 1]) : 0)));
	json_close_array(json);
	json_open_array(json, "how");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, items[i].state + 8u * items[i].flags);
	json_close_array(json);
	json_close(json);
	json_line_end(json);
}

static struct error *put_runs(const struct profile *profile, struct json *json)
{
	CLEANUP(html_runs_deinit)
	struct html_runs runs;
	struct error *err = html_runs_init(&runs, profile, RUNS_MAX);
	size_t begin = 0;

	if (err)
		return err;
	json_unsigned(json, "sliceUs", runs.slice_ns / US);
	json_open_array(json, "runs");
	for (size_t i = 1; i <= runs.count; i++)
		if (i == runs.count || runs.items[i].thread != runs.items[begin].thread) {
			put_track(&runs.items[begin], i - begin, json);
			begin = i;
		}
	json_close_array(json);
	json_line_end(json);
	return NULL;
}

/* Of each file its lines: [number, text, number, text, ...]. */
static void put_sources(const struct profile *profile, struct json *json)
{
	const struct source_line *lines = profile->sources;

	json_open_array(json, "sources");
	for (size_t i = 0; i < profile->source_count; i++) {
		if (!i || lines[i].path != lines[i - 1].path) {
			json_open(json, NULL);
			json_clean(json, "path", lines[i].path);
			json_open_array(json, "lines");
		}
		json_integer(json, NULL, lines[i].line);
		json_string(json, NULL, lines[i].text);
		if (i + 1 == profile->source_count || lines[i].path != lines[i + 1].path) {
			json_close_array(json);
			json_close(json);
		}
	}
	json_close_array(json);
}

static void put_diff(const struct html_view *view, struct json *json)
{
	json_open(json, "diff");
	json_clean(json, "old", view->titles[DIFF_OLD]);
	json_clean(json, "new", view->titles[DIFF_NEW]);
	json_unsigned(json, "oldElapsedUs", view->diff->elapsed_ns[DIFF_OLD] / US);
	json_unsigned(json, "newElapsedUs", view->diff->elapsed_ns[DIFF_NEW] / US);
	json_close(json);
}

struct error *html_data_put(const struct html_view *view, struct json *json)
{
	CLEANUP(columns_deinit)
	struct columns columns = { .profile = view->profile, .json = json };
	struct error *err;

	json_open(json, NULL);
	json_integer(json, "version", 1);
	json_clean(json, "title", view->title);
	put_facts(view, json);
	if (view->diff)
		put_diff(view, json);
	json_line_end(json);
	err = put_strings(&columns);
	if (err)
		return err;
	put_funcs(&columns);
	put_frames(view->profile, json);
	put_nodes(view, json);
	put_people(view->profile, json);
	err = put_runs(view->profile, json);
	if (err)
		return err;
	put_sources(view->profile, json);
	json_close(json);
	return NULL;
}
