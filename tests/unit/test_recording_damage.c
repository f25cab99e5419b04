/*
 * Recordings that were cut, damaged, or made to do harm: read up to there, or refused.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "profile/bytes.h"
#include "profile/recording.h"
#include "profile/recording_blocks.h"
#include "support/profiles.h"

/* Three flushes of a small recording. */
static struct bytes recorded_bytes(void)
{
	const struct recording_options options = { .rate_hz = 1000 };
	int fd = memfd_create("recording", MFD_CLOEXEC);
	struct recording_writer *writer;
	struct profile dictionary;
	struct bytes bytes = { 0 };
	struct sink *sink;
	off_t size;

	cr_assert_null(profile_init(&dictionary));
	profile_recorded(&dictionary);
	cr_assert_null(recording_writer_create(fd, &dictionary, &options, &writer));
	sink = recording_writer_sink(writer);
	for (uint32_t i = 1; i <= 300; i++) {
		const struct sample samples[] = { { 0, 1 + i % 5, 0, 1 }, { 1, 2, i / 8 % 3, 0 } };
		const struct tick tick = { i * UINT64_C(1000000), 1000000, samples, 2 };

		cr_assert_null(sink->add(sink, &tick));
		if (i % 100 == 0)
			cr_assert_null(recording_writer_flush(writer, &dictionary.capture.stats));
	}
	cr_assert_null(recording_writer_finish(writer, &dictionary.capture.stats));
	size = lseek(fd, 0, SEEK_END);
	cr_assert(bytes_reserve(&bytes, (size_t)size));
	cr_assert_eq(pread(fd, bytes.items, (size_t)size, 0), size);
	bytes.count = (size_t)size;
	recording_writer_destroy(writer);
	profile_deinit(&dictionary);
	close(fd);
	return bytes;
}

static struct error *read_bytes(const void *data, size_t size, struct profile *ret)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);
	struct error *err;

	cr_assert_eq(write(fd, data, size), (ssize_t)size);
	err = recording_read(fd, "test.sonde", ret);
	close(fd);
	return err;
}

static uint64_t samples_of(const struct profile *profile)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < profile->run_count; i++)
		sum += profile->runs[i].samples;
	return sum;
}

static uint32_t length_at(const struct bytes *bytes, size_t offset)
{
	const uint8_t *at = bytes->items + offset + 4;

	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Cut anywhere, it is read up to the last whole block before. */
Test(recording_damage, cut_anywhere)
{
	struct bytes bytes = recorded_bytes();
	size_t edge = RECORDING_HEADER_BYTES;
	uint64_t before = 0;

	for (size_t size = 0; size <= bytes.count; size++) {
		struct profile got;
		struct error *err = read_bytes(bytes.items, size, &got);
		bool at_edge = size == edge;

		if (size < RECORDING_HEADER_BYTES) {
			cr_assert(err && err->kind == ERROR_FORMAT);
			error_destroy(err);
			continue;
		}
		cr_assert_null(err, "%s", err ? error_message(err) : "");
		cr_assert_eq(got.capture.truncated, size < bytes.count);
		if (at_edge && size < bytes.count)
			edge += BLOCK_HEADER_BYTES + length_at(&bytes, size);
		else
			cr_assert_eq(samples_of(&got), before, "more at %zu", size);
		cr_assert_geq(samples_of(&got), before);
		before = samples_of(&got);
		profile_deinit(&got);
	}
	cr_assert_eq(edge, bytes.count);
	cr_assert_eq(before, 600);
	array_deinit(&bytes);
}

/* A byte that changed ends the recording before its block; none makes up samples. */
Test(recording_damage, a_wrong_byte_anywhere)
{
	struct bytes bytes = recorded_bytes();

	for (size_t i = 0; i < bytes.count; i++) {
		struct profile got;
		struct error *err;

		bytes.items[i] ^= (uint8_t)(1 << i % 8);
		err = read_bytes(bytes.items, bytes.count, &got);
		bytes.items[i] ^= (uint8_t)(1 << i % 8);
		if (i < RECORDING_HEADER_BYTES) {
			cr_assert(err && err->kind == ERROR_FORMAT, "byte %zu", i);
			error_destroy(err);
			continue;
		}
		cr_assert_null(err, "%s", err ? error_message(err) : "");
		cr_assert(got.capture.truncated);
		cr_assert_leq(samples_of(&got), 600);
		profile_deinit(&got);
	}
	array_deinit(&bytes);
}

static void assert_refused(const struct bytes *bytes, const char *sentence)
{
	struct profile got;
	struct error *err = read_bytes(bytes->items, bytes->count, &got);

	cr_assert(err, "it was read");
	cr_assert_eq(err->kind, ERROR_FORMAT);
	cr_assert(strstr(error_message(err), sentence), "%s", error_message(err));
	cr_assert(strstr(error_message(err), "test.sonde"));
	error_destroy(err);
}

Test(recording_damage, what_is_no_recording)
{
	struct bytes bytes = { 0 };

	assert_refused(&bytes, "the file is empty");
	bytes_put(&bytes, "a;b 1\nc;d 22222222222222222222\n", 31);
	assert_refused(&bytes, "no recording of sonde");
	array_deinit(&bytes);
	bytes = recorded_bytes();
	bytes.items[8] = RECORDING_VERSION + 1;
	assert_refused(&bytes, "made by a newer sonde (format 2, this one knows 1)");
	array_deinit(&bytes);
}

static void put_u32(struct bytes *bytes, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		bytes_put_byte(bytes, (uint8_t)(value >> 8 * i));
}

/* A block with a right checksum. */
static void put_block(struct bytes *bytes, const char *name, const struct bytes *payload)
{
	uint32_t crc;

	bytes_put(bytes, name, 4);
	put_u32(bytes, (uint32_t)payload->count);
	crc = (uint32_t)crc32(0, bytes->items + bytes->count - 8, 8);
	put_u32(bytes, (uint32_t)crc32(crc, payload->items, (uInt)payload->count));
	bytes_put(bytes, payload->items, payload->count);
}

static void put_packed(struct bytes *payload, const struct bytes *piece)
{
	size_t size = ZSTD_compressBound(piece->count);
	uint8_t *packed = malloc(size);

	size = ZSTD_compress(packed, size, piece->items, piece->count, 19);
	bytes_put_number(payload, size);
	bytes_put_number(payload, piece->count);
	bytes_put(payload, packed, size);
	free(packed);
}

/* A head, and a dictionary of one string, function, frame, stack, process and thread. */
static struct bytes small_recording(void)
{
	static const uint8_t items[] = { 1, 1, 'f', 2, 0, 1, 0, 0, 0, 0, 3, 0, 0, 4, 1,
					 0, 5, 0,   2, 2, 0, 0, 0, 6, 0, 0, 2, 1, 0, 0 };
	struct bytes bytes = { 0 }, payload = { 0 }, piece = { 0 };

	bytes_put(&bytes, RECORDING_MAGIC, 8);
	put_u32(&bytes, RECORDING_VERSION);
	put_u32(&bytes, 1000);
	put_u32(&bytes, SLOT_UNITS);
	put_u32(&bytes, (uint32_t)crc32(0, bytes.items, 20));
	bytes_put(&piece, items, sizeof(items));
	put_packed(&payload, &piece);
	put_block(&bytes, "DICT", &payload);
	array_deinit(&payload);
	array_deinit(&piece);
	return bytes;
}

static void put_runs(struct bytes *bytes, const struct bytes columns[RUN_COLUMNS])
{
	struct bytes payload = { 0 };

	for (size_t i = 0; i < RUN_COLUMNS; i++)
		put_packed(&payload, &columns[i]);
	put_block(bytes, "RUNS", &payload);
	array_deinit(&payload);
}

#define BYTES(...)                                                                                 \
	((struct bytes) { .items = (uint8_t[]) { __VA_ARGS__ },                                    \
			  .count = sizeof((uint8_t[]) { __VA_ARGS__ }) })

Test(recording_damage, columns_that_make_sense)
{
	const struct bytes columns[] = { BYTES(0, 2, 4, 0, 0), BYTES(7), BYTES(0), BYTES(1),
					 BYTES(1 << LOOK_FLAGS_SHIFT) };
	struct bytes bytes = small_recording();
	struct profile got;

	put_runs(&bytes, columns);
	cr_assert_null(read_bytes(bytes.items, bytes.count, &got));
	cr_assert_eq(got.run_count, 1);
	cr_assert_eq(got.runs[0].samples, 4);
	cr_assert_eq(got.runs[0].time_ns, (4 * SLOT_UNITS + 7) * 1000);
	cr_assert_eq(got.runs[0].flags, SAMPLE_HOLDS_GIL);
	cr_assert_str_eq(got.funcs[0].name, "f");
	profile_deinit(&got);
	array_deinit(&bytes);
}

Test(recording_damage, columns_that_make_none)
{
	const struct bytes columns[][RUN_COLUMNS] = {
		/* a thread, a stack, a state, flags that there are not */
		{ BYTES(0, 2), { 0 }, BYTES(1), BYTES(1), BYTES(0) },
		{ BYTES(0, 2), { 0 }, BYTES(0), BYTES(2), BYTES(0) },
		{ BYTES(0, 2), { 0 }, BYTES(0), BYTES(1), BYTES(SAMPLE_STATES) },
		{ BYTES(0, 2), { 0 }, BYTES(0), BYTES(1), BYTES(0x40) },
		/* columns that are too short, or too long */
		{ BYTES(0, 4), { 0 }, BYTES(0), BYTES(1), BYTES(0) },
		{ BYTES(1, 0, 0), { 0 }, { 0 }, { 0 }, { 0 } },
		{ BYTES(0), { 0 }, { 0 }, { 0 }, { 0 } },
		{ BYTES(0, 2), { 0 }, BYTES(0, 0), BYTES(1), BYTES(0) },
		{ BYTES(0, 2), { 0 }, BYTES(0), BYTES(1, 1), BYTES(0) },
		/* a phase, slots and a gap out of all bounds; back in time */
		{ BYTES(1, 0, 0), BYTES(SLOT_UNITS), { 0 }, { 0 }, { 0 } },
		{ BYTES(1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
		  BYTES(0),
		  { 0 },
		  { 0 },
		  { 0 } },
		{ BYTES(0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
		  { 0 },
		  { 0 },
		  { 0 },
		  { 0 } },
		{ BYTES(2, 0, 0, 1, 0, 5), BYTES(0, 0), { 0 }, { 0 }, { 0 } },
		/* more looks than a run can say */
		{ BYTES(0, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 0), BYTES(0), BYTES(0), BYTES(1),
		  BYTES(0) },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		struct bytes bytes = small_recording();

		put_runs(&bytes, columns[i]);
		assert_refused(&bytes, i == sizeof(columns) / sizeof(*columns) - 1
					       ? "a run is too long"
					       : "makes no sense");
		array_deinit(&bytes);
	}
}

Test(recording_damage, items_that_make_no_sense)
{
	const struct bytes items[] = {
		BYTES(9, 0),                 /* no such item */
		BYTES(1, 200, 1, 'x'),       /* a string that is longer than the block */
		BYTES(1, 2, 'a', 0),         /* a NUL */
		BYTES(2, 0, 7, 0, 0, 0, 0),  /* a string that there is not */
		BYTES(2, 99, 1, 0, 0, 0, 0), /* a kind that there is not */
		BYTES(2, 0, 1, 0, 0, 0, 0),  /* a function that is there already */
		BYTES(3, 0, 0),              /* so a frame */
		BYTES(4, 2, 0),              /* so a stack */
		BYTES(3, 1, 0),              /* a function that there is not */
		BYTES(4, 0, 0),              /* its own parent */
		BYTES(4, 3, 0),              /* a parent before the root */
		BYTES(4, 1, 1),              /* a frame that there is not */
		BYTES(5, 2, 2, 2, 0, 0, 0),  /* a process too far */
		BYTES(6, 2, 0, 2, 1, 0, 0),  /* a thread too far */
		BYTES(6, 1, 1, 2, 1, 0, 0),  /* a process that there is not */
		BYTES(3, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), /* a line */
		BYTES(4, 1), /* ends early */
	};

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		struct bytes bytes = small_recording(), payload = { 0 };
		/* the stream goes on in a frame of its own */
		put_packed(&payload, &items[i]);
		put_block(&bytes, "DICT", &payload);
		assert_refused(&bytes, "makes no sense");
		array_deinit(&payload);
		array_deinit(&bytes);
	}
}

Test(recording_damage, blocks_of_other_kinds)
{
	struct bytes bytes = small_recording(), payload = { 0 };
	struct profile got;

	bytes_put(&payload, "anything", 8);
	put_block(&bytes, "note", &payload);
	cr_assert_null(read_bytes(bytes.items, bytes.count, &got));
	cr_assert_eq(got.thread_count, 1);
	profile_deinit(&got);
	put_block(&bytes, "NOTE", &payload);
	assert_refused(&bytes, "unknown kind");
	array_deinit(&payload);
	array_deinit(&bytes);
}

/* A small file that would unpack to gigabytes. */
Test(recording_damage, a_bomb)
{
	struct bytes bytes = small_recording(), zeros = { 0 };
	struct bytes columns[RUN_COLUMNS] = { 0 };

	cr_assert(bytes_reserve(&zeros, PIECE_MAX_BYTES));
	zeros.count = PIECE_MAX_BYTES;
	memset(zeros.items, 0, zeros.count);
	columns[RUNS_MOMENTS] = zeros;
	for (int i = 0; i < 100; i++)
		put_runs(&bytes, columns);
	assert_refused(&bytes, "unpacks to more than any recording does");
	array_deinit(&zeros);
	array_deinit(&bytes);
}

Test(recording_damage, pieces_that_lie_about_their_length)
{
	struct bytes piece = BYTES(1, 1, 'y');

	for (int wrong = -1; wrong <= 1; wrong += 2) {
		struct bytes bytes = small_recording(), payload = { 0 };

		put_packed(&payload, &piece);
		payload.items[1] = (uint8_t)(payload.items[1] + wrong);
		put_block(&bytes, "DICT", &payload);
		assert_refused(&bytes, "another length than it says");
		array_deinit(&payload);
		array_deinit(&bytes);
	}
}

/* More lines of source than anybody keeps: each takes many times its bytes in memory. */
Test(recording_damage, too_many_lines_of_source)
{
	enum { LINES = 1 << 18, BLOCKS = SOURCE_LINES_MAX / LINES };
	struct bytes bytes = small_recording(), lines = { 0 }, payload = { 0 };
	struct profile got;

	for (int i = 0; i < LINES; i++)
		bytes_put(&lines, (const uint8_t[]) { 0, 1, 0 }, 3);
	put_packed(&payload, &lines);
	for (int i = 0; i < BLOCKS; i++)
		put_block(&bytes, "SRCS", &payload);
	cr_assert_null(read_bytes(bytes.items, bytes.count, &got));
	cr_assert_eq(got.source_count, SOURCE_LINES_MAX);
	profile_deinit(&got);
	put_block(&bytes, "SRCS", &payload);
	assert_refused(&bytes, "makes no sense");
	array_deinit(&payload);
	array_deinit(&lines);
	array_deinit(&bytes);
}
