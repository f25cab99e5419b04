/*
 * process_name.c - the processes that a user means by a name.
 *
 * `python -u -X dev /srv/app.py` is "python", "app.py" and "app"; `python -m http.server` is
 * "http.server". Which argument is the script follows the interpreter's own command line
 * (https://docs.python.org/3/using/cmdline.html): options may be joined, -c -m -W -X and
 * --check-hash-based-pycs take a value.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "procfs.h"
#include "target/process.h"

enum {
	COMM_SIZE = 64,             /* 16 for threads of programs, more for those of the kernel */
	ARGUMENTS_READ = 32 * 1024, /* bytes of the command line; the script stands at its start */
};

typedef ARRAY(pid_t) pid_array;

/* Arguments one behind the other, each ended by NUL; a NUL stands behind the last, too. */
struct arguments {
	const char *next, *end;
};

static const char *take_argument(struct arguments *arguments)
{
	const char *argument = arguments->next;

	if (argument >= arguments->end)
		return NULL;
	arguments->next += strlen(argument) + 1;
	return argument;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Past a group of one-letter options: the module when there is -m in it, `*ends` for -c. */
static const char *skip_letters(const char *letters, struct arguments *rest, bool *ends)
{
	for (const char *letter = letters; *letter; letter++) {
		if (*letter == 'c') {
			*ends = true;
			return NULL;
		}
		if (*letter == 'm')
			return letter[1] ? letter + 1 : take_argument(rest);
		if (*letter == 'W' || *letter == 'X') {
			if (!letter[1])
				(void)take_argument(rest);
			return NULL;
		}
	}
	return NULL;
}

static bool is_script(const char *path, const char *name)
{
	const char *base = base_name(path);
	size_t length = strlen(name);

	return !strcmp(base, name) ||
	       (!strncmp(base, name, length) && !strcmp(base + length, ".py"));
}

/* Whether what the interpreter runs, by its arguments less argv[0], has the name. */
static bool runs(struct arguments rest, const char *name)
{
	const char *argument;

	while ((argument = take_argument(&rest))) {
		const char *module;
		bool ends = false;

		if (argument[0] != '-' || !argument[1])
			return is_script(argument, name);
		if (argument[1] == '-') {
			if (!strcmp(argument, "--check-hash-based-pycs"))
				(void)take_argument(&rest);
			continue;
		}
		module = skip_letters(argument + 1, &rest, &ends);
		if (module || ends)
			return module && !strcmp(module, name);
	}
	return false;
}

static bool is_interpreter(pid_t pid, const char *argv0)
{
	char link[PROCFS_PATH_SIZE], path[PATH_MAX];
	ssize_t n;

	if (strstr(base_name(argv0), "python"))
		return true;
	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return strstr(base_name(path), "python") != NULL;
}

static bool process_is_named(pid_t pid, const char *name)
{
	char comm[COMM_SIZE], cmdline[ARGUMENTS_READ];
	struct arguments arguments = { .next = cmdline };
	ssize_t n = procfs_read(pid, "comm", comm, sizeof(comm));
	const char *argv0;

	if (n > 0 && comm[n - 1] == '\n')
		comm[n - 1] = '\0';
	if (n > 0 && !strcmp(comm, name))
		return true;
	n = procfs_read(pid, "cmdline", cmdline, sizeof(cmdline));
	arguments.end = cmdline + (n > 0 ? n : 0);
	argv0 = take_argument(&arguments);
	if (!argv0)
		return false;
	if (!strcmp(base_name(argv0), name))
		return true;
	return is_interpreter(pid, argv0) && runs(arguments, name);
}

struct error *process_find_by_name(const char *name, pid_t **ret, size_t *count)
{
	CLEANUP(closedirp)
	DIR *proc = opendir("/proc");
	pid_array found = { 0 };
	const struct dirent *entry;

	if (!proc)
		return error_os(errno, "cannot list /proc");
	while ((entry = readdir(proc))) {
		pid_t pid = procfs_pid_of_name(entry->d_name);
		char state;

		if (!pid || pid == getpid() || !process_is_named(pid, name))
			continue;
		state = process_state(pid);
		if (!state || state == 'Z' || state == 'X')
			continue;
		if (!array_push(&found, pid)) {
			array_deinit(&found);
			return &error_nomem;
		}
	}
	*ret = found.items;
	*count = found.count;
	return NULL;
}
