/*
 * markdown.c - a report of bounded size for tickets, chats and assistants: the hottest functions
 * and paths, what each thread did, and what to look at next.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "call_graph.h"
#include "frame_text.h"
#include "output/output.h"

/* All of it stays below some 16 kB, whatever the profile. */
enum {
	FUNCTIONS_MAX = 15,
	PATHS_MAX = 5,
	PATH_FRAMES_MAX = 12, /* next to the leaf; what lies below is left out */
	THREADS_MAX = 12,
	LABEL_MAX = 160, /* bytes of a name */
};

struct writing {
	const struct profile *profile;
	struct text text; /* scratch */
	FILE *file;
};

static bool naming(const struct func *func, struct text *name, struct text *file, int32_t *line)
{
	(void)line;
	text_add(name, func->name);
	text_add(file, func->file);
	return func->kind == FRAME_PYTHON || func->kind == FRAME_MARKER;
}

static double percent(const struct writing *writing, uint64_t samples)
{
	return writing->profile->total ? 100.0 * (double)samples / (double)writing->profile->total
				       : 0;
}

/* In backquotes; what would end them, or the cell of a table, is replaced. */
static void put_code(struct writing *writing)
{
	const char *chars = text_chars(&writing->text);
	size_t length = writing->text.length;

	if (length > LABEL_MAX)
		for (length = LABEL_MAX; (chars[length] & 0xc0) == 0x80;)
			length--;
	fputc('`', writing->file);
	for (size_t i = 0; i < length; i++)
		fputc(chars[i] == '`' ? '\'' : chars[i] == '|' ? '/' : chars[i], writing->file);
	fputs(length < writing->text.length ? "\u2026`" : "`", writing->file);
}

static void put_function(struct writing *writing, const struct func *func, int32_t line)
{
	text_clear(&writing->text);
	frame_text_add(&writing->text, func, line);
	put_code(writing);
}

static int compare_own(const void *left, const void *right)
{
	const struct graph_function *a = left, *b = right;

	if (a->own.samples != b->own.samples)
		return a->own.samples < b->own.samples ? 1 : -1;
	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	int order = strcmp(a->func->name, b->func->name);
	return order ? order : strcmp(a->func->file, b->func->file);
}

static void put_functions(struct writing *writing, struct call_graph *graph)
{
	qsort(graph->functions, graph->function_count, sizeof(*graph->functions), compare_own);
	fputs("\n## Hottest functions\n\n| own | total | samples | function |\n|--:|--:|--:|---|\n",
	      writing->file);
	for (size_t i = 0; i < graph->function_count && i < FUNCTIONS_MAX; i++) {
		const struct graph_function *function = &graph->functions[i];

		if (!function->own.samples)
			break;
		fprintf(writing->file, "| %.1f %% | %.1f %% | %" PRIu64 " | ",
			percent(writing, function->own.samples),
			percent(writing, function->total.samples), function->own.samples);
		put_function(writing, function->func, 0);
		fputs(" |\n", writing->file);
	}
}

/* The nodes with the most samples, most first. */
static size_t hottest_nodes(const struct profile *profile, uint32_t nodes[PATHS_MAX])
{
	size_t count = 0;

	for (size_t n = 1; n < profile->node_count; n++) {
		uint64_t samples = profile->nodes[n].count;
		size_t at = count;

		if (!samples ||
		    (count == PATHS_MAX && samples <= profile->nodes[nodes[PATHS_MAX - 1]].count))
			continue;
		if (count < PATHS_MAX)
			count++;
		else
			at--;
		for (; at && profile->nodes[nodes[at - 1]].count < samples; at--)
			nodes[at] = nodes[at - 1];
		nodes[at] = (uint32_t)n;
	}
	return count;
}

static void put_paths(struct writing *writing)
{
	const struct profile *profile = writing->profile;
	uint32_t nodes[PATHS_MAX];
	size_t count = hottest_nodes(profile, nodes);

	fputs("\n## Hottest paths\n\nThe function that ran stands first, who called it below.\n",
	      writing->file);
	for (size_t i = 0; i < count; i++) {
		uint32_t node = nodes[i];

		fprintf(writing->file, "\n%zu. **%.1f %%** (%" PRIu64 " samples)\n", i + 1,
			percent(writing, profile->nodes[node].count), profile->nodes[node].count);
		for (int frames = 0; node; node = profile->nodes[node].parent) {
			if (frames++ == PATH_FRAMES_MAX) {
				fputs("    - \u2026\n", writing->file);
				break;
			}
			fputs("    - ", writing->file);
			put_function(writing, profile_func_of(profile, node),
				     profile_frame_of(profile, node)->line);
			fputc('\n', writing->file);
		}
	}
}

struct thread_row {
	uint32_t thread;
	const struct thread_counts *seen;
};

static int compare_rows(const void *left, const void *right)
{
	const struct thread_row *a = left, *b = right;

	if (a->seen->all != b->seen->all)
		return a->seen->all < b->seen->all ? 1 : -1;
	return a->thread < b->thread ? -1 : 1;
}

static void put_thread(struct writing *writing, const struct thread_row *row)
{
	const struct thread_info *thread = &writing->profile->threads[row->thread];
	const struct thread_counts *seen = row->seen;
	const uint64_t *states = seen->states;
	double all = (double)seen->all / 100;
	uint64_t waits = seen->all - states[SAMPLE_RUNNING] - states[SAMPLE_GIL_WAIT];

	text_clear(&writing->text);
	text_addf(&writing->text, "%d ", thread->tid);
	text_add_clean(&writing->text, thread->name);
	fputs("| ", writing->file);
	put_code(writing);
	fprintf(writing->file,
		" | %" PRIu64 " | %.0f %% | %.0f %% | %.0f %% | %.0f %% | %.0f %% |\n", seen->all,
		(double)states[SAMPLE_RUNNING] / all, (double)states[SAMPLE_GIL_WAIT] / all,
		(double)waits / all, (double)seen->holds_gil / all, (double)seen->in_gc / all);
}

static struct error *put_threads(struct writing *writing)
{
	const struct profile *profile = writing->profile;
	CLEANUP(freep)
	struct thread_row *rows = calloc(profile->thread_count + 1, sizeof(*rows));
	size_t shown = 0;

	if (!rows)
		return &error_nomem;
	for (size_t i = 0; i < profile->thread_count; i++)
		rows[i] = (struct thread_row) { (uint32_t)i, &profile->counts[i] };
	qsort(rows, profile->thread_count, sizeof(*rows), compare_rows);
	fputs("\n## Threads\n\n| thread | samples | runs | waits for GIL | waits | holds GIL | "
	      "collects |\n|---|--:|--:|--:|--:|--:|--:|\n",
	      writing->file);
	for (size_t i = 0; i < profile->thread_count && rows[i].seen->all; i++, shown++)
		if (shown < THREADS_MAX)
			put_thread(writing, &rows[i]);
	if (shown > THREADS_MAX)
		fprintf(writing->file, "\n%zu more threads.\n", shown - THREADS_MAX);
	return NULL;
}

static void put_next_step(struct writing *writing, const struct call_graph *graph)
{
	const struct profile *profile = writing->profile;

	fputs("\n## Next\n\n", writing->file);
	if (profile->hidden_waiting > profile->total)
		fprintf(writing->file,
			"%" PRIu64 " samples of waiting threads are left out, more than are shown: "
			"`sonde report -i` shows what they wait for.\n",
			profile->hidden_waiting);
	else if (graph->function_count && graph->functions[0].own.samples * 2 > profile->total)
		fputs("More than half of the time is in one function: `sonde report -o flame.svg` "
		      "shows who calls it.\n",
		      writing->file);
	else
		fputs("No single function dominates: `sonde report -o flame.svg` shows who calls "
		      "what.\n",
		      writing->file);
}

static struct error *markdown_write(const struct profile *profile, const struct output_facts *facts,
				    FILE *file)
{
	CLEANUP(call_graph_deinit)
	struct call_graph graph = { 0 };
	struct writing writing = { .profile = profile, .file = file };
	struct error *err = call_graph_init(&graph, profile, GRAPH_NO_CALLS, naming);

	if (err)
		return err;
	fputs("# Profile of ", file);
	text_add_clean(&writing.text, facts->title ? facts->title : "a Python program");
	put_code(&writing);
	fprintf(file, "\n\n%" PRIu64 " sample%s in %.1f s", profile->total,
		profile->total == 1 ? "" : "s", (double)profile->capture.stats.elapsed_ns / 1e9);
	if (profile->process_count)
		fprintf(file, ", Python %.40s", profile->processes[0].python);
	fputs(profile->total ? ".\n" : ": no samples.\n", file);
	if (profile->total) {
		put_functions(&writing, &graph);
		put_paths(&writing);
		if (profile->counts)
			err = put_threads(&writing);
		put_next_step(&writing, &graph);
	}
	if (writing.text.failed)
		err = &error_nomem;
	text_deinit(&writing.text);
	return err;
}

static const char *const aliases[] = { "md", "llm", NULL };
static const char *const suffixes[] = { ".md", ".markdown", NULL };

const struct output output_markdown = {
	.name = "markdown",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "the hottest functions and paths in bounded size, for tickets and chats",
	.only_counts = true,
	.write = markdown_write,
};
