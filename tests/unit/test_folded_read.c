/*
 * Folded stacks as a recording: what is written is read again.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "output/output.h"
#include "profile/folded_read.h"
#include "profile/report.h"
#include "support/profiles.h"

static struct error *read_bytes(const char *bytes, size_t length, struct profile *ret,
				struct folded_facts *facts)
{
	int fd = memfd_create("folded", MFD_CLOEXEC);
	struct error *err;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, length), (ssize_t)length);
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	err = folded_read(fd, "x.folded", ret, facts);
	close(fd);
	return err;
}

/* The same lines come out that went in. */
static void check_again(const struct profile *profile, const struct report_options *options)
{
	CLEANUP(profile_deinit)
	struct profile recorded = { 0 }, report = { 0 };
	CLEANUP(freep)
	char *first = NULL;
	CLEANUP(freep)
	char *second = NULL;
	struct folded_facts facts;
	size_t length, again;

	first = written(&output_folded, profile, NULL, &length);
	cr_assert_null(read_bytes(first, length, &recorded, &facts));
	cr_assert_null(profile_report(&recorded, options, &report));
	cr_assert_eq(report.total, profile->total);
	second = written(&output_folded, &report, NULL, &again);
	cr_assert_str_eq(second, first);
}

Test(folded_read, gives_back_what_was_written)
{
	CLEANUP(profile_deinit)
	struct profile hostile = { 0 }, reported = { 0 }, deep = { 0 };
	const struct report_options roots = { .thread_roots = true, .process_roots = true };
	const struct report_options none = { 0 };

	cr_assert_null(profile_init(&hostile));
	profile_hostile(&hostile);
	cr_assert_null(profile_init(&deep));
	profile_count_deep(&deep, 50000, 3);
	profile_reported(&reported);
	check_again(&hostile, &none);
	check_again(&deep, &none);
	check_again(&reported, &roots);
}

static void read_text(const char *text, struct profile *ret, struct folded_facts *facts)
{
	struct error *err = read_bytes(text, strlen(text), ret, facts);

	cr_assert_null(err, "%s", err ? error_message(err) : "");
}

Test(folded_read, takes_frames_apart)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;
	const struct func *func;

	read_text(
		"run (threading.py:12);x (y) (/srv/a b (1).py:7);g (c.c);h;<torn> 5\r\n\n# note\n",
		&profile, &facts);
	cr_assert_eq(profile.node_count, 6);
	func = profile_func_of(&profile, 1);
	cr_assert_str_eq(func->name, "run");
	cr_assert_str_eq(func->file, "threading.py");
	cr_assert_eq(profile_frame_of(&profile, 1)->line, 12);
	func = profile_func_of(&profile, 2);
	cr_assert_str_eq(func->name, "x (y) (/srv/a b"); /* the last " (" begins the file */
	cr_assert_str_eq(profile_func_of(&profile, 3)->file, "c.c");
	cr_assert_eq(profile_frame_of(&profile, 3)->line, 0);
	cr_assert_str_eq(profile_func_of(&profile, 4)->file, "");
	cr_assert_eq(profile_func_of(&profile, 5)->kind, FRAME_MARKER);
	cr_assert_eq(profile.run_count, 1);
	cr_assert_eq(profile.runs[0].samples, 5);
	cr_assert_eq(profile.runs[0].time_ns, 5 * SAMPLE_NS);
	cr_assert_not(facts.has_threads);
	cr_assert_not(facts.has_processes);
	cr_assert_not(facts.has_paths);
}

Test(folded_read, knows_threads_and_processes)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;

	read_text("process 7:\"python3 \"x\" a\";thread (8): MainThread;f (/x/f.py:1) 3\n"
		  "process 7:\"python3 \"x\" a\";interpreter 2;thread (0x7fAB);f (/x/f.py:1) 2\n"
		  "process 7:\"python3 \"x\" a\";thread (8): MainThread;g 4\n"
		  "process 9:\"b\" 1\n"
		  "thread (8): thread (9): x;process 1:\"x\";f 1",
		  &profile, &facts);
	cr_assert(facts.has_threads && facts.has_processes && facts.has_paths);
	cr_assert_eq(profile.process_count, 3);
	cr_assert_eq(profile.processes[0].pid, 7);
	cr_assert_str_eq(profile.processes[0].command, "python3 \"x\" a");
	cr_assert_eq(profile.thread_count, 4);
	cr_assert_eq(profile.threads[0].tid, 8);
	cr_assert_str_eq(profile.threads[0].name, "MainThread");
	cr_assert_eq(profile.threads[1].interp, 2);
	cr_assert_eq(profile.threads[1].ident, 0x7fab);
	cr_assert_eq(profile.threads[1].process, 0);
	cr_assert_eq(profile.threads[2].process, 1);
	cr_assert_eq(profile.threads[3].process, 2);
	cr_assert_str_eq(profile.threads[3].name, "thread (9): x");
	/* by thread, then by time: no two at the same moment */
	cr_assert_eq(profile.run_count, 5);
	cr_assert_eq(profile.runs[1].thread, 0);
	cr_assert_eq(profile.runs[1].start_ns, 3 * SAMPLE_NS);
}

Test(folded_read, knows_frames_apart_that_begin_alike)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;

	read_text("ab;c 1\nabc 2\nab;cd;e 3\nab;cd 4\nab 5\n", &profile, &facts);
	cr_assert_eq(profile.node_count, 1 + 5);
	for (size_t i = 0; i < 5; i++)
		cr_assert_eq(profile.runs[i].samples, i + 1);
	cr_assert_str_eq(profile_func_of(&profile, profile.runs[1].node)->name, "abc");
	cr_assert_str_eq(profile_func_of(&profile, profile.runs[2].node)->name, "e");
	cr_assert_str_eq(profile_func_of(&profile, profile.runs[3].node)->name, "cd");
	cr_assert_str_eq(profile_func_of(&profile, profile.runs[4].node)->name, "ab");
}

Test(folded_read, keeps_large_counts)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;
	uint64_t sum = 0;

	read_text("f 10000000000\ng 0\n", &profile, &facts);
	for (size_t i = 0; i < profile.run_count; i++)
		sum += profile.runs[i].samples;
	cr_assert_eq(sum, UINT64_C(10000000000));
	cr_assert_eq(profile.run_count, 3);
}

Test(folded_read, reads_what_gzip_wrote)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;
	static const char text[] = "a;b 3\na;c 4\n";
	Bytef bytes[256];
	z_stream z = { .next_in = (Bytef *)text,
		       .avail_in = sizeof(text) - 1,
		       .next_out = bytes,
		       .avail_out = sizeof(bytes) };
	struct error *err;

	cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	cr_assert_null(read_bytes((const char *)bytes, z.total_out, &profile, &facts));
	cr_assert_eq(profile.node_count, 4);
	profile_deinit(&profile);
	err = read_bytes((const char *)bytes, z.total_out - 9, &profile, &facts);
	cr_assert(err);
	cr_assert_eq(err->kind, ERROR_FORMAT);
	error_destroy(err);
	deflateEnd(&z);
}

Test(folded_read, refuses_what_is_no_folded_stack)
{
	static const char *const wrong[] = {
		"no count\n", "a;b 3\nx\n", "a 1.5\n", "a -1\n", "a 99999999999999999999\n",
		"7\n",        "a \n",
	};
	struct folded_facts facts;
	struct profile profile;
	struct error *err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		err = read_bytes(wrong[i], strlen(wrong[i]), &profile, &facts);
		cr_assert(err, "%s", wrong[i]);
		cr_assert_eq(err->kind, ERROR_FORMAT);
		cr_assert(strstr(error_message(err), "x.folded"));
		cr_assert_null(strchr(error_message(err), '\n'));
		error_destroy(err);
	}
	err = read_bytes("a\0b 3\n", 6, &profile, &facts);
	cr_assert(err && strstr(error_message(err), "line 1 is no text"));
	error_destroy(err);
}

Test(folded_read, of_nothing_is_empty)
{
	CLEANUP(profile_deinit)
	struct profile profile = { 0 };
	struct folded_facts facts;

	read_text("", &profile, &facts);
	cr_assert_eq(profile.run_count, 0);
	profile_deinit(&profile);
	read_text("; 3\n;a 1\n<empty> 2\n", &profile, &facts);
	cr_assert_eq(profile.run_count, 3);
}
