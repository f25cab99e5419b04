/*
 * process_tree.c - the processes below a process.
 *
 * /proc/PID/task/TID/children lists the children that a thread started (since Linux 3.5, where the
 * kernel is built with CONFIG_PROC_CHILDREN); otherwise every stat of /proc is asked for its
 * parent.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "procfs.h"
#include "target/process.h"

enum {
	DESCENDANTS_MAX = 16 * 1024, /* each is compared with all: a tenth of a second at most */
	CHILDREN_BYTES_MAX = 1 << 20,
};

typedef ARRAY(pid_t) pid_array;

/* Adds it unless it is there (it may change its parent while we look) or has ended. */
static struct error *tree_add(pid_array *tree, pid_t root, pid_t pid)
{
	char state;

	if (pid == root || tree->count >= DESCENDANTS_MAX)
		return NULL;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->items[i] == pid)
			return NULL;
	state = process_state(pid);
	if (!state || state == 'Z' || state == 'X')
		return NULL;
	return array_push(tree, pid) ? NULL : &error_nomem;
}

static struct error *tree_add_text(pid_array *tree, pid_t root, const char *text)
{
	struct error *err = NULL;

	while (!err) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text)
			return NULL;
		text = end;
		if (pid > 0 && pid <= INT32_MAX)
			err = tree_add(tree, root, (pid_t)pid);
	}
	return err;
}

/* The children of one process; *known is cleared when this kernel does not list them. */
static struct error *tree_add_children(pid_array *tree, pid_t root, pid_t pid, bool *known)
{
	char path[PROCFS_PATH_SIZE];
	CLEANUP(closedirp)
	DIR *tasks = NULL;
	const struct dirent *entry;
	struct error *err = NULL;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (!err && tasks && (entry = readdir(tasks))) {
		pid_t tid = procfs_pid_of_name(entry->d_name);
		CLEANUP(freep)
		char *text = NULL;
		size_t length;

		if (!tid)
			continue;
		snprintf(path, sizeof(path), "task/%d/children", tid);
		err = procfs_read_all(pid, path, CHILDREN_BYTES_MAX, &text, &length);
		if (err && error_catch(&err, ERROR_GONE)) {
			snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, tid);
			*known = *known && access(path, F_OK) != 0;
			continue;
		}
		if (!err)
			err = tree_add_text(tree, root, text);
	}
	return err;
}

struct parentage {
	pid_t pid, parent;
};

typedef ARRAY(struct parentage) parentage_array;

static struct error *read_parentage(parentage_array *ret)
{
	CLEANUP(closedirp)
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc)
		return error_os(errno, "cannot list /proc");
	while ((entry = readdir(proc))) {
		pid_t pid = procfs_pid_of_name(entry->d_name);
		struct parentage parentage = { pid, pid ? process_parent(pid) : 0 };

		if (parentage.parent && !array_push(ret, parentage))
			return &error_nomem;
	}
	return NULL;
}

/* The slow way: each round of the queue looks through all processes. */
static struct error *tree_scan(pid_array *tree, pid_t root)
{
	parentage_array all = { 0 };
	struct error *err = read_parentage(&all);

	tree->count = 0;
	for (size_t done = 0; !err && done <= tree->count; done++) {
		pid_t parent = done ? tree->items[done - 1] : root;

		for (size_t i = 0; !err && i < all.count; i++)
			if (all.items[i].parent == parent)
				err = tree_add(tree, root, all.items[i].pid);
	}
	array_deinit(&all);
	return err;
}

struct error *process_descendants(pid_t pid, pid_t **ret, size_t *count)
{
	pid_array tree = { 0 };
	bool known = true;
	struct error *err = tree_add_children(&tree, pid, pid, &known);

	for (size_t done = 0; !err && known && done < tree.count; done++)
		err = tree_add_children(&tree, pid, tree.items[done], &known);
	if (!err && !known)
		err = tree_scan(&tree, pid);
	if (err) {
		array_deinit(&tree);
		return err;
	}
	*ret = tree.items;
	*count = tree.count;
	return NULL;
}
