/*
 * gzip.c - zlib behind a FILE.
 */
#include "gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/cleanup.h"

enum {
	WINDOW_BITS_GZIP = 15 + 16, /* zlib's sign for a gzip header; its time is 0 */
	LEVEL = 1,                  /* less than half the time of level 3 for 7 % more bytes */
	MEMORY_LEVEL = 8,           /* zlib's default */
	OUT_BYTES = 1 << 16,
};

struct gzip {
	FILE *file;
	z_stream stream;
	unsigned char out[OUT_BYTES];
};

/* Compresses what stands in the stream's input; with Z_FINISH to the end. */
static void compress_input(struct gzip *gzip, int flush)
{
	do {
		gzip->stream.next_out = gzip->out;
		gzip->stream.avail_out = sizeof(gzip->out);
		deflate(&gzip->stream, flush);
		fwrite(gzip->out, 1, sizeof(gzip->out) - gzip->stream.avail_out, gzip->file);
	} while (!gzip->stream.avail_out);
}

static ssize_t gzip_write(void *cookie, const char *bytes, size_t length)
{
	struct gzip *gzip = cookie;

	gzip->stream.next_in = (unsigned char *)(uintptr_t)bytes;
	gzip->stream.avail_in = (unsigned int)length; /* a stream's buffer: far below 4 GB */
	compress_input(gzip, Z_NO_FLUSH);
	return (ssize_t)length;
}

static int gzip_close(void *cookie)
{
	struct gzip *gzip = cookie;

	gzip->stream.avail_in = 0;
	compress_input(gzip, Z_FINISH);
	deflateEnd(&gzip->stream);
	free(gzip);
	return 0;
}

struct error *gzip_open(FILE *file, FILE **ret)
{
	static const cookie_io_functions_t functions = { .write = gzip_write, .close = gzip_close };
	CLEANUP(freep)
	struct gzip *gzip = calloc(1, sizeof(*gzip));
	FILE *opened;

	if (!gzip)
		return &error_nomem;
	gzip->file = file;
	if (deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, WINDOW_BITS_GZIP, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return &error_nomem;
	opened = fopencookie(gzip, "w", functions);
	if (!opened) {
		deflateEnd(&gzip->stream);
		return &error_nomem;
	}
	(void)take_ptr(gzip); /* the stream's, until it is closed */
	*ret = opened;
	return NULL;
}
