/*
 * top_json.c - a refresh as JSON: schema sonde.top/1 (docs/JSON.md).
 */
#include <errno.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "top_batch.h"

enum { SHARE_DIGITS = 4, SECOND_DIGITS = 6 };

static void put_share(struct json *json, const char *key, uint64_t part, uint64_t of)
{
	uint64_t share = of ? (uint64_t)((double)part / (double)of * 1e4 + 0.5) : 0;

	json_decimal(json, key, share, SHARE_DIGITS);
}

static void put_seconds(struct json *json, const char *key, uint64_t ns)
{
	json_decimal(json, key, ns / 1000, SECOND_DIGITS);
}

static void put_states(struct json *json, const struct sum *sum, uint64_t of)
{
	static const char *const names[SAMPLE_STATES] = { "running", "gil",   "lock",
							  "io",      "sleep", "other" };

	json_open(json, "states");
	for (size_t i = 0; i < SAMPLE_STATES; i++)
		put_share(json, names[i], sum->states[i], of);
	json_close(json);
	put_share(json, "holds_gil", sum->gil, of);
	put_share(json, "collecting", sum->gc, of);
}

static void put_thread(struct json *json, const struct model *model, uint32_t index)
{
	const struct profile *dictionary = model->dictionary;
	const struct thread_info *thread = &dictionary->threads[index];

	json_integer(json, "pid", dictionary->processes[thread->process].pid);
	if (thread->tid)
		json_integer(json, "os_thread_id", thread->tid);
	else
		json_null(json, "os_thread_id");
	json_string(json, "thread_name", *thread->name ? thread->name : NULL);
	json_bool(json, "alive", index < model->threads.count && model_is_seen(model, index));
}

static void put_what(struct json *json, const struct live *live, const struct row *row)
{
	const struct profile *dictionary = live->model->dictionary;
	const struct func *func =
		row_func(row, row->by == BY_LINE ? &live->lines : &live->functions);

	if (row->by == BY_THREAD) {
		put_thread(json, live->model, row->index);
	} else if (row->by == BY_PROCESS) {
		json_integer(json, "pid", dictionary->processes[row->index].pid);
		json_string(json, "command", dictionary->processes[row->index].command);
		json_string(json, "python", dictionary->processes[row->index].python);
	} else if (row->by == BY_FILE) {
		json_string(json, "filename", func->path);
		json_string(json, "short_filename", func->file);
	} else {
		json_string(json, "name", func->name);
		json_string(json, "filename", func->path);
		json_string(json, "short_filename", func->file);
		json_integer(json, "line",
			     row->by == BY_LINE ? dictionary->frames[row->index].line
						: func->first_line);
	}
	if (row->by == BY_TREE)
		json_unsigned(json, "depth", row->depth);
}

static void put_row(struct json *json, const struct live *live, const struct row *row)
{
	uint64_t of = live->model->window_shown.looked_ns;

	json_open(json, NULL);
	put_what(json, live, row);
	put_share(json, "own", row->sum.own, of);
	put_share(json, "total", row->sum.total, of);
	put_seconds(json, "own_seconds", row->sum.own_time);
	put_seconds(json, "total_seconds", row->sum.total_time);
	put_states(json, &row->sum, of);
	json_close(json);
}

static void put_threads(struct json *json, const struct model *model)
{
	unsigned int all = 0, running = 0, gil = 0;

	for (size_t i = 0; i < model->threads.count; i++) {
		uint8_t state = sample_key_unpack(model->threads.items[i].key).state;

		if (!model_is_seen(model, i))
			continue;
		all++;
		running += state == SAMPLE_RUNNING;
		gil += state == SAMPLE_GIL_WAIT;
	}
	json_open(json, "threads");
	json_unsigned(json, "all", all);
	json_unsigned(json, "running", running);
	json_unsigned(json, "gil", gil);
	json_unsigned(json, "waiting", all - running - gil);
	json_close(json);
}

static void put_facts(struct json *json, const struct live *live)
{
	const struct model *model = live->model;
	const struct profile *dictionary = model->dictionary;
	const struct stats *stats = &model->stats;
	const struct part *window = &model->window_shown;

	json_string(json, "schema", "sonde.top/1");
	put_seconds(json, "elapsed_seconds", model->shown_ns);
	json_string(json, "command", live->title);
	if (dictionary->process_count) {
		json_integer(json, "pid", dictionary->processes[0].pid);
		json_string(json, "python", dictionary->processes[0].python);
	}
	json_bool(json, "ended", live->ended);
	json_unsigned(json, "processes", model->load.processes);
	put_seconds(json, "age_seconds", model->load.age_ns);
	json_decimal(json, "cpu", (uint64_t)(model->load.cpu * 1e4 + 0.5), SHARE_DIGITS);
	json_unsigned(json, "rss_bytes", model->load.rss_bytes);
	put_threads(json, model);
	put_share(json, "gil", window->gil_ns, window->looked_ns);
	put_share(json, "collecting", window->gc_ns, window->looked_ns);
	json_unsigned(json, "looks", stats->ticks);
	json_unsigned(json, "samples", stats->samples);
	json_unsigned(json, "torn", stats->torn);
	json_unsigned(json, "unreadable", stats->faults);
	put_share(json, "sonde_cpu", stats->own_cpu_ns, stats->elapsed_ns);
	put_seconds(json, "window_seconds", window->looked_ns);
	json_string(json, "by", by_names[live->choice.by]);
	json_string(json, "mode", mode_names[live->choice.mode]);
}

struct error *top_batch_json(struct live *live, const struct top_options *options, FILE *file)
{
	CLEANUP(json_deinit)
	struct json json = { 0 };
	struct error *err = json_init(&json, file, NULL);
	size_t rows = live->rows.list.count;

	if (err)
		return err;
	if (options->rows && rows > options->rows)
		rows = options->rows;
	json_open(&json, NULL);
	put_facts(&json, live);
	json_open_array(&json, "rows");
	for (size_t i = 0; i < rows; i++)
		put_row(&json, live, &live->rows.list.items[i]);
	json_close_array(&json);
	json_close(&json);
	json_next_line(&json);
	err = json_finish(&json);
	if (!err && fflush(file))
		err = error_os(errno, "cannot write to standard output");
	return err;
}
