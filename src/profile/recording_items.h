/*
 * recording_items.h - the dictionary of a recording: strings, functions, frames, stacks, processes
 * and threads as items, each written when it is new (and people again when they have changed), and
 * read back into a profile.
 */
#ifndef PROFILE_RECORDING_ITEMS_H
#define PROFILE_RECORDING_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "bytes.h"
#include "profile/profile.h"

struct string_number;

struct item_writer {
	const struct profile *dictionary;     /* borrowed */
	struct string_number *strings;        /* by address; the dictionary has each once */
	uint32_t string_count;                /* written */
	size_t funcs, frames, nodes;          /* written */
	ARRAY(struct process_info) processes; /* as written last */
	ARRAY(struct thread_info) threads;
};

void item_writer_deinit(struct item_writer *writer);

/*
 * Appends what is new until it is about PIECE_FULL_BYTES. *more: there is still something.
 * &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *item_writer_put(struct item_writer *writer,
								  struct bytes *out, bool *more);

/* The number of a string that was written; 0 for the empty one. */
uint32_t item_writer_string(const struct item_writer *writer, const char *chars);

struct item_reader {
	struct profile *profile;     /* borrowed: what was read */
	ARRAY(const char *) strings; /* by number, from 1 */
};

void item_reader_deinit(struct item_reader *reader);

/* The items of a block. What makes no sense sets *sense to false. */
__attribute__((warn_unused_result)) struct error *
item_reader_add(struct item_reader *reader, struct cursor *cursor, bool *sense);

/* A string by its number; NULL when there is none of it. */
const char *item_reader_string(const struct item_reader *reader, uint64_t number);

#endif
