/*
 * top_sink.c - two sinks at one sampler.
 */
#include "top_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "top_lines.h"

static struct error *add(struct sink *sink, const struct tick *tick)
{
	struct top_sink *top = (struct top_sink *)sink;
	struct error *err = top->model->sink.add(&top->model->sink, tick);
	struct sink *recording;

	if (err || top->broken)
		return err;
	recording = recording_writer_sink(top->file.writer);
	top->broken = recording->add(recording, tick);
	return NULL;
}

struct error *top_sink_init(struct top_sink *sink, struct model *model,
			    const struct profile *dictionary, const struct sampler_options *options)
{
	struct recording_options recording = { .rate_hz = options->rate_hz };
	struct error *err;

	*sink = (struct top_sink) { .sink.add = add, .model = model, .file.fd = -1 };
	err = sources_create(&sink->sources);
	if (!err)
		err = top_lines_create(&sink->lines);
	if (err)
		return err;
	recording.sources = sink->sources;
	recording.source_taker = top_lines_taker(sink->lines);
	sink->broken = record_file_open(&sink->file, NULL);
	if (!sink->broken)
		sink->broken = record_file_begin(&sink->file, dictionary, &recording);
	return NULL;
}

void top_sink_deinit(struct top_sink *sink)
{
	record_file_deinit(&sink->file);
	top_lines_destroy(sink->lines);
	sources_destroy(sink->sources);
	error_destroy(sink->broken);
	sink->broken = NULL;
}

struct error *top_sink_save(struct top_sink *sink, const struct stats *stats, const char *path)
{
	CLEANUP(closep)
	int fd = -1;
	struct error *err;

	if (!sink->broken)
		sink->broken = recording_writer_flush(sink->file.writer, stats);
	if (sink->broken)
		return error_create(ERROR_OS, "nothing can be saved: %s",
				    error_message(sink->broken));
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_os(errno, "cannot save '%s'", path);
	err = recording_writer_copy(sink->file.writer, stats, fd);
	if (!err && fsync(fd) && errno != EINVAL && errno != EROFS)
		err = error_os(errno, "cannot save '%s'", path);
	if (err)
		(void)unlink(path);
	return err;
}

const char *top_sink_source(const struct top_sink *sink, const char *path, int32_t line)
{
	return top_lines_get(sink->lines, path, line);
}
