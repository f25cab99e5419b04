/*
 * sources.c - which lines are wanted, which were taken, and the files in between.
 */
#include "profile/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "target/files.h"

enum {
	FILES_MAX = 1 << 14,  /* a program may invent names without end */
	RANGES_MAX = 1 << 12, /* of a file, between two visits */
	LINE_BYTES = 16,      /* that an empty line takes, about, wherever it is kept */
};

/* Coarse clocks and the kernel's ticks: a file that was written just before the start. */
static const uint64_t START_SLACK_NS = 2 * (uint64_t)CLOCK_SECOND_NS;

struct source_origin {
	struct process_files files;
	uint64_t started_unix_ns;
	size_t references;
};

struct range {
	int32_t first, last;
};

struct source_file {
	const char *path;             /* key: its address */
	struct source_origin *origin; /* while it waits to be read, else NULL */
	ARRAY(struct range) wanted;
	uint8_t *taken; /* a bit a line */
	size_t lines;   /* of the file; 0: it was not read yet */
	struct stat as_read;
	bool is_refused;
	UT_hash_handle hh;
};

struct sources {
	struct source_file *files;
	ARRAY(struct source_file *) waiting; /* with an origin, in the order in which they came */
	size_t text_bytes;                   /* taken */
	bool is_full;
};

struct error *sources_create(struct sources **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? NULL : &error_nomem;
}

void sources_destroy(struct sources *sources)
{
	struct source_file *file, *next;

	if (!sources)
		return;
	HASH_ITER (hh, sources->files, file, next) {
		HASH_DEL(sources->files, file);
		source_origin_release(file->origin);
		array_deinit(&file->wanted);
		free(file->taken);
		free(file);
	}
	array_deinit(&sources->waiting);
	free(sources);
}

struct error *source_origin_create(const struct process *process, struct source_origin **ret)
{
	struct source_origin *origin = calloc(1, sizeof(*origin));

	if (!origin)
		return &error_nomem;
	process_files_init(&origin->files, process->pid);
	origin->started_unix_ns = process_started_unix_ns(process);
	origin->references = 1;
	*ret = origin;
	return NULL;
}

void source_origin_release(struct source_origin *origin)
{
	if (!origin || --origin->references)
		return;
	process_files_deinit(&origin->files);
	free(origin);
}

static struct error *find_file(struct sources *sources, const char *path, struct source_file **ret)
{
	struct source_file *file;

	HASH_FIND(hh, sources->files, &path, sizeof(path), file);
	*ret = file;
	if (file || HASH_COUNT(sources->files) >= FILES_MAX)
		return NULL;
	file = calloc(1, sizeof(*file));
	if (!file)
		return &error_nomem;
	file->path = path;
	HASH_ADD(hh, sources->files, path, sizeof(file->path), file);
	if (!file->hh.tbl) {
		free(file);
		return &error_nomem;
	}
	*ret = file;
	return NULL;
}

static bool is_taken(const struct source_file *file, size_t line)
{
	return file->taken[(line - 1) / 8] >> ((line - 1) % 8) & 1;
}

static bool is_wanted(const struct source_file *file, const struct range *range)
{
	if (file->is_refused || file->wanted.count >= RANGES_MAX)
		return false;
	if (!file->lines)
		return true;
	for (size_t line = (size_t)range->first; line <= (size_t)range->last && line <= file->lines;
	     line++)
		if (!is_taken(file, line))
			return true;
	return false;
}

/* The function, or what stands around the line where it is long. */
static struct range range_of(const struct func *func, int32_t line)
{
	struct range range = { func->first_line, func->last_line };

	if (range.first < 1)
		range.first = 1;
	if (range.last < range.first)
		range.last = range.first;
	if ((int64_t)range.last - range.first < SOURCE_WHOLE_LINES)
		return range;
	if (line > SOURCE_AROUND_LINES && line - SOURCE_AROUND_LINES > range.first)
		range.first = line - SOURCE_AROUND_LINES;
	if (line < INT32_MAX - SOURCE_AROUND_LINES && line + SOURCE_AROUND_LINES < range.last)
		range.last = line + SOURCE_AROUND_LINES;
	return range;
}

struct error *sources_want(struct sources *sources, struct source_origin *origin,
			   const struct func *func, int32_t line)
{
	const struct range range = range_of(func, line);
	struct source_file *file;
	struct error *err;

	if (sources->is_full || !*func->path || *func->path == '<' || line < 1)
		return NULL;
	err = find_file(sources, func->path, &file);
	if (err || !file || !is_wanted(file, &range))
		return err;
	if (!array_push(&file->wanted, range))
		return &error_nomem;
	if (file->origin)
		return NULL;
	if (!array_push(&sources->waiting, file))
		return &error_nomem;
	file->origin = origin;
	origin->references++;
	return NULL;
}

/* The file as it was when the process began, and when a part of it was read before. */
static bool is_as_it_ran(const struct source_file *file, const struct stat *now)
{
	const struct stat *before = &file->as_read;
	uint64_t changed_ns =
		(uint64_t)now->st_mtim.tv_sec * CLOCK_SECOND_NS + (uint64_t)now->st_mtim.tv_nsec;

	if (now->st_size <= 0 || now->st_size > SOURCE_FILE_BYTES ||
	    changed_ns > file->origin->started_unix_ns + START_SLACK_NS)
		return false;
	return !file->lines ||
	       (before->st_dev == now->st_dev && before->st_ino == now->st_ino &&
		before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
		before->st_mtim.tv_nsec == now->st_mtim.tv_nsec);
}

/* All of it, ended by NUL; NULL when it is not as it should be. */
static char *read_text(const struct source_file *file, struct stat *now)
{
	CLEANUP(closep)
	int fd = process_files_open(&file->origin->files, file->path, now);
	CLEANUP(freep)
	char *text = NULL;
	size_t size, done = 0;

	if (fd < 0 || !is_as_it_ran(file, now))
		return NULL;
	size = (size_t)now->st_size;
	text = malloc(size + 1);
	while (text && done < size) {
		ssize_t n = read(fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		done += (size_t)n;
	}
	if (!text || memchr(text, '\0', size))
		return NULL;
	text[size] = '\0';
	return take_ptr(text);
}

/* The next line, without its end; *text is behind that, NULL behind the last one. */
static const char *next_line(const char **text, size_t *length)
{
	const char *line = *text;

	*length = strcspn(line, "\r\n");
	*text = line + *length;
	if (!**text || !strcmp(*text, "\n") || !strcmp(*text, "\r\n") || !strcmp(*text, "\r"))
		*text = NULL;
	else
		*text += 1 + !strncmp(*text, "\r\n", 2);
	return line;
}

static struct error *prepare_lines(struct source_file *file, const char *text)
{
	size_t length;

	if (file->lines)
		return NULL;
	for (file->lines = 0; text; file->lines++)
		(void)next_line(&text, &length);
	file->taken = calloc(file->lines / 8 + 1, 1);
	return file->taken ? NULL : &error_nomem;
}

/* Marks the wanted lines that were not taken; 1 in marks. */
static void mark_lines(const struct source_file *file, uint8_t *marks)
{
	for (size_t i = 0; i < file->wanted.count; i++) {
		const struct range *range = &file->wanted.items[i];

		for (size_t line = (size_t)range->first;
		     line <= (size_t)range->last && line <= file->lines; line++)
			marks[line - 1] = !is_taken(file, line);
	}
}

/* Valid UTF-8, tabs kept, other controls as blanks. */
static void clean_line(struct text *clean, const char *line, size_t length)
{
	const char *end = line + length;
	unsigned int c;

	text_clear(clean);
	while (line < end && clean->length < SOURCE_LINE_BYTES) {
		line += utf8_next(line, &c);
		if (c != '\t' && utf8_is_control(c))
			c = ' ';
		text_add_utf8(clean, c);
	}
}

static struct error *take_lines(struct sources *sources, struct source_file *file, const char *text,
				struct source_taker *taker)
{
	CLEANUP(freep)
	uint8_t *marks = calloc(file->lines, 1);
	CLEANUP(text_deinit)
	struct text clean = { 0 };
	struct error *err = NULL;
	size_t length;

	if (!marks)
		return &error_nomem;
	mark_lines(file, marks);
	for (size_t i = 0; !err && text && i < file->lines && !sources->is_full; i++) {
		const char *line = next_line(&text, &length);

		if (!marks[i])
			continue;
		clean_line(&clean, line, length);
		if (clean.failed)
			return &error_nomem;
		err = taker->add(taker, file->path, (int32_t)i + 1, text_chars(&clean),
				 clean.length);
		file->taken[i / 8] |= (uint8_t)(1U << i % 8);
		sources->text_bytes += clean.length + LINE_BYTES;
		sources->is_full = sources->text_bytes >= SOURCE_TEXT_BYTES;
	}
	return err;
}

static struct error *take_file(struct sources *sources, struct source_file *file,
			       struct source_taker *taker)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, at the start of a file */
	struct stat now;
	CLEANUP(freep)
	char *text = read_text(file, &now);
	const char *begin = text;
	struct error *err;

	if (!text) {
		file->is_refused = true;
		return NULL;
	}
	if (!strncmp(text, mark, sizeof(mark) - 1))
		begin += sizeof(mark) - 1;
	file->as_read = now;
	err = prepare_lines(file, begin);
	return err ? err : take_lines(sources, file, begin, taker);
}

struct error *sources_take(struct sources *sources, uint64_t until_ns, struct source_taker *taker)
{
	struct error *err = NULL;
	size_t done = 0;

	while (!err && done < sources->waiting.count) {
		struct source_file *file = sources->waiting.items[done++];

		if (!sources->is_full)
			err = take_file(sources, file, taker);
		source_origin_release(take_ptr(file->origin));
		file->wanted.count = 0;
		if (clock_now_ns() >= until_ns)
			break;
	}
	sources->waiting.count -= done;
	if (sources->waiting.count)
		memmove(sources->waiting.items, sources->waiting.items + done,
			sources->waiting.count * sizeof(*sources->waiting.items));
	return err;
}
