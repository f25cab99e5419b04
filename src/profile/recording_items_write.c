/*
 * recording_items_write.c - what is new in the dictionary, in an order in which everything stands
 * behind what it refers to.
 */
#include "recording_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/utf8.h"
#include "recording_format.h"

struct string_number {
	const char *chars; /* key: its address */
	uint32_t number;
	UT_hash_handle hh;
};

void item_writer_deinit(struct item_writer *writer)
{
	struct string_number *string, *next;

	HASH_ITER (hh, writer->strings, string, next) {
		HASH_DEL(writer->strings, string);
		free(string);
	}
	array_deinit(&writer->processes);
	array_deinit(&writer->threads);
}

uint32_t item_writer_string(const struct item_writer *writer, const char *chars)
{
	struct string_number *string;

	if (!*chars)
		return 0;
	HASH_FIND(hh, writer->strings, &chars, sizeof(chars), string);
	return string ? string->number : 0;
}

/* A longer one is cut between two characters. */
static size_t bounded_length(const char *chars)
{
	size_t length = strnlen(chars, STRING_MAX_BYTES + 1);

	if (length <= STRING_MAX_BYTES)
		return length;
	length = STRING_MAX_BYTES;
	while (length > STRING_MAX_BYTES - 4 && ((uint8_t)chars[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* Written in front of the item that needs it, when it never was. */
static struct error *need_string(struct item_writer *writer, struct bytes *out, const char *chars)
{
	struct string_number *string;
	size_t length;

	if (!*chars || item_writer_string(writer, chars))
		return NULL;
	string = malloc(sizeof(*string));
	if (!string)
		return &error_nomem;
	string->chars = chars;
	string->number = writer->string_count + 1;
	HASH_ADD(hh, writer->strings, chars, sizeof(string->chars), string);
	if (!string->hh.tbl) {
		free(string);
		return &error_nomem;
	}
	writer->string_count++;
	length = bounded_length(chars);
	bytes_put_byte(out, ITEM_STRING);
	bytes_put_number(out, length);
	bytes_put(out, chars, length);
	return NULL;
}

static struct error *need_strings(struct item_writer *writer, struct bytes *out, const char *first,
				  const char *second, const char *third)
{
	struct error *err = need_string(writer, out, first);

	if (!err)
		err = need_string(writer, out, second);
	if (!err)
		err = need_string(writer, out, third);
	return err;
}

static struct error *put_func(struct item_writer *writer, struct bytes *out)
{
	const struct func *func = &writer->dictionary->funcs[writer->funcs++];
	struct error *err = need_strings(writer, out, func->name, func->path, func->file);

	if (err)
		return err;
	bytes_put_byte(out, ITEM_FUNC);
	bytes_put_number(out, func->kind);
	bytes_put_number(out, item_writer_string(writer, func->name));
	bytes_put_number(out, item_writer_string(writer, func->path));
	bytes_put_number(out, item_writer_string(writer, func->file));
	bytes_put_signed(out, func->first_line);
	bytes_put_signed(out, (int64_t)func->last_line - func->first_line);
	return NULL;
}

static void put_frame(struct item_writer *writer, struct bytes *out)
{
	const struct frame *frame = &writer->dictionary->frames[writer->frames++];

	bytes_put_byte(out, ITEM_FRAME);
	bytes_put_number(out, frame->func);
	bytes_put_signed(out,
			 (int64_t)frame->line - writer->dictionary->funcs[frame->func].first_line);
}

static void put_node(struct item_writer *writer, struct bytes *out)
{
	const struct stack_node *node = &writer->dictionary->nodes[writer->nodes];

	bytes_put_byte(out, ITEM_NODE);
	bytes_put_number(out, writer->nodes++ - node->parent);
	bytes_put_number(out, node->frame);
}

static bool is_same_process(const struct process_info *a, const struct process_info *b)
{
	return a->pid == b->pid && a->parent == b->parent && a->command == b->command &&
	       a->exe == b->exe && a->python == b->python;
}

static bool is_same_thread(const struct thread_info *a, const struct thread_info *b)
{
	return a->process == b->process && a->tid == b->tid && a->ident == b->ident &&
	       a->interp == b->interp && a->name == b->name;
}

static struct error *put_process(struct item_writer *writer, struct bytes *out, size_t number)
{
	const struct process_info *process = &writer->dictionary->processes[number];
	struct error *err =
		need_strings(writer, out, process->command, process->exe, process->python);

	if (err)
		return err;
	bytes_put_byte(out, ITEM_PROCESS);
	bytes_put_number(out, number);
	bytes_put_signed(out, process->pid);
	bytes_put_signed(out, process->parent);
	bytes_put_number(out, item_writer_string(writer, process->command));
	bytes_put_number(out, item_writer_string(writer, process->exe));
	bytes_put_number(out, item_writer_string(writer, process->python));
	if (number == writer->processes.count)
		return array_push(&writer->processes, *process) ? NULL : &error_nomem;
	writer->processes.items[number] = *process;
	return NULL;
}

static struct error *put_thread(struct item_writer *writer, struct bytes *out, size_t number)
{
	const struct thread_info *thread = &writer->dictionary->threads[number];
	struct error *err = need_string(writer, out, thread->name);

	if (err)
		return err;
	bytes_put_byte(out, ITEM_THREAD);
	bytes_put_number(out, number);
	bytes_put_number(out, thread->process);
	bytes_put_signed(out, thread->tid);
	bytes_put_number(out, thread->ident);
	bytes_put_signed(out, thread->interp);
	bytes_put_number(out, item_writer_string(writer, thread->name));
	if (number == writer->threads.count)
		return array_push(&writer->threads, *thread) ? NULL : &error_nomem;
	writer->threads.items[number] = *thread;
	return NULL;
}

static bool is_full(const struct bytes *out)
{
	return out->count >= PIECE_FULL_BYTES || out->failed;
}

static struct error *put_people(struct item_writer *writer, struct bytes *out)
{
	const struct profile *dictionary = writer->dictionary;
	struct error *err = NULL;

	for (size_t i = 0; !err && !is_full(out) && i < dictionary->process_count; i++)
		if (i >= writer->processes.count ||
		    !is_same_process(&dictionary->processes[i], &writer->processes.items[i]))
			err = put_process(writer, out, i);
	for (size_t i = 0; !err && !is_full(out) && i < dictionary->thread_count; i++)
		if (i >= writer->threads.count ||
		    !is_same_thread(&dictionary->threads[i], &writer->threads.items[i]))
			err = put_thread(writer, out, i);
	return err;
}

struct error *item_writer_put(struct item_writer *writer, struct bytes *out, bool *more)
{
	const struct profile *dictionary = writer->dictionary;
	struct error *err = NULL;

	if (!writer->nodes)
		writer->nodes = 1; /* the root is no item */
	while (!err && !is_full(out) && writer->funcs < dictionary->func_count)
		err = put_func(writer, out);
	while (!err && !is_full(out) && writer->frames < dictionary->frame_count)
		put_frame(writer, out);
	while (!err && !is_full(out) && writer->nodes < dictionary->node_count)
		put_node(writer, out);
	if (!err)
		err = put_people(writer, out);
	*more = is_full(out);
	return err ? err : out->failed ? &error_nomem : NULL;
}
