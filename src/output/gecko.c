/*
 * gecko.c - the processed form of Firefox's profiler (profiler.firefox.com).
 *
 * A thread is a thread there, with its samples in the order of time. A sample is drawn from half
 * way to the one before it until half way to the next one: it stands in the middle of the time that
 * it stands for. Where nothing is known of a thread, samples of no weight keep others from being
 * drawn into it.
 *
 * https://github.com/firefox-devtools/profiler/tree/main/docs-developer has the form. Of its
 * versions 57 is written: the last in which each thread has its own tables, which others read, too.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "gecko_meta.h"
#include "gecko_tables.h"
#include "gzip.h"
#include "output/output.h"
#include "strings.h"
#include "tracks.h"

/* Each sample stands in the file, unless they are more: then the first and last of each run. */
enum { SAMPLES_MAX = 2000 * 1000 };

struct writing {
	const struct profile *profile;
	struct tracks tracks;
	struct strings strings;
	struct gecko_tables tables;
	struct json json;
	uint64_t count; /* of samples of the thread */
};

static void writing_deinit(struct writing *writing)
{
	tracks_deinit(&writing->tracks);
	strings_deinit(&writing->strings);
	gecko_tables_deinit(&writing->tables);
	json_deinit(&writing->json);
}

/* A sample as it stands in the file. */
struct shown {
	uint32_t thing; /* its stack */
	uint64_t time_ns, weight;
};

typedef void visit(struct writing *writing, const struct shown *shown);

/*
 * Between two samples, half a sample behind the one and before the other: a sample that ends where
 * the one does, and one that begins where the other does.
 */
static void visit_gap(struct writing *writing, visit *visit, const struct run *before,
		      const struct run *after)
{
	const uint64_t start_ns = before->start_ns + before->time_ns;
	const uint64_t length_ns = after->start_ns - start_ns;
	const uint64_t half_before = before->time_ns / (before->samples ? before->samples : 1) / 2;
	const uint64_t half_after = after->time_ns / (after->samples ? after->samples : 1) / 2;
	struct shown shown = { gecko_tables_thing(&writing->tables, NULL), 0, 0 };

	if (half_before + half_after < length_ns) {
		shown.time_ns = start_ns + half_before;
		visit(writing, &shown);
		shown.time_ns = after->start_ns - half_after;
	} else {
		shown.time_ns = start_ns + length_ns / 2;
	}
	visit(writing, &shown);
}

static void visit_run(struct writing *writing, visit *visit, const struct run *run)
{
	const uint64_t samples = run->samples ? run->samples : 1;
	const uint64_t each_ns = run->time_ns / samples;
	const uint64_t steps = samples > 2 && writing->profile->total > SAMPLES_MAX ? 2 : samples;
	struct shown shown = { gecko_tables_thing(&writing->tables, run), 0, 0 };

	for (uint64_t i = 0; i < steps; i++) {
		const uint64_t number = i + 1 == steps ? samples - 1 : i;

		shown.time_ns = run->start_ns + each_ns * number + each_ns / 2;
		shown.weight = i ? 1 : run->samples - (steps - 1);
		visit(writing, &shown);
	}
}

/* The samples of a thread, one after the other. */
static void visit_samples(struct writing *writing, const struct track *track, visit *visit)
{
	for (size_t i = 0; i < track->count; i++) {
		const struct run *run = &track->runs[i], *before = run - 1;

		if (i && run->start_ns > before->start_ns + before->time_ns)
			visit_gap(writing, visit, before, run);
		visit_run(writing, visit, run);
	}
}

static void put_stack(struct writing *writing, const struct shown *shown)
{
	json_unsigned(&writing->json, NULL, gecko_tables_stack(&writing->tables, shown->thing));
	writing->count++;
}

static void put_time(struct writing *writing, const struct shown *shown)
{
	gecko_put_time(&writing->json, NULL, shown->time_ns);
}

static void put_weight(struct writing *writing, const struct shown *shown)
{
	json_unsigned(&writing->json, NULL, shown->weight);
}

static void put_column(struct writing *writing, const struct track *track, const char *key,
		       visit *visit)
{
	json_open_array(&writing->json, key);
	visit_samples(writing, track, visit);
	json_close_array(&writing->json);
}

/* All stacks must have their number before. */
static void put_samples(struct writing *writing, const struct track *track)
{
	struct json *json = &writing->json;

	writing->count = 0;
	json_open(json, "samples");
	put_column(writing, track, "stack", put_stack);
	put_column(writing, track, "time", put_time);
	put_column(writing, track, "weight", put_weight);
	json_string(json, "weightType", "samples");
	json_unsigned(json, "length", writing->count);
	json_close(json);
	json_line_end(json);
}

/* track NULL: there is none, but the profiler refuses a file without a thread. */
static void put_names(struct writing *writing, const struct track *track)
{
	static const struct thread_info no_thread = { .name = "no samples" };
	static const struct process_info no_process = { .command = "" };
	const struct profile *profile = writing->profile;
	const struct thread_info *thread = track ? &profile->threads[track->thread] : &no_thread;
	const struct process_info *process =
		track ? &profile->processes[thread->process] : &no_process;
	struct json *json = &writing->json;
	CLEANUP(text_deinit)
	struct text text = { 0 };

	text_add(&text, thread->name[0] ? thread->name : "thread");
	if (thread->interp)
		text_addf(&text, ", interpreter %lld", (long long)thread->interp);
	json_clean(json, "name", text_chars(&text));
	json_bool(json, "isMainThread", thread->tid == process->pid && !thread->interp);
	json_string(json, "processType", "default");
	if (process->command[0])
		json_clean(json, "processName", process->command);
	text_clear(&text);
	text_addf(&text, "%d", (int)process->pid);
	json_string(json, "pid", text_chars(&text));
	json_integer(json, "tid", track ? track_tid(&writing->tracks, track) : 0);
}

/* From when until when it was there: unknown, so as long as the recording. */
static void put_life(struct json *json)
{
	json_unsigned(json, "processStartupTime", 0);
	json_null(json, "processShutdownTime");
	json_unsigned(json, "registerTime", 0);
	json_null(json, "unregisterTime");
	json_open_array(json, "pausedRanges");
	json_close_array(json);
	json_bool(json, "showMarkersInTimeline", true);
}

static struct error *put_thread(struct writing *writing, const struct track *track)
{
	static const struct track none;
	struct gecko_tables *tables = &writing->tables;
	struct json *json = &writing->json;
	struct error *err = NULL;

	json_open(json, NULL);
	put_names(writing, track);
	put_life(json);
	track = track ? track : &none;
	if (track->count)
		err = gecko_tables_add(tables, gecko_tables_thing(tables, NULL));
	for (size_t i = 0; !err && i < track->count; i++)
		err = gecko_tables_add(tables, gecko_tables_thing(tables, &track->runs[i]));
	if (err)
		return err;
	put_samples(writing, track);
	err = gecko_put_markers(json, track, &writing->strings);
	if (!err)
		err = gecko_tables_put(tables, json);
	gecko_tables_clear(tables);
	json_close(json);
	json_line_end(json);
	return err;
}

static struct error *put_threads(struct writing *writing)
{
	struct json *json = &writing->json;
	struct error *err = NULL;

	json_open_array(json, "threads");
	for (size_t i = 0; !err && i < writing->tracks.count; i++)
		err = put_thread(writing, &writing->tracks.items[i]);
	if (!writing->tracks.count)
		err = put_thread(writing, NULL);
	json_close_array(json);
	return err;
}

static void put_strings(struct writing *writing)
{
	struct json *json = &writing->json;

	json_open(json, "shared");
	json_open_array(json, "stringArray");
	for (size_t i = 0; i < writing->strings.items.count; i++) {
		json_string(json, NULL, writing->strings.items.items[i]);
		json_line_end(json);
	}
	json_close_array(json);
	json_close(json);
}

static struct error *gecko_write(const struct profile *profile, const struct output_facts *facts,
				 FILE *file)
{
	CLEANUP(writing_deinit)
	struct writing writing = { .profile = profile };
	struct json *json = &writing.json;
	struct error *err = tracks_init(&writing.tracks, profile);

	if (!err)
		err = json_init(json, file, NULL);
	if (!err)
		err = gecko_tables_init(&writing.tables, profile, &writing.strings);
	if (err)
		return err;
	json_open(json, NULL);
	err = gecko_put_meta(json, &writing.tracks, facts);
	json_open_array(json, "libs");
	json_close_array(json);
	if (!err)
		err = put_threads(&writing);
	if (!err)
		put_strings(&writing);
	json_close(json);
	json_line_end(json);
	return err ? err : json_finish(json);
}

static struct error *gecko_gz_write(const struct profile *profile, const struct output_facts *facts,
				    FILE *file)
{
	FILE *plain;
	struct error *err = gzip_open(file, &plain);

	if (err)
		return err;
	err = gecko_write(profile, facts, plain);
	if (fclose(plain) && !err)
		err = &error_nomem;
	return err;
}

static const char *const aliases[] = { "firefox", NULL };
static const char *const suffixes[] = { ".gecko.json", ".gecko", NULL };

const struct output output_gecko = {
	.name = "gecko",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "threads, waits and collections on a time line, for profiler.firefox.com",
	.no_roots = true,
	.write = gecko_write,
};

static const char *const gz_aliases[] = { "gecko.gz", NULL };
static const char *const gz_suffixes[] = { ".gecko.json.gz", ".gecko.gz", NULL };

const struct output output_gecko_gz = {
	.name = "geckogz",
	.aliases = gz_aliases,
	.suffixes = gz_suffixes,
	.summary = "the same, gzipped",
	.no_roots = true,
	.write = gecko_gz_write,
};
