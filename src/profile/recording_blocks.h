/*
 * recording_blocks.h - blocks of a recording: packed, checked, written one behind the other, and
 * read back up to the first that is not whole.
 */
#ifndef PROFILE_RECORDING_BLOCKS_H
#define PROFILE_RECORDING_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <zstd.h>

#include "base/error.h"
#include "bytes.h"
#include "recording_format.h"

/* Of the head of a file. */
struct recording_head {
	uint32_t unit_ns;    /* of time */
	uint32_t slot_units; /* units in the distance of two looks */
};

struct block_writer {
	int fd;          /* borrowed */
	uint64_t offset; /* behind the last whole block */
	ZSTD_CCtx *streams[BLOCK_KINDS][BLOCK_PIECES_MAX];
	struct bytes block; /* scratch */
};

/* Writes the head of the file. */
__attribute__((warn_unused_result)) struct error *
block_writer_init(struct block_writer *writer, int fd, const struct recording_head *head);
void block_writer_deinit(struct block_writer *writer);

/*
 * Writes a block of as many pieces as that kind has. When it cannot be written whole, the file is
 * cut to what was whole before, and nothing more can be written.
 */
__attribute__((warn_unused_result)) struct error *
block_write(struct block_writer *writer, enum block_kind kind, const struct bytes *pieces);

struct block_reader {
	int fd;           /* borrowed */
	const char *name; /* of the file, for messages; borrowed */
	struct recording_head head;
	uint64_t offset, end; /* of the next block; where the file ended when it was opened */
	uint64_t packed, unpacked;
	ZSTD_DCtx *streams[BLOCK_KINDS][BLOCK_PIECES_MAX];
	struct bytes block; /* the one at hand, as it is in the file */
	struct bytes pieces[BLOCK_PIECES_MAX];
	bool wanted[BLOCK_KINDS]; /* kinds that are unpacked, all at first */
};

/* Reads the head. ERROR_FORMAT, ERROR_OS. */
__attribute__((warn_unused_result)) struct error *block_reader_init(struct block_reader *reader,
								    int fd, const char *name);
void block_reader_deinit(struct block_reader *reader);

/* Back to the first block; the file ends where the last whole one did. */
void block_reader_rewind(struct block_reader *reader);

/*
 * The next block that is wanted, its pieces unpacked into reader->pieces. *kind is BLOCK_END also
 * where the file ends early; *whole says whether a closing block stands there. ERROR_FORMAT for a
 * block that is whole and makes no sense.
 */
__attribute__((warn_unused_result)) struct error *block_read(struct block_reader *reader,
							     enum block_kind *kind, bool *whole);

/* An ERROR_FORMAT that names the file. */
struct error *block_nonsense(const struct block_reader *reader, const char *what);

#endif
