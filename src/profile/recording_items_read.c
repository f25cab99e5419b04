/*
 * recording_items_read.c - items back into a profile. Every index is checked against what was there
 * before it; an item that there is already makes no sense.
 */
#include "recording_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "recording_format.h"

void item_reader_deinit(struct item_reader *reader)
{
	array_deinit(&reader->strings);
}

const char *item_reader_string(const struct item_reader *reader, uint64_t number)
{
	if (!number)
		return "";
	return number <= reader->strings.count ? reader->strings.items[number - 1] : NULL;
}

static struct error *read_string(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	uint64_t length = cursor_number(cursor);
	const char *chars = cursor_take(cursor, length);
	CLEANUP(freep)
	char *copy = NULL;
	const char *own;

	*sense = chars && length <= STRING_MAX_BYTES && !memchr(chars, '\0', length);
	if (!*sense)
		return NULL;
	copy = strndup(chars, length);
	own = copy ? profile_string(reader->profile, copy) : NULL;
	return own && array_push(&reader->strings, own) ? NULL : &error_nomem;
}

static const char *next_string(const struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	const char *chars = item_reader_string(reader, cursor_number(cursor));

	*sense = *sense && chars;
	return chars ? chars : "";
}

/* A number that a 32-bit field holds, added to another. */
static int32_t next_int32(struct cursor *cursor, int64_t base, bool *sense)
{
	int64_t value;

	if (__builtin_add_overflow(cursor_signed(cursor), base, &value) || value != (int32_t)value)
		*sense = false;
	return *sense ? (int32_t)value : 0;
}

static struct error *read_func(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	uint64_t kind = cursor_number(cursor);
	struct func func = { .kind = (enum frame_kind)kind };
	size_t count = reader->profile->func_count;
	struct error *err;
	uint32_t number;

	*sense = kind <= FRAME_MARKER;
	func.name = next_string(reader, cursor, sense);
	func.path = next_string(reader, cursor, sense);
	func.file = next_string(reader, cursor, sense);
	func.first_line = next_int32(cursor, 0, sense);
	func.last_line = next_int32(cursor, func.first_line, sense);
	*sense = *sense && !cursor->failed;
	if (!*sense)
		return NULL;
	err = profile_func(reader->profile, &func, &number);
	*sense = err || number == count;
	return err;
}

static struct error *read_frame(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	uint64_t func = cursor_number(cursor);
	size_t count = reader->profile->frame_count;
	struct error *err;
	uint32_t number;
	int32_t line;

	*sense = func < reader->profile->func_count;
	line = *sense ? next_int32(cursor, reader->profile->funcs[func].first_line, sense) : 0;
	*sense = *sense && !cursor->failed;
	if (!*sense)
		return NULL;
	err = profile_frame(reader->profile, (uint32_t)func, line, &number);
	*sense = err || number == count;
	return err;
}

static struct error *read_node(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	size_t count = reader->profile->node_count;
	uint64_t up = cursor_number(cursor), frame = cursor_number(cursor);
	struct error *err;
	uint32_t number;

	*sense = up && up <= count && frame < reader->profile->frame_count && !cursor->failed;
	if (!*sense)
		return NULL;
	err = profile_child(reader->profile, (uint32_t)(count - up), (uint32_t)frame, &number);
	*sense = err || number == count;
	return err;
}

static struct error *read_process(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	struct profile *profile = reader->profile;
	uint64_t number = cursor_number(cursor);
	struct process_info process = { 0 };
	uint32_t added;

	*sense = number <= profile->process_count;
	process.pid = next_int32(cursor, 0, sense);
	process.parent = next_int32(cursor, 0, sense);
	process.command = next_string(reader, cursor, sense);
	process.exe = next_string(reader, cursor, sense);
	process.python = next_string(reader, cursor, sense);
	*sense = *sense && !cursor->failed;
	if (!*sense)
		return NULL;
	if (number == profile->process_count)
		return profile_process(profile, &process, &added);
	process.command = profile_string(profile, process.command);
	process.exe = profile_string(profile, process.exe);
	process.python = profile_string(profile, process.python);
	if (!process.command || !process.exe || !process.python)
		return &error_nomem;
	profile->processes[number] = process;
	return NULL;
}

static struct error *read_thread(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	struct profile *profile = reader->profile;
	uint64_t number = cursor_number(cursor), process = cursor_number(cursor);
	struct thread_info thread = { .process = (uint32_t)process };
	uint32_t added;

	*sense = number <= profile->thread_count && process < profile->process_count;
	thread.tid = next_int32(cursor, 0, sense);
	thread.ident = cursor_number(cursor);
	thread.interp = cursor_signed(cursor);
	thread.name = next_string(reader, cursor, sense);
	*sense = *sense && !cursor->failed;
	if (!*sense)
		return NULL;
	if (number == profile->thread_count)
		return profile_thread(profile, &thread, &added);
	thread.name = profile_string(profile, thread.name);
	if (!thread.name)
		return &error_nomem;
	profile->threads[number] = thread;
	return NULL;
}

struct error *item_reader_add(struct item_reader *reader, struct cursor *cursor, bool *sense)
{
	static struct error *(*const readers[])(struct item_reader *, struct cursor *, bool *) = {
		[ITEM_STRING] = read_string,   [ITEM_FUNC] = read_func,
		[ITEM_FRAME] = read_frame,     [ITEM_NODE] = read_node,
		[ITEM_PROCESS] = read_process, [ITEM_THREAD] = read_thread,
	};
	struct error *err = NULL;

	*sense = true;
	while (!err && *sense && cursor_left(cursor)) {
		uint8_t tag = cursor_byte(cursor);

		*sense = tag < sizeof(readers) / sizeof(*readers) && readers[tag];
		if (*sense)
			err = readers[tag](reader, cursor, sense);
	}
	return err;
}
