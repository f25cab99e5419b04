/*
 * recording_blocks_read.c - blocks of a file that may be cut, damaged, or made to do harm.
 *
 * Short or with a wrong checksum: the recording ends there. Whole and senseless: an error. What is
 * allocated is bounded by the size of the file and by constants.
 */
#include "recording_blocks.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const char names[BLOCK_KINDS][BLOCK_NAME_BYTES + 1] = BLOCK_NAMES;
static const unsigned int piece_counts[BLOCK_KINDS] = BLOCK_PIECES;

struct error *block_nonsense(const struct block_reader *reader, const char *what)
{
	return error_create(ERROR_FORMAT, "cannot read %s: %s: it is damaged, or not made by sonde",
			    reader->name, what);
}

static uint32_t get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* As much as there is, up to size. */
static struct error *read_at(const struct block_reader *reader, uint64_t offset, void *to,
			     size_t size, size_t *ret)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(reader->fd, (uint8_t *)to + done, size - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ESPIPE)
			return error_create(ERROR_FORMAT,
					    "cannot read %s: a recording is read from a file, not "
					    "from a pipe",
					    reader->name);
		if (n < 0)
			return error_os(errno, "cannot read %s", reader->name);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret = done;
	return NULL;
}

static struct error *check_head(struct block_reader *reader, const uint8_t *head, size_t size)
{
	size_t known = size < RECORDING_MAGIC_BYTES ? size : RECORDING_MAGIC_BYTES;
	uint32_t version;

	if (!size)
		return error_create(ERROR_FORMAT, "cannot read %s: the file is empty",
				    reader->name);
	if (memcmp(head, RECORDING_MAGIC, known) != 0)
		return error_create(ERROR_FORMAT, "cannot read %s: it is no recording of sonde",
				    reader->name);
	if (size < RECORDING_HEADER_BYTES)
		return error_create(ERROR_FORMAT, "cannot read %s: it ends before it begins",
				    reader->name);
	version = get_u32(head + 8);
	if (version > RECORDING_VERSION)
		return error_create(ERROR_FORMAT,
				    "cannot read %s: it was made by a newer sonde (format %u, this "
				    "one knows %d): read it with that",
				    reader->name, version, RECORDING_VERSION);
	reader->head.unit_ns = get_u32(head + 12);
	reader->head.slot_units = get_u32(head + 16);
	if (version < 1 || get_u32(head + 20) != crc32(0, head, 20) || !reader->head.unit_ns ||
	    !reader->head.slot_units || reader->head.slot_units > SLOT_UNITS_MAX)
		return block_nonsense(reader, "its head");
	return NULL;
}

struct error *block_reader_init(struct block_reader *reader, int fd, const char *name)
{
	uint8_t head[RECORDING_HEADER_BYTES];
	struct error *err;
	struct stat st;
	size_t size;

	*reader = (struct block_reader) { .fd = fd, .name = name };
	memset(reader->wanted, 1, sizeof(reader->wanted));
	if (fstat(fd, &st))
		return error_os(errno, "cannot read %s", name);
	err = read_at(reader, 0, head, sizeof(head), &size);
	if (!err)
		err = check_head(reader, head, size);
	if (err)
		return err;
	reader->offset = RECORDING_HEADER_BYTES;
	reader->end = (uint64_t)st.st_size;
	return NULL;
}

static void forget_streams(struct block_reader *reader)
{
	for (size_t kind = 0; kind < BLOCK_KINDS; kind++)
		for (size_t i = 0; i < BLOCK_PIECES_MAX; i++) {
			ZSTD_freeDCtx(reader->streams[kind][i]);
			reader->streams[kind][i] = NULL;
		}
}

void block_reader_deinit(struct block_reader *reader)
{
	forget_streams(reader);
	for (size_t i = 0; i < BLOCK_PIECES_MAX; i++)
		array_deinit(&reader->pieces[i]);
	array_deinit(&reader->block);
}

void block_reader_rewind(struct block_reader *reader)
{
	forget_streams(reader);
	reader->end = reader->offset;
	reader->offset = RECORDING_HEADER_BYTES;
	reader->packed = reader->unpacked = 0;
}

/* The next whole block into reader->block; none (count 0) where the file ends early. */
static struct error *read_block(struct block_reader *reader)
{
	struct error *err;
	uint32_t length;
	size_t size;

	reader->block.count = 0;
	if (reader->offset + BLOCK_HEADER_BYTES > reader->end)
		return NULL;
	if (!array_reserve(&reader->block, BLOCK_HEADER_BYTES))
		return &error_nomem;
	err = read_at(reader, reader->offset, reader->block.items, BLOCK_HEADER_BYTES, &size);
	if (err || size < BLOCK_HEADER_BYTES)
		return err;
	length = get_u32(reader->block.items + 4);
	if (length > BLOCK_MAX_BYTES || length > reader->end - reader->offset - BLOCK_HEADER_BYTES)
		return NULL;
	if (!array_reserve(&reader->block, BLOCK_HEADER_BYTES + (size_t)length))
		return &error_nomem;
	err = read_at(reader, reader->offset + BLOCK_HEADER_BYTES,
		      reader->block.items + BLOCK_HEADER_BYTES, length, &size);
	if (err || size < length)
		return err;
	if (crc32(crc32(0, reader->block.items, 8), reader->block.items + BLOCK_HEADER_BYTES,
		  length) != get_u32(reader->block.items + 8))
		return NULL;
	reader->block.count = BLOCK_HEADER_BYTES + (size_t)length;
	return NULL;
}

/* BLOCK_KINDS: a kind that may be passed over. */
static struct error *find_kind(const struct block_reader *reader, enum block_kind *ret)
{
	const char *name = (const char *)reader->block.items;

	for (size_t kind = 0; kind < BLOCK_KINDS; kind++)
		if (!memcmp(name, names[kind], BLOCK_NAME_BYTES)) {
			*ret = (enum block_kind)kind;
			return NULL;
		}
	*ret = BLOCK_KINDS;
	if (name[0] >= 'a' && name[0] <= 'z')
		return NULL;
	return block_nonsense(reader, "it has a block of an unknown kind");
}

/* All of packed, which must give exactly `size` bytes. */
static struct error *unpack(struct block_reader *reader, ZSTD_DCtx **stream, ZSTD_inBuffer *packed,
			    size_t size, struct bytes *ret)
{
	ZSTD_outBuffer to = { 0 };

	ret->count = 0;
	if (!size && !packed->size)
		return NULL;
	if (!*stream) {
		*stream = ZSTD_createDCtx();
		if (!*stream)
			return &error_nomem;
		ZSTD_DCtx_setParameter(*stream, ZSTD_d_windowLogMax, PACK_WINDOW_LOG);
	}
	if (!array_reserve(ret, size + 1)) /* one more than wanted: that it does not come is seen */
		return &error_nomem;
	to.dst = ret->items;
	to.size = size + 1;
	while (packed->pos < packed->size && to.pos < to.size)
		if (ZSTD_isError(ZSTD_decompressStream(*stream, &to, packed)))
			return block_nonsense(reader, "a block cannot be unpacked");
	if (to.pos != size)
		return block_nonsense(reader, "a block has another length than it says");
	ret->count = size;
	return NULL;
}

static struct error *unpack_block(struct block_reader *reader, enum block_kind kind)
{
	struct cursor cursor = cursor_of(reader->block.items + BLOCK_HEADER_BYTES,
					 reader->block.count - BLOCK_HEADER_BYTES);
	struct error *err = NULL;

	reader->packed += reader->block.count;
	for (unsigned int i = 0; !err && i < piece_counts[kind]; i++) {
		ZSTD_inBuffer packed = { .size = cursor_number(&cursor) };
		uint64_t size = cursor_number(&cursor);

		packed.src = cursor_take(&cursor, packed.size);
		reader->unpacked += size;
		if (cursor.failed || size > PIECE_MAX_BYTES)
			return block_nonsense(reader, "a block makes no sense");
		if (reader->unpacked > UNPACKED_FREE_BYTES + UNPACKED_RATIO_MAX * reader->packed)
			return block_nonsense(reader, "it unpacks to more than any recording does");
		err = unpack(reader, &reader->streams[kind][i], &packed, size, &reader->pieces[i]);
	}
	return err;
}

struct error *block_read(struct block_reader *reader, enum block_kind *kind, bool *whole)
{
	struct error *err;

	for (;;) {
		*kind = BLOCK_END;
		*whole = false;
		err = read_block(reader);
		if (err || !reader->block.count)
			return err;
		err = find_kind(reader, kind);
		if (err)
			return err;
		reader->offset += reader->block.count;
		if (*kind == BLOCK_KINDS || (*kind != BLOCK_END && !reader->wanted[*kind]))
			continue;
		*whole = true;
		return *kind == BLOCK_END ? NULL : unpack_block(reader, *kind);
	}
}
