/*
 * jsonl.c - everything that a report has, as JSON Lines: an object a line, each says its kind.
 *
 * docs/JSON.md has the schema. What is referred to by number stands before what refers to it.
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "output/output.h"

/* Runs in a line: some 20 kB, which any reader of lines takes. */
enum { LINE_RUNS_MAX = 500 };

static void begin(struct json *json, const char *kind)
{
	json_open(json, NULL);
	json_string(json, "kind", kind);
}

static void end(struct json *json)
{
	json_close(json);
	json_next_line(json);
}

/* What the states of runs are numbers in. */
static void put_states(struct json *json)
{
	static const char *const states[SAMPLE_STATES] = {
		[SAMPLE_RUNNING] = "running",  [SAMPLE_GIL_WAIT] = "gil",
		[SAMPLE_WAIT_LOCK] = "lock",   [SAMPLE_WAIT_IO] = "io",
		[SAMPLE_WAIT_SLEEP] = "sleep", [SAMPLE_WAIT_OTHER] = "other",
	};

	json_open_array(json, "states");
	for (size_t i = 0; i < SAMPLE_STATES; i++)
		json_string(json, NULL, states[i]);
	json_close_array(json);
}

static void put_meta(struct json *json, const struct profile *profile,
		     const struct output_facts *facts)
{
	const struct capture *capture = &profile->capture;
	const struct stats *stats = &capture->stats;

	begin(json, "meta");
	json_string(json, "schema", "sonde.jsonl/2");
	json_string(json, "title", facts->title ? facts->title : capture->command);
	json_string(json, "host", capture->host);
	json_string(json, "sonde", capture->version);
	json_unsigned(json, "start_unix_ns", capture->start_unix_ns);
	json_unsigned(json, "elapsed_ns", stats->elapsed_ns);
	json_decimal(json, "rate_asked", (uint64_t)(stats->rate_asked * 1000 + 0.5), 3);
	json_unsigned(json, "looks", stats->ticks);
	json_unsigned(json, "samples", profile->total);
	json_unsigned(json, "time_ns", profile->total_time_ns);
	json_unsigned(json, "torn", stats->torn);
	json_unsigned(json, "unreadable", stats->faults);
	json_unsigned(json, "hidden_waiting", profile->hidden_waiting);
	json_bool(json, "truncated", capture->truncated);
	put_states(json);
	end(json);
}

static void put_people(struct json *json, const struct profile *profile)
{
	for (size_t i = 0; i < profile->process_count; i++) {
		const struct process_info *process = &profile->processes[i];

		begin(json, "process");
		json_unsigned(json, "id", i);
		json_integer(json, "pid", process->pid);
		json_integer(json, "parent_pid", process->parent);
		json_string(json, "command", process->command);
		json_string(json, "executable", process->exe);
		json_string(json, "python", process->python);
		end(json);
	}
	for (size_t i = 0; i < profile->thread_count; i++) {
		const struct thread_info *thread = &profile->threads[i];

		begin(json, "thread");
		json_unsigned(json, "id", i);
		json_unsigned(json, "process", thread->process);
		json_integer(json, "tid", thread->tid);
		json_unsigned(json, "ident", thread->ident);
		json_integer(json, "interpreter", thread->interp);
		json_string(json, "name", thread->name);
		end(json);
	}
}

static void put_stacks(struct json *json, const struct profile *profile)
{
	static const char *const kinds[] = {
		[FRAME_PYTHON] = "python", [FRAME_PROCESS] = "process",
		[FRAME_THREAD] = "thread", [FRAME_INTERPRETER] = "interpreter",
		[FRAME_MARKER] = "marker",
	};

	for (size_t i = 0; i < profile->func_count; i++) {
		const struct func *func = &profile->funcs[i];

		begin(json, "function");
		json_unsigned(json, "id", i);
		json_string(json, "type", kinds[func->kind]);
		json_string(json, "name", func->name);
		json_string(json, "filename", func->path);
		json_string(json, "short_filename", func->file);
		json_integer(json, "first_line", func->first_line);
		end(json);
	}
	for (size_t i = 0; i < profile->node_count; i++) {
		const struct stack_node *node = &profile->nodes[i];

		begin(json, "stack");
		json_unsigned(json, "id", i);
		if (i) {
			json_unsigned(json, "parent", node->parent);
			json_unsigned(json, "function", profile->frames[node->frame].func);
			json_integer(json, "line", profile->frames[node->frame].line);
		}
		json_unsigned(json, "samples", node->count);
		json_unsigned(json, "time_ns", node->time_ns);
		end(json);
	}
}

static void put_sources(struct json *json, const struct profile *profile)
{
	for (size_t i = 0; i < profile->source_count; i++) {
		const struct source_line *source = &profile->sources[i];

		begin(json, "source");
		json_string(json, "filename", source->path);
		json_integer(json, "line", source->line);
		json_string(json, "text", source->text);
		end(json);
	}
}

enum column { STACK, START, TIME, SAMPLES, STATE, GIL, GC, COLUMNS };

static uint64_t value_of(const struct run *run, enum column column)
{
	switch (column) {
	case STACK:
		return run->node;
	case START:
		return run->start_ns;
	case TIME:
		return run->time_ns;
	case SAMPLES:
		return run->samples;
	case STATE:
		return run->state;
	case GIL:
		return run->flags & SAMPLE_HOLDS_GIL ? 1 : 0;
	case GC:
		return run->flags & SAMPLE_IN_GC ? 1 : 0;
	case COLUMNS:
		break;
	}
	return 0;
}

/* Runs of one thread, column by column: an object each is nearly four times as much. */
static void put_line(struct json *json, const struct run *runs, size_t count)
{
	static const char *const keys[COLUMNS] = { "stack", "start_ns", "time_ns", "samples",
						   "state", "gil",      "gc" };

	begin(json, "runs");
	json_unsigned(json, "thread", runs->thread);
	for (enum column c = STACK; c < COLUMNS; c++) {
		json_open_array(json, keys[c]);
		for (size_t i = 0; i < count; i++)
			json_unsigned(json, NULL, value_of(&runs[i], c));
		json_close_array(json);
	}
	end(json);
}

static void put_runs(struct json *json, const struct profile *profile)
{
	const struct run *runs = profile->runs;

	for (size_t i = 0, count; i < profile->run_count; i += count) {
		for (count = 1; count < LINE_RUNS_MAX && i + count < profile->run_count; count++)
			if (runs[i + count].thread != runs[i].thread)
				break;
		put_line(json, &runs[i], count);
	}
}

static struct error *jsonl_write(const struct profile *profile, const struct output_facts *facts,
				 FILE *file)
{
	CLEANUP(json_deinit)
	struct json json = { 0 };
	struct error *err = json_init(&json, file, NULL);

	if (err)
		return err;
	put_meta(&json, profile, facts);
	put_people(&json, profile);
	put_stacks(&json, profile);
	put_runs(&json, profile);
	put_sources(&json, profile);
	return json_finish(&json);
}

static const char *const aliases[] = { "ndjson", NULL };
static const char *const suffixes[] = { ".jsonl", ".ndjson", NULL };

const struct output output_jsonl = {
	.name = "jsonl",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "everything, a JSON object a line, for programs",
	.write = jsonl_write,
};
