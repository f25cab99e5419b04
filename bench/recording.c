/*
 * recording.c - a recording that is as hard as a large one can be: every sample begins a run.
 *
 *	recording FILE [SAMPLES [FUNCTIONS [STACKS]]]
 *
 * Ten threads of 20 frames on average; stacks are paths through a random tree, so that they share
 * their roots as those of a program do. The same arguments give the same file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile/profile.h"
#include "profile/recording.h"

enum {
	THREADS = 10,
	DEPTH_MIN = 10,
	DEPTH_RANGE = 21,
	FILES = 300,
	LINES = 4, /* sampled lines of a function */
	PERIOD_NS = 1000 * 1000,
};

static uint64_t random_state = 88172645463325252;

/* xorshift64 (Marsaglia, 2003). */
static uint32_t random_below(uint32_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 32) * bound >> 32);
}

static void check(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "recording: %s\n", error_message(err));
	exit(1);
}

static void add_functions(struct profile *profile, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char name[64], path[96];
		int32_t first = (int32_t)random_below(2000) + 1;
		struct func func = { .kind = FRAME_PYTHON, .name = name, .path = path };
		uint32_t number, frame;

		snprintf(name, sizeof(name), "Class%u.method_%u", i % 700, i);
		snprintf(path, sizeof(path), "/srv/app/%s/package%u/module%u.py",
			 i % 3 ? "site-packages" : "src", i % 40, i % FILES);
		func.file = strstr(path, "/package") + 1;
		func.first_line = first;
		func.last_line = first + 40;
		check(profile_func(profile, &func, &number));
		for (int32_t line = 0; line < LINES; line++)
			check(profile_frame(profile, number, first + 1 + line * 7, &frame));
	}
}

/* Ends of paths that leave one another at a random depth; many calls are of few functions. */
static uint32_t *add_stacks(struct profile *profile, uint32_t functions, uint32_t count)
{
	uint32_t *stacks = malloc(count * sizeof(*stacks)), path[DEPTH_MIN + DEPTH_RANGE] = { 0 };
	uint32_t frames = functions * LINES;

	if (!stacks)
		check(&error_nomem);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t depth = DEPTH_MIN + random_below(DEPTH_RANGE);
		uint32_t at = i ? depth - 1 - random_below(random_below(depth) + 1) : 0;

		for (; at < depth; at++)
			check(profile_child(profile, at ? path[at - 1] : 0, random_below(frames),
					    &path[at]));
		stacks[i] = path[depth - 1];
	}
	return stacks;
}

static void add_threads(struct profile *profile)
{
	const struct process_info process = { 1234, 1, "python3 app.py", "/usr/bin/python3",
					      "3.11.2" };
	uint32_t number;

	check(profile_process(profile, &process, &number));
	for (int i = 0; i < THREADS; i++) {
		char name[32];
		const struct thread_info thread = { 0, 1234 + i, 0x7f0000000000u + (uint64_t)i, 0,
						    name };

		snprintf(name, sizeof(name), "worker-%d", i);
		check(profile_thread(profile, &thread, &number));
	}
}

static void write_samples(struct profile *profile, const uint32_t *stacks, uint32_t stack_count,
			  uint64_t samples, int fd)
{
	const struct recording_options options = { .rate_hz = 1e9 / PERIOD_NS };
	struct recording_writer *writer;
	struct sample looked[THREADS];
	struct tick tick = { .samples = looked, .count = THREADS };

	check(recording_writer_create(fd, profile, &options, &writer));
	for (uint64_t i = 0; i < samples; i += THREADS) {
		tick.weight_ns = PERIOD_NS + random_below(PERIOD_NS / 8);
		tick.time_ns += tick.weight_ns;
		for (uint32_t t = 0; t < THREADS; t++)
			looked[t] =
				(struct sample) { t, stacks[random_below(stack_count)],
						  SAMPLE_RUNNING, (i / THREADS) % THREADS == t };
		check(recording_writer_sink(writer)->add(recording_writer_sink(writer), &tick));
	}
	profile->capture.stats.elapsed_ns = tick.time_ns;
	profile->capture.stats.ticks = samples / THREADS;
	profile->capture.stats.samples = samples;
	check(recording_writer_finish(writer, &profile->capture.stats));
	recording_writer_destroy(writer);
}

static uint64_t argument(int argc, char **argv, int number, uint64_t otherwise)
{
	return argc > number ? strtoull(argv[number], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t samples = argument(argc, argv, 2, 10 * 1000 * 1000);
	uint32_t functions = (uint32_t)argument(argc, argv, 3, 5000);
	uint32_t stack_count = (uint32_t)argument(argc, argv, 4, 100 * 1000);
	struct profile profile;
	uint32_t *stacks;
	int fd;

	if (argc < 2 || !functions || !stack_count) {
		fputs("usage: recording FILE [SAMPLES [FUNCTIONS [STACKS]]]\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		check(error_os(errno, "cannot write %s", argv[1]));
	check(profile_init(&profile));
	add_functions(&profile, functions);
	stacks = add_stacks(&profile, functions, stack_count);
	add_threads(&profile);
	profile.capture.command = profile_string(&profile, "python3 app.py");
	write_samples(&profile, stacks, stack_count, samples, fd);
	printf("%llu samples, %zu functions, %u stacks, %zu nodes\n", (unsigned long long)samples,
	       profile.func_count, stack_count, profile.node_count);
	free(stacks);
	profile_deinit(&profile);
	return close(fd) ? 1 : 0;
}
