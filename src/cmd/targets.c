/*
 * targets.c - PIDs, lists of PIDs, names.
 */
#include "targets.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

enum { LISTED_MAX = 20 /* candidates that are shown */ };

void targets_deinit(struct targets *targets)
{
	free(targets->pids);
	*targets = (struct targets) { 0 };
}

static bool is_pids(const char *text)
{
	return text[strspn(text, "0123456789,")] == '\0' || !strncmp(text, "0x", 2);
}

static struct error *parse_pids(const char *text, struct targets *ret)
{
	ARRAY(pid_t) pids = { 0 };
	const char *p = text;
	char *end;
	long pid;

	for (;;) {
		errno = 0;
		pid = strtol(p, &end, strncmp(p, "0x", 2) ? 10 : 16);
		if (end == p || errno || pid < 1 || pid > INT_MAX || (*end && *end != ',')) {
			array_deinit(&pids);
			return error_create(ERROR_USAGE, "'%s' is no process ID", text);
		}
		if (!array_push(&pids, (pid_t)pid)) {
			array_deinit(&pids);
			return &error_nomem;
		}
		if (!*end)
			break;
		p = end + 1;
	}
	*ret = (struct targets) { pids.items, pids.count };
	return NULL;
}

/* "PID  command line", as much as may be read. */
static void describe(pid_t pid, struct text *text)
{
	CLEANUP(process_deinit)
	struct process process = { .pidfd = -1 };
	struct error *err = process_open(pid, &process);
	CLEANUP(freep)
	char *line = err ? NULL : process_command_line(&process);

	error_destroy(err);
	text_addf(text, "%d  %.100s", (int)pid, line ? line : "?");
}

static struct error *several(const char *name, const pid_t *pids, size_t count)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	size_t i;

	for (i = 0; i < count && i < LISTED_MAX; i++) {
		text_add(&text, "\n  ");
		describe(pids[i], &text);
	}
	if (count > LISTED_MAX)
		text_addf(&text, "\n  and %zu more", count - LISTED_MAX);
	return error_create(ERROR_NOT_FOUND, "%zu processes are called '%s', give a PID:%s", count,
			    name, text_chars(&text));
}

static struct error *find_name(const char *name, bool quiet, struct targets *ret)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	CLEANUP(freep)
	pid_t *pids = NULL;
	struct error *err;
	size_t count = 0;

	err = process_find_by_name(name, &pids, &count);
	if (err)
		return err;
	if (!count)
		return error_create(ERROR_NOT_FOUND, "no process is called '%s'", name);
	if (count > 1)
		return several(name, pids, count);
	if (!quiet) {
		describe(pids[0], &text);
		fprintf(stderr, "sonde: '%s' is process %s\n", name, text_chars(&text));
	}
	*ret = (struct targets) { take_ptr(pids), 1 };
	return NULL;
}

struct error *targets_find(const char *text, bool quiet, struct targets *ret)
{
	if (is_pids(text))
		return parse_pids(text, ret);
	return find_name(text, quiet, ret);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

char *target_name(char *const *argv)
{
	const char *name = argv[0] ? base_name(argv[0]) : "";
	size_t length;

	if (!strncmp(name, "python", 6) && argv[1]) {
		if (!strcmp(argv[1], "-m") && argv[2])
			name = argv[2];
		else if (argv[1][0] && argv[1][0] != '-')
			name = base_name(argv[1]);
	}
	length = strlen(name);
	if (length > 3 && !strcmp(name + length - 3, ".py"))
		length -= 3;
	return length ? strndup(name, length) : strdup("python");
}
