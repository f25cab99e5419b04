/*
 * pprof's messages: valid by its own rules, totals those of the profile, compressed the same twice.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "profile.pb-c.h"
#include "support/golden.h"
#include "support/profiles.h"

enum { PLAIN_MAX = 1 << 20 };

static struct profile profile;
static unsigned char plain[PLAIN_MAX];
static size_t plain_length;

/* What is written, without its compression. */
static void write_plain(void)
{
	const struct output_facts facts = { .title = "python3 \"a\".py\n<&>" };
	z_stream stream = { .next_out = plain, .avail_out = sizeof(plain) };
	CLEANUP(freep)
	char *bytes = NULL;
	CLEANUP(freep)
	char *again = NULL;
	size_t length, length_again;

	bytes = written(&output_pprof, &profile, &facts, &length);
	again = written(&output_pprof, &profile, &facts, &length_again);
	cr_assert_eq(length, length_again);
	cr_assert_eq(memcmp(bytes, again, length), 0);
	cr_assert_eq(memcmp(bytes + 4, "\0\0\0\0", 4), 0, "a time stands in it");
	stream.next_in = (unsigned char *)bytes;
	stream.avail_in = (unsigned int)length;
	cr_assert_eq(inflateInit2(&stream, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
	cr_assert_eq(stream.avail_in, 0);
	inflateEnd(&stream);
	plain_length = sizeof(plain) - stream.avail_out;
}

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(pprof, .fini = teardown);

/* Ids are 1, 2, 3, ... and everything that is referred to is there. */
static void check_references(const Perftools__Profiles__Profile *read)
{
	cr_assert_str_eq(read->string_table[0], "");
	for (size_t i = 0; i < read->n_function; i++) {
		cr_assert_eq(read->function[i]->id, i + 1);
		cr_assert_eq(read->function[i]->system_name, 0);
		cr_assert_lt((size_t)read->function[i]->name, read->n_string_table);
		cr_assert_lt((size_t)read->function[i]->filename, read->n_string_table);
	}
	for (size_t i = 0; i < read->n_location; i++) {
		cr_assert_eq(read->location[i]->id, i + 1);
		cr_assert_eq(read->location[i]->n_line, 1);
		cr_assert_leq(read->location[i]->line[0]->function_id, read->n_function);
	}
	for (size_t i = 0; i < read->n_sample; i++) {
		cr_assert_eq(read->sample[i]->n_value, read->n_sample_type);
		cr_assert_gt(read->sample[i]->n_location_id, 0);
		for (size_t j = 0; j < read->sample[i]->n_location_id; j++)
			cr_assert_leq(read->sample[i]->location_id[j], read->n_location);
		for (size_t j = 0; j < read->sample[i]->n_label; j++)
			cr_assert_lt((size_t)read->sample[i]->label[j]->str, read->n_string_table);
	}
}

static void check_read(void)
{
	Perftools__Profiles__Profile *read =
		perftools__profiles__profile__unpack(NULL, plain_length, plain);
	uint64_t samples = 0, time_ns = 0;

	cr_assert(read);
	check_references(read);
	for (size_t i = 0; i < read->n_sample; i++) {
		samples += (uint64_t)read->sample[i]->value[0];
		time_ns += (uint64_t)read->sample[i]->value[1];
	}
	cr_assert_eq(samples, profile.total);
	cr_assert_eq(time_ns, profile.total_time_ns);
	perftools__profiles__profile__free_unpacked(read, NULL);
}

Test(pprof, reported)
{
	profile_reported(&profile);
	write_plain();
	golden_check("reported.pprof", (const char *)plain, plain_length);
	check_read();
}

Test(pprof, without_samples)
{
	cr_assert_null(profile_init(&profile));
	write_plain();
	golden_check("empty.pprof", (const char *)plain, plain_length);
	check_read();
}

Test(pprof, a_stack_without_a_frame_keeps_its_time)
{
	const struct thread_info thread = { .name = "" };
	const struct process_info process = { .command = "", .exe = "", .python = "" };
	const struct run run = { .time_ns = 5000, .samples = 5 };
	uint32_t number;

	cr_assert_null(profile_init(&profile));
	cr_assert_null(profile_process(&profile, &process, &number));
	cr_assert_null(profile_thread(&profile, &thread, &number));
	cr_assert_null(profile_run(&profile, &run));
	profile_add(&profile, 0, 5, 5000);
	write_plain();
	check_read();
	cr_assert(memmem(plain, plain_length, "<empty>", 7));
}
