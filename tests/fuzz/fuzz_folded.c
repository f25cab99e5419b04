/*
 * fuzz_folded.c - folded stacks: any bytes. What is read can be reported, written and read again,
 * with the same sum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "output/output.h"
#include "profile/folded_read.h"
#include "profile/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* False when it is refused. */
static bool read_bytes(const void *bytes, size_t size, struct profile *ret)
{
	struct folded_facts facts;
	int fd = memfd_create("folded", MFD_CLOEXEC);
	struct error *err;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	err = folded_read(fd, "input", ret, &facts);
	close(fd);
	error_destroy(err);
	return !err;
}

/* All of it, with root frames. */
static void report(struct profile *recorded, struct profile *ret)
{
	const struct report_options options = { .thread_roots = true, .process_roots = true };
	struct error *err = profile_report(recorded, &options, ret);

	if (err)
		abort();
	profile_deinit(recorded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct output_facts facts = { 0 };
	struct profile recorded, first, second;
	char *bytes = NULL;
	size_t length;
	FILE *file;

	if (!read_bytes(data, size, &recorded))
		return 0;
	report(&recorded, &first);
	file = open_memstream(&bytes, &length);
	if (!file || output_folded.write(&first, &facts, file) || fclose(file))
		abort();
	if (!read_bytes(bytes, length, &recorded))
		abort(); /* what we write, we read */
	report(&recorded, &second);
	if (first.total != second.total)
		abort();
	profile_deinit(&first);
	profile_deinit(&second);
	free(bytes);
	return 0;
}
