/*
 * top_output.c - standard output and error of the command, kept for later.
 */
#include "top_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

enum { POLL_NS = 50 * CLOCK_MS_NS };

static int open_unnamed(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("sonde", MFD_CLOEXEC);
}

struct error *top_output_open(struct top_output *output, struct launch_files *ret)
{
	output->in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	output->out.fd = open_unnamed();
	output->err.fd = open_unnamed();
	if (output->in < 0 || output->out.fd < 0 || output->err.fd < 0)
		return error_os(errno, "cannot keep the output of the command");
	*ret = (struct launch_files) { output->in, output->out.fd, output->err.fd };
	return NULL;
}

void top_output_deinit(struct top_output *output)
{
	if (output->in > 0)
		close(output->in);
	if (output->out.fd > 0)
		close(output->out.fd);
	if (output->err.fd > 0)
		close(output->err.fd);
	*output = (struct top_output) { 0 };
}

/* Nobody who reads is no reason to stop. */
static void show(struct top_stream *stream, int to)
{
	char buf[1 << 14];
	ssize_t n;

	while (stream->fd > 0 && (n = pread(stream->fd, buf, sizeof(buf), stream->at)) > 0) {
		stream->at += n;
		for (ssize_t done = 0, put; done < n; done += put) {
			put = write(to, buf + done, (size_t)(n - done));
			if (put < 0 && errno != EINTR)
				return;
			if (put < 0)
				put = 0;
		}
	}
}

void top_output_show(struct top_output *output, struct launch *launch)
{
	bool ended;

	if (output->out.fd <= 0)
		return;
	do {
		ended = launch_has_ended(launch); /* before the last look at what it wrote */
		show(&output->out, STDOUT_FILENO);
		show(&output->err, STDERR_FILENO);
		if (!ended)
			clock_sleep_until(clock_now_ns() + POLL_NS);
	} while (!ended);
}
