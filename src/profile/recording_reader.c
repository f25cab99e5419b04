/*
 * recording_reader.c - a recording back into a profile: the dictionary and how many runs each
 * thread has, then the runs.
 */
#include "profile/recording.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "recording_blocks.h"
#include "recording_facts.h"
#include "recording_items.h"
#include "recording_runs.h"

struct reading {
	struct block_reader blocks;
	struct item_reader items;
	struct run_decoder runs;
	struct profile *profile;
};

static void reading_deinit(struct reading *reading)
{
	block_reader_deinit(&reading->blocks);
	item_reader_deinit(&reading->items);
	run_decoder_deinit(&reading->runs);
}

/* path, line, and text of each line. */
static struct error *read_sources(struct reading *reading, struct cursor *cursor, bool *sense)
{
	*sense = true;
	while (cursor_left(cursor)) {
		const char *path = item_reader_string(&reading->items, cursor_number(cursor));
		uint64_t line = cursor_number(cursor), length = cursor_number(cursor);
		const char *chars = cursor_take(cursor, length);
		CLEANUP(freep)
		char *text = NULL;
		struct error *err;

		*sense = path && chars && line && line <= INT32_MAX &&
			 !memchr(chars, '\0', length) &&
			 reading->profile->source_count < SOURCE_LINES_MAX;
		if (!*sense)
			return NULL;
		text = strndup(chars, length);
		if (!text)
			return &error_nomem;
		err = profile_source(reading->profile, path, (int32_t)line, text);
		if (err)
			return err;
	}
	return NULL;
}

static struct error *read_block(struct reading *reading, enum block_kind kind)
{
	struct bytes *pieces = reading->blocks.pieces;
	struct cursor cursor = cursor_of(pieces[0].items, pieces[0].count);
	struct error *err = NULL;
	bool sense = true;

	switch (kind) {
	case BLOCK_DICTIONARY:
		err = item_reader_add(&reading->items, &cursor, &sense);
		break;
	case BLOCK_SOURCES:
		err = read_sources(reading, &cursor, &sense);
		break;
	case BLOCK_RUNS:
		err = run_decoder_add(&reading->runs, reading->profile, pieces, &sense);
		break;
	case BLOCK_FACTS:
		err = facts_read(&cursor, reading->profile, &sense);
		break;
	default:
		break;
	}
	return err || sense ? err : block_nonsense(&reading->blocks, "a block makes no sense");
}

/* All blocks that are wanted. *whole: up to the closing one. */
static struct error *read_blocks(struct reading *reading, bool *whole)
{
	struct error *err;

	for (;;) {
		enum block_kind kind;

		err = block_read(&reading->blocks, &kind, whole);
		if (!err && kind != BLOCK_END)
			err = read_block(reading, kind);
		if (err || kind == BLOCK_END)
			break;
	}
	if (!err && !run_decoder_end(&reading->runs))
		err = block_nonsense(&reading->blocks, "a run is too long");
	return err;
}

/* Once more, from the beginning to where it ended before, for the runs alone. */
static struct error *place_runs(struct reading *reading)
{
	struct profile *profile = reading->profile;
	uint64_t count = reading->runs.run_count;
	struct error *err;
	bool whole;

	if (!count)
		return NULL;
	err = profile_reserve_runs(profile, count);
	if (err)
		return err;
	run_decoder_place(&reading->runs, profile->runs);
	block_reader_rewind(&reading->blocks);
	memset(reading->blocks.wanted, 0, sizeof(reading->blocks.wanted));
	reading->blocks.wanted[BLOCK_RUNS] = true;
	err = read_blocks(reading, &whole);
	if (!err && !run_decoder_is_placed(&reading->runs))
		err = block_nonsense(&reading->blocks, "it changed while it was read");
	if (!err)
		profile->run_count = count;
	return err;
}

struct error *recording_read(int fd, const char *name, struct profile *ret)
{
	CLEANUP(reading_deinit)
	struct reading reading = { .profile = ret, .items.profile = ret };
	struct error *err;
	bool whole = false;

	*ret = (struct profile) { 0 };
	err = block_reader_init(&reading.blocks, fd, name);
	if (err)
		return err;
	err = profile_init(ret);
	if (err)
		return err;
	run_decoder_init(&reading.runs, reading.blocks.head.unit_ns,
			 reading.blocks.head.slot_units);
	err = read_blocks(&reading, &whole);
	ret->capture.truncated = !whole;
	if (!err)
		err = place_runs(&reading);
	if (err) {
		profile_deinit(ret);
		return err;
	}
	profile_sort_sources(ret);
	return NULL;
}

bool recording_is(int fd)
{
	char magic[RECORDING_MAGIC_BYTES];

	return pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, RECORDING_MAGIC, sizeof(magic));
}
