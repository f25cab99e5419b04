/*
 * recording_format.h - the numbers of docs/RECORDING.md, which says what they mean.
 */
#ifndef PROFILE_RECORDING_FORMAT_H
#define PROFILE_RECORDING_FORMAT_H

/* The first byte is no text, the last two do not survive a change of line ends. */
#define RECORDING_MAGIC "\x89SONDE\r\n"

enum {
	RECORDING_VERSION = 1,
	RECORDING_MAGIC_BYTES = 8,
	RECORDING_HEADER_BYTES = 24,

	BLOCK_NAME_BYTES = 4,
	BLOCK_HEADER_BYTES = 12,
	BLOCK_PIECES_MAX = 5,
	PIECE_FULL_BYTES = 256 * 1024,      /* a writer begins another block from there on */
	PIECE_MAX_BYTES = 4 * 1024 * 1024,  /* unpacked; the longest string fits in */
	BLOCK_MAX_BYTES = 32 * 1024 * 1024, /* in the file */
	STRING_MAX_BYTES = 1024 * 1024,
	PACK_WINDOW_LOG = 18, /* zstd: how far back it looks, and what a reader must remember */

	/*
	 * What a whole file unpacks to: so many bytes, and so many for each of its own. Times alone
	 * keep what a sampler writes far below that; a bomb is above.
	 */
	UNPACKED_FREE_BYTES = 16 * 1024 * 1024,
	UNPACKED_RATIO_MAX = 256,

	SOURCE_LINES_MAX = 1 << 20, /* twice what a writer keeps */

	SLOT_UNITS = 64, /* of time, in the distance of two looks */
	SLOT_UNITS_MAX = 1 << 16,
};

/* Items of the dictionary. */
enum item_tag {
	ITEM_STRING = 1,
	ITEM_FUNC,
	ITEM_FRAME,
	ITEM_NODE,
	ITEM_PROCESS,
	ITEM_THREAD,
};

/* Columns of a block of runs. */
enum run_column {
	RUNS_MOMENTS,
	RUNS_PHASES,
	RUNS_THREADS,
	RUNS_NODES,
	RUNS_LOOKS,
	RUN_COLUMNS,
};

/* What a thread was seen at: state, flags; or gone. */
enum { LOOK_STATE_MASK = 0x0f, LOOK_FLAGS_SHIFT = 4, LOOK_GONE = 0x80 };

enum block_kind {
	BLOCK_DICTIONARY,
	BLOCK_SOURCES,
	BLOCK_RUNS,
	BLOCK_FACTS,
	BLOCK_END,
	BLOCK_KINDS,
};

#define BLOCK_NAMES                                                                                \
	{                                                                                          \
		"DICT", "SRCS", "RUNS", "FACT", "DONE"                                             \
	}
/* How many streams a kind has, each with a piece in every block of it. */
#define BLOCK_PIECES                                                                               \
	{                                                                                          \
		1, 1, RUN_COLUMNS, 1, 0                                                            \
	}

#endif
