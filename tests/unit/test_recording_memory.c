/*
 * Memory of a recording that goes on for hours: bounded by what is distinct, not by time.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "profile/recording.h"

enum {
	THREADS = 4,
	STACKS = 500,
	LOOKS_MINUTE = 60 * 1000, /* at 1 kHz */
	SETTLED_MINUTE = 10,
#ifdef __SANITIZE_ADDRESS__ /* slower, and mallinfo2() does not see its heap */
	MINUTES = 12,
#else
	MINUTES = 120,
#endif
	GROWTH_MAX =
		16 << 10, /* bytes: what a buffer may be larger by at one moment than another */
};

/* A recording at 1 kHz whose looks come as fast as they can be taken. */
struct fast_forward {
	int fd;
	struct profile dictionary;
	struct recording_writer *writer;
	uint64_t now_ns, random;
	uint32_t nodes[STACKS];
	struct sample samples[THREADS];
};

static uint32_t chance(struct fast_forward *run, uint32_t below)
{
	run->random = run->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(run->random >> 33) % below;
}

/* Stacks of one function each under one root: how deep they are does not matter here. */
static void fill(struct fast_forward *run)
{
	const struct process_info process = {
		.pid = 7, .command = "app", .exe = "", .python = "3.13.0"
	};
	char name[32];
	uint32_t func, frame, number;

	cr_assert_null(profile_process(&run->dictionary, &process, &number));
	for (uint32_t i = 0; i < STACKS; i++) {
		const struct func given = { .kind = FRAME_PYTHON,
					    .name = name,
					    .path = "/app.py",
					    .file = "app.py",
					    .first_line = (int32_t)i + 1 };

		snprintf(name, sizeof(name), "f%u", i);
		cr_assert_null(profile_func(&run->dictionary, &given, &func));
		cr_assert_null(profile_frame(&run->dictionary, func, (int32_t)i + 1, &frame));
		cr_assert_null(profile_child(&run->dictionary, 0, frame, &run->nodes[i]));
	}
	for (uint32_t i = 0; i < THREADS; i++) {
		const struct thread_info thread = { .tid = (pid_t)(7 + i), .name = "worker" };

		cr_assert_null(profile_thread(&run->dictionary, &thread, &number));
		run->samples[i].thread = number;
	}
}

static void minute(struct fast_forward *run)
{
	struct sink *sink = recording_writer_sink(run->writer);

	for (int i = 0; i < LOOKS_MINUTE; i++) {
		struct tick tick = { .weight_ns = CLOCK_MS_NS,
				     .samples = run->samples,
				     .count = THREADS };
		struct sample *changed = &run->samples[chance(run, THREADS)];

		changed->node = run->nodes[chance(run, STACKS)];
		changed->state = (uint8_t)chance(run, SAMPLE_STATES);
		run->now_ns += CLOCK_MS_NS;
		tick.time_ns = run->now_ns;
		cr_assert_null(sink->add(sink, &tick));
	}
}

Test(recording_memory, two_hours_take_no_more_than_ten_minutes)
{
	const struct recording_options options = { .rate_hz = 1000 };
	struct fast_forward run = { .fd = open("/dev/null", O_RDWR | O_CLOEXEC) };
	size_t settled = 0, now = 0;

	cr_assert_null(profile_init(&run.dictionary));
	cr_assert_null(recording_writer_create(run.fd, &run.dictionary, &options, &run.writer));
	fill(&run);
	for (int i = 1; i <= MINUTES; i++) {
		minute(&run);
		now = mallinfo2().uordblks;
		if (i == SETTLED_MINUTE)
			settled = now;
	}
	cr_assert_leq(now, settled + GROWTH_MAX, "%zu bytes, then %zu", settled, now);
	cr_assert_null(recording_writer_finish(run.writer, &run.dictionary.capture.stats));
	recording_writer_destroy(run.writer);
	profile_deinit(&run.dictionary);
	close(run.fd);
}
