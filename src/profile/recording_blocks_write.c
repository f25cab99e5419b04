/*
 * recording_blocks_write.c - pieces packed and written as blocks.
 *
 * Each piece of each kind is a zstd stream that goes through the whole file and is flushed at the
 * end of each block: what was written before helps to pack what comes, and everything up to the
 * last whole block can be unpacked.
 */
#include "recording_blocks.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

enum { PACK_LEVEL = 3 };

static const char names[BLOCK_KINDS][BLOCK_NAME_BYTES + 1] = BLOCK_NAMES;
static const unsigned int piece_counts[BLOCK_KINDS] = BLOCK_PIECES;

static void put_u32(struct bytes *bytes, uint32_t value)
{
	const uint8_t little[] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
				   (uint8_t)(value >> 24) };

	bytes_put(bytes, little, sizeof(little));
}

/* The file as it was: a torn block at its end is of no use, and the space may be. */
static struct error *write_failed(struct block_writer *writer, int errnum)
{
	if (ftruncate(writer->fd, (off_t)writer->offset))
		errno = 0; /* then the reader stops there */
	return error_os(errnum, "cannot write the recording");
}

static struct error *write_all(struct block_writer *writer)
{
	size_t done = 0;

	if (writer->block.failed)
		return &error_nomem;
	while (done < writer->block.count) {
		ssize_t n = pwrite(writer->fd, writer->block.items + done,
				   writer->block.count - done, (off_t)(writer->offset + done));

		if (n < 0 && errno != EINTR)
			return write_failed(writer, errno);
		if (n > 0)
			done += (size_t)n;
	}
	writer->offset += done;
	return NULL;
}

struct error *block_writer_init(struct block_writer *writer, int fd,
				const struct recording_head *head)
{
	*writer = (struct block_writer) { .fd = fd };
	bytes_put(&writer->block, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	put_u32(&writer->block, RECORDING_VERSION);
	put_u32(&writer->block, head->unit_ns);
	put_u32(&writer->block, head->slot_units);
	if (writer->block.failed)
		return &error_nomem;
	put_u32(&writer->block, (uint32_t)crc32(0, writer->block.items, (uInt)writer->block.count));
	return write_all(writer);
}

void block_writer_deinit(struct block_writer *writer)
{
	for (size_t kind = 0; kind < BLOCK_KINDS; kind++)
		for (size_t i = 0; i < BLOCK_PIECES_MAX; i++)
			ZSTD_freeCCtx(writer->streams[kind][i]);
	array_deinit(&writer->block);
}

static ZSTD_CCtx *stream_create(void)
{
	ZSTD_CCtx *stream = ZSTD_createCCtx();

	if (!stream)
		return NULL;
	ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, PACK_LEVEL);
	ZSTD_CCtx_setParameter(stream, ZSTD_c_windowLog, PACK_WINDOW_LOG);
	return stream;
}

/* Packs in, up to a point from which it can be unpacked, behind what is in out. */
static struct error *pack(ZSTD_CCtx *stream, const struct bytes *in, struct bytes *out)
{
	ZSTD_inBuffer from = { in->items, in->count, 0 };
	size_t left;

	do {
		ZSTD_outBuffer to = { 0 };

		to.size = ZSTD_CStreamOutSize();
		to.dst = bytes_reserve(out, to.size);
		if (!to.dst)
			return &error_nomem;
		left = ZSTD_compressStream2(stream, &to, &from, ZSTD_e_flush);
		if (ZSTD_isError(left))
			return &error_nomem;
		out->count += to.pos;
	} while (left);
	return NULL;
}

/* packed: scratch of the caller. */
static struct error *put_piece(struct block_writer *writer, ZSTD_CCtx **stream,
			       const struct bytes *piece, struct bytes *packed)
{
	struct error *err = NULL;

	packed->count = 0;
	if (piece->failed)
		return &error_nomem;
	if (piece->count) {
		if (!*stream && !(*stream = stream_create()))
			return &error_nomem;
		err = pack(*stream, piece, packed);
	}
	bytes_put_number(&writer->block, packed->count);
	bytes_put_number(&writer->block, piece->count);
	bytes_put(&writer->block, packed->items, packed->count);
	return err;
}

static void set_u32(uint8_t *at, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

struct error *block_write(struct block_writer *writer, enum block_kind kind,
			  const struct bytes *pieces)
{
	struct bytes packed = { 0 };
	struct error *err = NULL;
	uint8_t *head;

	writer->block.count = 0;
	bytes_put(&writer->block, names[kind], BLOCK_NAME_BYTES);
	put_u32(&writer->block, 0); /* length and checksum: below */
	put_u32(&writer->block, 0);
	for (unsigned int i = 0; !err && i < piece_counts[kind]; i++)
		err = put_piece(writer, &writer->streams[kind][i], &pieces[i], &packed);
	array_deinit(&packed);
	if (err)
		return err;
	if (writer->block.failed)
		return &error_nomem;
	head = writer->block.items;
	set_u32(head + 4, (uint32_t)(writer->block.count - BLOCK_HEADER_BYTES));
	set_u32(head + 8, (uint32_t)crc32(crc32(0, head, 8), head + BLOCK_HEADER_BYTES,
					  (uInt)(writer->block.count - BLOCK_HEADER_BYTES)));
	return write_all(writer);
}
