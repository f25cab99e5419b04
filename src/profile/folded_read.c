/*
 * folded_read.c - from lines of folded stacks to what a recording would give.
 *
 * Files are untrusted: lines, counts and their sum are bounded. Stacks that begin alike stand
 * together in sorted files: what a line shares with the one before it is not looked up again.
 */
#include "profile/folded_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "folded_frame.h"

enum {
	LINE_BYTES_MAX = 64 << 20, /* 100,000 frames (the deepest that is recorded) of 600 bytes */
	BLOCK_BYTES = 64 << 10,
	SAMPLE_NS = 1000 * 1000, /* what a sample stands for; see folded_read.h */
};

/* So that times and sums stay below 2^63 ns, and one line below a few hundred runs. */
static const uint64_t LINE_COUNT_MAX = UINT64_C(1) << 40, COUNT_MAX = UINT64_C(1) << 42;

/* Root frames that were seen (the key), and the thread or process that they are. */
struct place {
	UT_hash_handle hh;
	uint32_t number;
	char chars[];
};

/* A frame of the last stack: where it ends in the text, and its node. */
struct level {
	size_t end;
	uint32_t node;
};

struct reading {
	const char *name;
	struct profile *profile;
	struct folded_facts *facts;
	gzFile file;
	size_t line; /* number of the one at hand */
	uint64_t total;
	struct place *threads, *processes;
	ARRAY(uint64_t) clocks;     /* by thread: where its next run begins */
	ARRAY(struct level) levels; /* of the last stack */
	struct text stack, scratch; /* stack: the last one, without its root frames */
};

static void places_destroy(struct place **places)
{
	struct place *place, *next;

	HASH_ITER (hh, *places, place, next) {
		HASH_DEL(*places, place);
		free(place);
	}
}

static void reading_deinit(struct reading *reading)
{
	if (reading->file)
		gzclose(reading->file);
	places_destroy(&reading->threads);
	places_destroy(&reading->processes);
	array_deinit(&reading->clocks);
	array_deinit(&reading->levels);
	text_deinit(&reading->stack);
	text_deinit(&reading->scratch);
}

static struct error *wrong_line(const struct reading *reading, const char *what)
{
	return error_create(ERROR_FORMAT,
			    "%s is neither a recording of sonde nor folded stacks: line %zu %s",
			    reading->name, reading->line, what);
}

static struct error *place_add(struct place **places, const char *chars, size_t length,
			       uint32_t number)
{
	struct place *place = malloc(sizeof(*place) + length);

	if (!place)
		return &error_nomem;
	place->number = number;
	memcpy(place->chars, chars, length);
	HASH_ADD_KEYPTR(hh, *places, place->chars, length, place);
	if (!place->hh.tbl) {
		free(place);
		return &error_nomem;
	}
	return NULL;
}

static struct place *place_find(struct place *places, const char *chars, size_t length)
{
	struct place *place;

	HASH_FIND(hh, places, chars, length, place);
	return place;
}

/* The rest of a root frame, as a string. */
static struct error *root_text(struct reading *reading, const struct folded_root *root,
			       const char **ret)
{
	text_clear(&reading->scratch);
	text_add_bytes(&reading->scratch, root->rest, root->rest_length);
	text_add(&reading->scratch, "");
	*ret = text_chars(&reading->scratch);
	return reading->scratch.failed ? &error_nomem : NULL;
}

static struct error *find_process(struct reading *reading, const char *chars, size_t length,
				  const struct folded_root *root, uint32_t *ret)
{
	struct place *place = place_find(reading->processes, chars, length);
	struct process_info process = { 0, 0, "", "", "" };
	struct error *err = NULL;

	if (place) {
		*ret = place->number;
		return NULL;
	}
	if (root) {
		process.pid = (pid_t)root->number;
		err = root_text(reading, root, &process.command);
		reading->facts->has_processes = true;
	}
	if (!err)
		err = profile_process(reading->profile, &process, ret);
	return err ? err : place_add(&reading->processes, chars, length, *ret);
}

/* Where a root frame stands among the others. */
static int rank_of(enum frame_kind kind)
{
	return kind == FRAME_PROCESS ? 0 : kind == FRAME_INTERPRETER ? 1 : 2;
}

/* The root frames at the start of a stack; returns how many bytes they take, with semicolons. */
static size_t parse_roots(const char *chars, size_t length, struct folded_root roots[3],
			  size_t *count)
{
	size_t at = 0;

	*count = 0;
	while (at < length && *count < 3) {
		const char *semicolon = memchr(chars + at, ';', length - at);
		size_t end = semicolon ? (size_t)(semicolon - chars) : length;

		if (!folded_root_parse(chars + at, end - at, &roots[*count]) ||
		    (*count && rank_of(roots[*count].kind) <= rank_of(roots[*count - 1].kind)))
			break;
		at = end < length ? end + 1 : length;
		(*count)++;
	}
	return at;
}

/* The thread that a stack belongs to, and how much of the stack says so. */
static struct error *find_thread(struct reading *reading, const char *chars, size_t length,
				 size_t *skip, uint32_t *ret)
{
	struct thread_info thread = { .name = "" };
	const struct folded_root *process = NULL;
	struct folded_root roots[3];
	struct place *place;
	struct error *err;
	size_t count, process_length = 0;

	*skip = parse_roots(chars, length, roots, &count);
	place = place_find(reading->threads, chars, *skip);
	if (place) {
		*ret = place->number;
		return NULL;
	}
	if (count && roots[0].kind == FRAME_PROCESS) {
		process = &roots[0];
		process_length = (size_t)(process->rest + process->rest_length - chars);
	}
	err = find_process(reading, chars, process_length, process, &thread.process);
	for (size_t i = 0; !err && i < count; i++) {
		if (roots[i].kind == FRAME_INTERPRETER)
			thread.interp = roots[i].number;
		if (roots[i].kind != FRAME_THREAD)
			continue;
		reading->facts->has_threads = true;
		thread.tid = (pid_t)roots[i].number;
		thread.ident = roots[i].ident;
		err = root_text(reading, &roots[i], &thread.name);
	}
	if (!err)
		err = profile_thread(reading->profile, &thread, ret);
	if (!err && !array_push(&reading->clocks, 0))
		err = &error_nomem;
	return err ? err : place_add(&reading->threads, chars, *skip, *ret);
}

/* How many frames the stack shares with the last one. */
static size_t shared_levels(const struct reading *reading, const char *chars, size_t length)
{
	const char *last = text_chars(&reading->stack);
	size_t shortest = length < reading->stack.length ? length : reading->stack.length;
	size_t same = 0, count = 0;

	if (!length)
		return 0;
	while (same < shortest && chars[same] == last[same])
		same++;
	while (count < reading->levels.count && reading->levels.items[count].end <= same &&
	       (reading->levels.items[count].end == length ||
		chars[reading->levels.items[count].end] == ';'))
		count++;
	return count;
}

/* The node of a stack without root frames. */
static struct error *find_node(struct reading *reading, const char *chars, size_t length,
			       uint32_t *ret)
{
	size_t at = 0, count = shared_levels(reading, chars, length);
	struct level level = { 0 };

	reading->levels.count = count;
	if (count && reading->levels.items) {
		level = reading->levels.items[count - 1];
		at = level.end + 1;
	}
	while (at <= length && length) {
		const char *semicolon = at < length ? memchr(chars + at, ';', length - at) : NULL;
		uint32_t frame;
		struct error *err;

		level.end = semicolon ? (size_t)(semicolon - chars) : length;
		err = folded_frame_add(reading->profile, chars + at, level.end - at,
				       &reading->scratch, &frame);
		if (!err)
			err = profile_child(reading->profile, level.node, frame, &level.node);
		if (err)
			return err;
		if (!array_push(&reading->levels, level))
			return &error_nomem;
		at = level.end + 1;
	}
	text_clear(&reading->stack);
	text_add_bytes(&reading->stack, chars, length);
	*ret = level.node;
	return reading->stack.failed ? &error_nomem : NULL;
}

static struct error *add_runs(struct reading *reading, uint32_t thread, uint32_t node,
			      uint64_t count)
{
	uint64_t *clock = &reading->clocks.items[thread];
	struct run run = { .thread = thread, .node = node, .state = SAMPLE_RUNNING };
	struct error *err = NULL;

	while (!err && count) {
		run.samples = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
		run.start_ns = *clock;
		run.time_ns = (uint64_t)run.samples * SAMPLE_NS;
		*clock += run.time_ns;
		count -= run.samples;
		err = profile_run(reading->profile, &run);
	}
	return err;
}

/* The number behind the last blank, which is where the stack ends. */
static struct error *parse_count(const struct reading *reading, const char *chars, size_t *length,
				 uint64_t *ret)
{
	const char *blank = memrchr(chars, ' ', *length), *p;
	uint64_t count = 0;

	if (!blank || blank + 1 == chars + *length)
		return wrong_line(reading, "has no count at its end");
	for (p = blank + 1; p < chars + *length; p++) {
		if (*p < '0' || *p > '9')
			return wrong_line(reading, "has no count at its end");
		count = count * 10 + (uint64_t)(*p - '0');
		if (count > LINE_COUNT_MAX)
			return wrong_line(reading, "has a count of more than 2^40");
	}
	*length = (size_t)(blank - chars);
	*ret = count;
	return NULL;
}

static struct error *read_line(struct reading *reading, const char *chars, size_t length)
{
	size_t skip;
	uint32_t thread, node;
	uint64_t count = 0;
	struct error *err;

	reading->line++;
	if (length && chars[length - 1] == '\r')
		length--;
	if (!length || chars[0] == '#') /* comments: austin writes some */
		return NULL;
	if (memchr(chars, '\0', length))
		return wrong_line(reading, "is no text");
	err = parse_count(reading, chars, &length, &count);
	if (err)
		return err;
	reading->total += count;
	if (reading->total > COUNT_MAX)
		return wrong_line(reading, "makes the sum of all counts more than 2^42");
	err = find_thread(reading, chars, length, &skip, &thread);
	if (err)
		return err;
	chars += skip;
	length -= skip;
	if (length == strlen("<empty>") && !memcmp(chars, "<empty>", length))
		length = 0; /* stacks without a frame: see frame_text.h */
	err = find_node(reading, chars, length, &node);
	return err ? err : add_runs(reading, thread, node, count);
}

/* All whole lines of what was read; what is left stands at the start of it then. */
static struct error *read_lines(struct reading *reading, struct text *pending)
{
	size_t at = 0;
	const char *end;
	struct error *err = NULL;

	while (!err && (end = memchr(pending->chars + at, '\n', pending->length - at))) {
		err = read_line(reading, pending->chars + at, (size_t)(end - pending->chars) - at);
		at = (size_t)(end - pending->chars) + 1;
	}
	memmove(pending->chars, pending->chars + at, pending->length - at);
	pending->length -= at;
	if (!err && pending->length > LINE_BYTES_MAX)
		return wrong_line(reading, "is too long");
	return err;
}

static struct error *read_all(struct reading *reading)
{
	CLEANUP(text_deinit)
	struct text pending = { 0 };
	struct error *err = NULL;
	static char block[BLOCK_BYTES];
	int n = 0, code;

	while (!err && (n = gzread(reading->file, block, sizeof(block))) > 0) {
		text_add_bytes(&pending, block, (size_t)n);
		if (pending.failed)
			return &error_nomem;
		/* a long line is searched once, not once for each block */
		if (memchr(block, '\n', (size_t)n) || pending.length > LINE_BYTES_MAX)
			err = read_lines(reading, &pending);
	}
	if (!err && pending.length)
		err = read_line(reading, pending.chars, pending.length);
	if (err)
		return err;
	(void)gzerror(reading->file, &code);
	if (code == Z_ERRNO)
		return error_os(errno, "cannot read %s", reading->name);
	if (n < 0 || code == Z_BUF_ERROR)
		return error_create(ERROR_FORMAT, "cannot read %s: it is damaged, or ends early",
				    reading->name);
	return NULL;
}

static struct error *read_into(int fd, struct reading *reading)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	struct error *err;

	if (own < 0)
		return error_os(errno, "cannot read %s", reading->name);
	reading->file = gzdopen(own, "r");
	if (!reading->file) {
		close(own);
		return &error_nomem;
	}
	err = read_all(reading);
	if (err)
		return err;
	for (size_t i = 0; i < reading->profile->func_count; i++)
		if (reading->profile->funcs[i].path[0] == '/')
			reading->facts->has_paths = true;
	profile_sort_runs(reading->profile);
	return NULL;
}

struct error *folded_read(int fd, const char *name, struct profile *ret, struct folded_facts *facts)
{
	CLEANUP(reading_deinit)
	struct reading reading = { .name = name, .profile = ret, .facts = facts };
	struct error *err = profile_init(ret);

	if (err)
		return err;
	*facts = (struct folded_facts) { 0 };
	err = read_into(fd, &reading);
	if (err)
		profile_deinit(ret);
	return err;
}
