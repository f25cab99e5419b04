/*
 * The reader of recordings, over any bytes, and over whole blocks with anything in them: checksums
 * and packing would keep a fuzzer from ever getting to the inside.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile/recording.h"
#include "profile/recording_blocks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input: for each block its kind, then for each of its pieces two bytes of length, the piece.
 */
static void write_blocks(int fd, const uint8_t *data, size_t size)
{
	static const unsigned int piece_counts[BLOCK_KINDS] = BLOCK_PIECES;
	const struct recording_head head = { .unit_ns = 15625, .slot_units = SLOT_UNITS };
	struct block_writer writer;

	if (block_writer_init(&writer, fd, &head))
		abort();
	while (size) {
		struct bytes pieces[BLOCK_PIECES_MAX] = { 0 };
		enum block_kind kind = (enum block_kind)(*data % BLOCK_KINDS);

		data++, size--;
		for (unsigned int i = 0; i < piece_counts[kind] && size >= 2; i++) {
			size_t length = data[0] | (size_t)data[1] << 8;

			data += 2, size -= 2;
			length = length < size ? length : size;
			bytes_put(&pieces[i], data, length);
			data += length, size -= length;
		}
		if (block_write(&writer, kind, pieces))
			abort();
		for (unsigned int i = 0; i < BLOCK_PIECES_MAX; i++)
			array_deinit(&pieces[i]);
	}
	block_writer_deinit(&writer);
}

/* Whatever was read, everything in it is within bounds. */
static void check(const struct profile *profile)
{
	for (size_t i = 1; i < profile->node_count; i++)
		if (profile->nodes[i].parent >= i ||
		    profile->nodes[i].frame >= profile->frame_count)
			abort();
	for (size_t i = 0; i < profile->frame_count; i++)
		if (profile->frames[i].func >= profile->func_count)
			abort();
	for (size_t i = 0; i < profile->thread_count; i++)
		if (profile->threads[i].process >= profile->process_count)
			abort();
	for (size_t i = 0; i < profile->run_count; i++)
		if (profile->runs[i].thread >= profile->thread_count ||
		    profile->runs[i].node >= profile->node_count ||
		    profile->runs[i].state >= SAMPLE_STATES || !profile->runs[i].samples)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile profile;
	struct error *err;
	int fd;

	if (!size)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0)
		abort();
	if (*data & 1)
		write_blocks(fd, data + 1, size - 1);
	else if (write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
		abort();
	err = recording_read(fd, "fuzz", &profile);
	if (!err) {
		check(&profile);
		profile_deinit(&profile);
	}
	error_destroy(err);
	close(fd);
	return 0;
}
