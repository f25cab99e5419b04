/*
 * recording_writer.c - a recording as it is made: once a second what is new in the dictionary, the
 * runs, how it goes, and source text, in this order, so that a reader finds everything that is
 * referred to.
 */
#include "profile/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "recording_blocks.h"
#include "recording_facts.h"
#include "recording_items.h"
#include "recording_runs.h"

enum {
	FLUSH_NS = CLOCK_SECOND_NS,
	/* A unit of time: a 64th of the period, between 100 ns and a 64th of a millisecond. */
	UNIT_MIN_NS = 100,
	UNIT_MAX_NS = CLOCK_MS_NS / SLOT_UNITS,
	/* To read source files: between two looks, and at the end. */
	SOURCES_NS = 2 * CLOCK_MS_NS,
	SOURCES_LAST_NS = 2 * CLOCK_SECOND_NS,
};

struct recording_writer {
	struct sink sink;
	const struct profile *dictionary;
	struct recording_options options;
	struct block_writer blocks;
	struct item_writer items;
	struct run_encoder runs;
	uint64_t flushed_ns, looked_ns; /* when it was last written, and when the last look was */
	bool is_broken;                 /* something could not be written: nothing will be */
};

static void recording_writer_destroyp(struct recording_writer **writer)
{
	recording_writer_destroy(*writer);
}

static struct error *writer_add(struct sink *sink, const struct tick *tick)
{
	struct recording_writer *writer = (struct recording_writer *)sink;
	uint64_t next_ns = tick->time_ns + (tick->time_ns - writer->looked_ns);
	bool is_full = false;
	struct error *err;

	err = run_encoder_add(&writer->runs, tick);
	if (err)
		return err;
	writer->looked_ns = tick->time_ns;
	for (size_t i = 0; i < RUN_COLUMNS; i++)
		is_full |= writer->runs.columns[i].count >= PIECE_FULL_BYTES;
	if (!is_full && next_ns < writer->flushed_ns + FLUSH_NS)
		return NULL;
	return recording_writer_flush(writer, &writer->dictionary->capture.stats);
}

static uint32_t unit_of(double rate_hz)
{
	double unit_ns = rate_hz > 0 ? CLOCK_SECOND_NS / rate_hz / SLOT_UNITS : UNIT_MIN_NS;

	if (unit_ns < UNIT_MIN_NS)
		return UNIT_MIN_NS;
	return unit_ns > UNIT_MAX_NS ? UNIT_MAX_NS : (uint32_t)unit_ns;
}

struct error *recording_writer_create(int fd, const struct profile *dictionary,
				      const struct recording_options *options,
				      struct recording_writer **ret)
{
	CLEANUP(recording_writer_destroyp)
	struct recording_writer *writer = calloc(1, sizeof(*writer));
	const struct recording_head head = { unit_of(options->rate_hz), SLOT_UNITS };
	struct error *err;

	if (!writer)
		return &error_nomem;
	writer->sink.add = writer_add;
	writer->dictionary = writer->items.dictionary = dictionary;
	writer->options = *options;
	run_encoder_init(&writer->runs, head.unit_ns, head.slot_units);
	err = block_writer_init(&writer->blocks, fd, &head);
	if (err)
		return err;
	*ret = take_ptr(writer);
	return NULL;
}

void recording_writer_destroy(struct recording_writer *writer)
{
	if (!writer)
		return;
	run_encoder_deinit(&writer->runs);
	item_writer_deinit(&writer->items);
	block_writer_deinit(&writer->blocks);
	free(writer);
}

struct sink *recording_writer_sink(struct recording_writer *writer)
{
	return &writer->sink;
}

static struct error *write_dictionary(struct recording_writer *writer)
{
	struct error *err = NULL;
	bool more = true;

	while (!err && more) {
		struct bytes items = { 0 };

		err = item_writer_put(&writer->items, &items, &more);
		if (!err && items.count)
			err = block_write(&writer->blocks, BLOCK_DICTIONARY, &items);
		array_deinit(&items);
	}
	return err;
}

/* Lines of source on their way into blocks. */
struct source_block {
	struct source_taker taker;
	struct recording_writer *writer;
	struct bytes lines;
};

static struct error *write_source_block(struct source_block *block)
{
	struct error *err = NULL;

	if (block->lines.failed)
		return &error_nomem;
	if (block->lines.count)
		err = block_write(&block->writer->blocks, BLOCK_SOURCES, &block->lines);
	block->lines.count = 0;
	return err;
}

static struct error *add_source(struct source_taker *taker, const char *path, int32_t line,
				const char *text, size_t length)
{
	struct source_block *block = (struct source_block *)taker;
	struct source_taker *other = block->writer->options.source_taker;
	struct error *err = other ? other->add(other, path, line, text, length) : NULL;

	if (err)
		return err;
	bytes_put_number(&block->lines, item_writer_string(&block->writer->items, path));
	bytes_put_number(&block->lines, (uint64_t)line);
	bytes_put_number(&block->lines, length);
	bytes_put(&block->lines, text, length);
	return block->lines.count < PIECE_FULL_BYTES ? NULL : write_source_block(block);
}

static struct error *write_sources(struct recording_writer *writer, uint64_t until_ns)
{
	struct source_block block = { .taker.add = add_source, .writer = writer };
	struct error *err;

	if (!writer->options.sources)
		return NULL;
	err = sources_take(writer->options.sources, until_ns, &block.taker);
	if (!err)
		err = write_source_block(&block);
	array_deinit(&block.lines);
	return err;
}

static struct error *write_runs(struct recording_writer *writer)
{
	struct bytes *columns = writer->runs.columns;
	struct error *err = NULL;

	run_encoder_settle(&writer->runs);
	if (columns[RUNS_MOMENTS].count)
		err = block_write(&writer->blocks, BLOCK_RUNS, columns);
	for (size_t i = 0; i < RUN_COLUMNS; i++)
		columns[i].count = 0;
	return err;
}

static struct error *write_facts(struct recording_writer *writer, const struct stats *stats)
{
	struct capture capture = writer->dictionary->capture;
	struct bytes facts = { 0 };
	struct error *err;

	if (stats)
		capture.stats = *stats;
	facts_put(&capture, &facts);
	err = block_write(&writer->blocks, BLOCK_FACTS, &facts);
	array_deinit(&facts);
	return err;
}

static struct error *flush(struct recording_writer *writer, const struct stats *stats,
			   uint64_t sources_ns)
{
	struct error *err;

	if (writer->is_broken)
		return error_create(ERROR_OS, "the recording could not be written further");
	writer->flushed_ns = writer->looked_ns;
	err = write_dictionary(writer);
	if (!err)
		err = write_runs(writer);
	if (!err)
		err = write_facts(writer, stats);
	if (!err)
		err = write_sources(writer, clock_now_ns() + sources_ns);
	writer->is_broken = err != NULL;
	return err;
}

struct error *recording_writer_flush(struct recording_writer *writer, const struct stats *stats)
{
	return flush(writer, stats, SOURCES_NS);
}

struct error *recording_writer_finish(struct recording_writer *writer, const struct stats *stats)
{
	struct error *err = flush(writer, stats, SOURCES_LAST_NS);

	return err ? err : block_write(&writer->blocks, BLOCK_END, NULL);
}

static struct error *copy_blocks(int from, int to, uint64_t length)
{
	loff_t at = 0;

	while ((uint64_t)at < length) {
		char buf[1 << 16];
		uint64_t left = length - (uint64_t)at;
		ssize_t n = pread(from, buf, left < sizeof(buf) ? (size_t)left : sizeof(buf), at);
		ssize_t put = n > 0 ? pwrite(to, buf, (size_t)n, at) : 0;

		if (n < 0 || put < 0)
			return error_os(errno, "cannot copy the recording");
		if (!put)
			return error_create(ERROR_OS, "cannot copy the recording: it was cut");
		at += put;
	}
	return NULL;
}

struct error *recording_writer_copy(struct recording_writer *writer, const struct stats *stats,
				    int fd)
{
	struct block_writer copy = { .fd = fd };
	struct error *err = recording_writer_flush(writer, stats);

	if (!err)
		err = copy_blocks(writer->blocks.fd, fd, writer->blocks.offset);
	copy.offset = writer->blocks.offset;
	if (!err)
		err = block_write(&copy, BLOCK_END, NULL);
	block_writer_deinit(&copy);
	return err;
}
