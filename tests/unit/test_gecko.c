/*
 * Firefox's profiler: a thread a thread, gaps, waits as categories and markers.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "support/golden.h"
#include "support/profiles.h"

static struct profile profile;

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(gecko, .fini = teardown);

static void check_golden(const char *name)
{
	const struct output_facts facts = { .title = "python3 \"a\".py\n<&>" };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	text = written(&output_gecko, &profile, &facts, &length);
	golden_check(name, text, length);
}

Test(gecko, reported)
{
	profile_reported(&profile);
	check_golden("reported.gecko.json");
}

Test(gecko, without_samples)
{
	cr_assert_null(profile_init(&profile));
	check_golden("empty.gecko.json");
}

/* A thread of runs one after the other: of these samples, a millisecond each. */
static void add_runs(const uint32_t *samples, size_t count)
{
	const struct thread_info thread = { .name = "" };
	const struct process_info process = { .command = "", .exe = "", .python = "" };
	uint64_t now_ns = 0;
	uint32_t number;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_process(&profile, &process, &number));
	cr_assert_null(profile_thread(&profile, &thread, &number));
	COUNT(&profile, 1, PY("main", "a.py", 1));
	COUNT(&profile, 1, PY("main", "a.py", 1), PY("work", "a.py", 2));
	for (size_t i = 0; i < count; i++) {
		const uint64_t time_ns = (uint64_t)samples[i] * SAMPLE_NS;
		const struct run run = { .start_ns = now_ns,
					 .time_ns = time_ns,
					 .samples = samples[i],
					 .node = i % 2 ? 1 : 2 };

		cr_assert_null(profile_run(&profile, &run));
		profile_add(&profile, run.node, samples[i], time_ns);
		now_ns += time_ns;
	}
}

static void check_holds(const char *text, const char *wanted)
{
	cr_assert(strstr(text, wanted), "no %s in %s", wanted, text);
}

Test(gecko, a_sample_stands_in_the_middle_of_its_time)
{
	static const uint32_t samples[] = { 2, 1 };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	add_runs(samples, 2);
	text = written(&output_gecko, &profile, NULL, &length);
	/* number 0 is the stack for gaps */
	check_holds(text, "\"stack\":[2,2,1],\"time\":[0.5,1.5,2.5],\"weight\":[1,1,1]");
	check_holds(text, "\"prefix\":[null,null,1]");
}

Test(gecko, of_very_many_samples_the_ends_of_runs_stand)
{
	static const uint32_t samples[] = { 3000 * 1000, 2, 1 };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	add_runs(samples, 3);
	text = written(&output_gecko, &profile, NULL, &length);
	check_holds(text, "\"stack\":[2,2,1,1,2],"
			  "\"time\":[0.5,2999999.5,3000000.5,3000001.5,3000002.5],"
			  "\"weight\":[2999999,1,1,1,1]");
}

Test(gecko, a_short_gap_is_one_sample)
{
	static const uint32_t samples[] = { 1, 1 };
	CLEANUP(freep)
	char *text = NULL;
	size_t length;

	add_runs(samples, 2);
	profile.runs[1].start_ns += 1000;
	text = written(&output_gecko, &profile, NULL, &length);
	check_holds(text, "\"stack\":[2,0,1],\"time\":[0.5,1,1.501],\"weight\":[1,0,1]");
}

Test(gecko, gzipped_it_is_the_same)
{
	static unsigned char plain[1 << 20];
	z_stream stream = { .next_out = plain, .avail_out = sizeof(plain) };
	CLEANUP(freep)
	char *text = NULL;
	CLEANUP(freep)
	char *bytes = NULL;
	size_t length, packed;

	profile_reported(&profile);
	text = written(&output_gecko, &profile, NULL, &length);
	bytes = written(&output_gecko_gz, &profile, NULL, &packed);
	cr_assert_lt(packed, length);
	stream.next_in = (unsigned char *)bytes;
	stream.avail_in = (unsigned int)packed;
	cr_assert_eq(inflateInit2(&stream, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
	inflateEnd(&stream);
	cr_assert_eq(sizeof(plain) - stream.avail_out, length);
	cr_assert_eq(memcmp(plain, text, length), 0);
}
