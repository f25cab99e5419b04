/*
 * recorded.c - read what was recorded, whatever it is: a recording, folded stacks, a pipe.
 */
#include "recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "profile/recording.h"

enum {
	LARGE_BYTES = 4 << 20, /* reading less takes no time that anybody sees */
	NAMES_MAX = 8          /* as many are listed where none was found */
};

void recorded_deinit(struct recorded *recorded)
{
	profile_deinit(&recorded->profile);
}

/* What comes from a pipe, in a file without a name: it is read from its start more than once. */
static struct error *spool(const char *name, int *fd)
{
	CLEANUP(fclosep)
	FILE *file = tmpfile();
	char block[1 << 16];
	ssize_t n;

	if (!file)
		return error_os(errno, "cannot make a temporary file for %s", name);
	while ((n = read(*fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && fwrite(block, 1, (size_t)n, file) != (size_t)n)
			return error_os(errno, "cannot put %s into a temporary file", name);
	if (n < 0)
		return error_os(errno, "cannot read %s", name);
	if (fflush(file))
		return error_os(errno, "cannot put %s into a temporary file", name);
	close(*fd);
	*fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	if (*fd < 0 || lseek(*fd, 0, SEEK_SET))
		return error_os(errno, "cannot read %s", name);
	return NULL;
}

/* An open file that can be read from its start; what is wrong with it is said with its name. */
static struct error *open_file(const char *path, const char *name, int *ret, off_t *size)
{
	CLEANUP(closep)
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
				   : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	struct error *err = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err = error_os(errno, "cannot read %s", name);
	else if (S_ISDIR(st.st_mode))
		err = error_os(EISDIR, "cannot read %s", name);
	else if (!S_ISREG(st.st_mode))
		err = spool(name, &fd);
	if (!err && fstat(fd, &st))
		err = error_os(errno, "cannot read %s", name);
	if (err && (err->kind == ERROR_PERMISSION || err->kind == ERROR_GONE))
		err->kind = ERROR_OS; /* of a file, not of a process */
	if (err)
		return err;
	*size = st.st_size;
	*ret = take_fd(fd);
	return NULL;
}

static void say_truncated(const struct recorded *recorded, const char *name)
{
	const struct profile *profile = &recorded->profile;
	uint64_t end_ns = 0;

	for (size_t i = 0; i < profile->run_count; i++)
		if (profile->runs[i].start_ns + profile->runs[i].time_ns > end_ns)
			end_ns = profile->runs[i].start_ns + profile->runs[i].time_ns;
	fprintf(stderr,
		"sonde: %s ends early (its recording was killed, or it was copied in part): what "
		"is "
		"shown are its first %.1f s\n",
		name, (double)end_ns / 1e9);
}

struct error *recorded_read(const char *path, bool quiet, struct recorded *ret)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	struct recorded recorded = { .path = path };
	CLEANUP(closep)
	int fd = -1;
	off_t size = 0;
	struct error *err = open_file(path, name, &fd, &size);
	bool said;

	if (err)
		return err;
	said = !quiet && size >= LARGE_BYTES && isatty(STDERR_FILENO);
	if (said)
		fprintf(stderr, "sonde: reading %s ...", name);
	recorded.folded = !recording_is(fd);
	err = recorded.folded ? folded_read(fd, name, &recorded.profile, &recorded.facts)
			      : recording_read(fd, name, &recorded.profile);
	if (said)
		fputs("\r\033[K", stderr);
	if (err)
		return err;
	if (recorded.profile.capture.truncated && !quiet)
		say_truncated(&recorded, name);
	recorded.run_count = recorded.profile.run_count;
	*ret = recorded;
	return NULL;
}

const char *recorded_title(const struct recorded *recorded)
{
	const char *slash = strrchr(recorded->path, '/');

	if (recorded->profile.capture.command[0])
		return recorded->profile.capture.command;
	if (!strcmp(recorded->path, "-"))
		return "standard input";
	return slash && slash[1] ? slash + 1 : recorded->path;
}

/* What is asked of folded stacks that they do not tell; NULL for nothing. */
static const char *unknown_to_folded(const struct recorded *recorded,
				     const struct report_choice *choice)
{
	const struct report_options *report = &choice->report;

	if (report->mode != REPORT_WALL)
		return "the states of threads (--mode)";
	if (report->from_ns || report->to_ns)
		return "times (--from, --to)";
	if (report->pid_count && !recorded->facts.has_processes)
		return "processes (--pid)";
	if (report->thread_count && !recorded->facts.has_threads)
		return "threads (--thread)";
	/* files are shortened: "requests/api.py" could be anybody's */
	if (report->mine && recorded->run_count && !recorded->facts.has_paths)
		return "whole paths (--mine)";
	return NULL;
}

struct error *recorded_report(struct recorded *recorded, const struct report_choice *choice,
			      struct profile *ret)
{
	struct report_options options = choice->report;
	const char *unknown = recorded->folded ? unknown_to_folded(recorded, choice) : NULL;
	struct error *err;

	if (unknown)
		return error_create(ERROR_USAGE,
				    "%s has folded stacks, which do not tell %s: a recording does",
				    recorded->path, unknown);
	if (recorded->folded && !choice->roots_given) {
		options.thread_roots = recorded->facts.has_threads;
		options.process_roots = recorded->facts.has_processes;
	}
	err = profile_report_take(&recorded->profile, &options, ret);
	if (!err)
		profile_drop_stacks(&recorded->profile);
	return err;
}

/* "there are MainThread (7), worker (9), ..." */
static void list_threads(const struct profile *profile, struct text *text)
{
	text_add(text, "no thread is the one of --thread: there are");
	for (size_t i = 0; i < profile->thread_count; i++) {
		const struct thread_info *thread = &profile->threads[i];

		if (i == NAMES_MAX) {
			text_addf(text, ", and %zu more", profile->thread_count - i);
			break;
		}
		text_add(text, i ? ", " : " ");
		text_add_clean(text, thread->name);
		text_addf(text, "%s(%d)", *thread->name ? " " : "", (int)thread->tid);
	}
}

static void list_processes(const struct profile *profile, struct text *text)
{
	text_add(text, "no process is the one of --pid: there are");
	for (size_t i = 0; i < profile->process_count; i++) {
		if (i == NAMES_MAX) {
			text_addf(text, ", and %zu more", profile->process_count - i);
			break;
		}
		text_addf(text, "%s%d", i ? ", " : " ", (int)profile->processes[i].pid);
	}
}

static bool has_any_pid(const struct profile *profile, const struct report_options *options)
{
	for (size_t i = 0; i < profile->process_count; i++)
		for (size_t p = 0; p < options->pid_count; p++)
			if (profile->processes[i].pid == options->pids[p])
				return true;
	return false;
}

/* Why there is nothing: it is no error, but nobody should have to guess. */
static void explain_nothing(const struct recorded *recorded, const struct report_choice *choice,
			    const struct profile *report)
{
	const struct report_options *options = &choice->report;
	uint64_t elapsed_ns = recorded->profile.capture.stats.elapsed_ns;
	CLEANUP(text_deinit)
	struct text why = { 0 };

	if (!recorded->run_count)
		text_add(&why, "it has none");
	else if (options->from_ns && options->from_ns >= elapsed_ns)
		text_addf(&why, "the recording ends after %.1f s, before --from",
			  (double)elapsed_ns / 1e9);
	else if (report->hidden_waiting)
		text_add(&why, "all threads were waiting (-i shows waiting threads)");
	else if (report->hidden_foreign)
		text_add(&why, "no stack has a function of the program itself (--mine)");
	else if (options->pid_count && !has_any_pid(&recorded->profile, options))
		list_processes(&recorded->profile, &why);
	else if (options->thread_count && !options->include_count && !options->exclude_count)
		list_threads(&recorded->profile, &why);
	else
		text_add(&why, "nothing passes the filters");
	fprintf(stderr, "sonde: %s: no samples: %s\n", recorded->path, text_chars(&why));
}

void recorded_say_left_out(const struct recorded *recorded, const struct report_choice *choice,
			   const struct profile *report)
{
	if (!report->total) {
		explain_nothing(recorded, choice, report);
		return;
	}
	if (report->hidden_waiting)
		fprintf(stderr,
			"sonde: %s: %" PRIu64 " samples of waiting threads are left out (-i shows "
			"them)\n",
			recorded->path, report->hidden_waiting);
	if (report->hidden_foreign)
		fprintf(stderr,
			"sonde: %s: %" PRIu64 " samples without a function of the program itself "
			"are left out (--mine)\n",
			recorded->path, report->hidden_foreign);
}
