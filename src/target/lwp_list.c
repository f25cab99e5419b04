/*
 * lwp_list.c - which threads a process has, and what they are called.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "procfs.h"
#include "target/lwp.h"

typedef ARRAY(struct lwp_id) lwp_id_array;

/* Its number in the innermost PID namespace; its own when that cannot be read. */
static pid_t ns_tid_of(pid_t pid, pid_t tid)
{
	CLEANUP(freep)
	char *status = NULL;
	char path[PROCFS_PATH_SIZE];
	size_t length;
	struct error *err;
	pid_t found;

	snprintf(path, sizeof(path), "task/%d/status", tid);
	err = procfs_read_all(pid, path, PROCFS_STATUS_MAX, &status, &length);
	error_destroy(err);
	found = err ? 0 : procfs_status_last_pid(status, "NSpid");
	return found ? found : tid;
}

static int by_tid(const void *a, const void *b)
{
	pid_t left = ((const struct lwp_id *)a)->tid, right = ((const struct lwp_id *)b)->tid;

	return (left > right) - (left < right);
}

static struct error *list_tasks(pid_t pid, lwp_id_array *list)
{
	char path[PROCFS_PATH_SIZE];
	CLEANUP(closedirp)
	DIR *tasks = NULL;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return procfs_error(pid, errno, "task");
	while ((entry = readdir(tasks))) {
		pid_t tid = procfs_pid_of_name(entry->d_name);
		struct lwp_id id = { tid, tid };

		if (tid && !array_push(list, id))
			return &error_nomem;
	}
	return NULL;
}

struct error *lwp_list(pid_t pid, struct lwp_id **ret, size_t *count)
{
	lwp_id_array list = { 0 };
	struct error *err = list_tasks(pid, &list);

	if (!err && !list.count)
		err = error_create(ERROR_GONE, "process %d has ended", pid);
	if (err || !list.items) {
		array_deinit(&list);
		return err;
	}
	/* All threads share one namespace: where the leader has one number, so have the others. */
	if (ns_tid_of(pid, pid) != pid)
		for (size_t i = 0; i < list.count; i++)
			list.items[i].ns_tid = ns_tid_of(pid, list.items[i].tid);
	qsort(list.items, list.count, sizeof(*list.items), by_tid);
	*ret = list.items;
	*count = list.count;
	return NULL;
}

void lwp_comm(pid_t pid, pid_t tid, char name[LWP_COMM_SIZE])
{
	char path[PROCFS_PATH_SIZE];
	ssize_t n;

	snprintf(path, sizeof(path), "task/%d/comm", tid);
	n = procfs_read(pid, path, name, LWP_COMM_SIZE);
	if (n > 0 && name[n - 1] == '\n')
		name[n - 1] = '\0';
}
