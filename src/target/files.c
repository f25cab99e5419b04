/*
 * files.c - opening files below the root of another process.
 *
 * openat2() (since Linux 5.6) keeps the target's symbolic links inside its root. Where there is no
 * such call, names are looked up without it, and nothing is opened for reading.
 */
#include "target/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs.h"

static int open_link(pid_t pid, const char *name)
{
	char path[PROCFS_PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool read_link(pid_t pid, const char *name, char path[PATH_MAX])
{
	char link[PROCFS_PATH_SIZE];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/%s", (int)pid, name);
	n = readlink(link, path, PATH_MAX - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return path[0] == '/';
}

/* Both links are told from the same root, be it ours or that of the other mount namespace. */
static char *find_cwd(pid_t pid)
{
	char root[PATH_MAX], cwd[PATH_MAX];
	size_t length;

	if (!read_link(pid, "root", root) || !read_link(pid, "cwd", cwd))
		return NULL;
	length = strcmp(root, "/") ? strlen(root) : 0;
	if (strncmp(cwd, root, length) != 0 || (cwd[length] != '/' && cwd[length]))
		return NULL;
	return strdup(cwd + length);
}

/* The last of the four numbers of a line of status: that of the file system. */
static bool read_id(const char *status, const char *name, unsigned int *ret)
{
	const char *line = procfs_status_line(status, name);

	return line && sscanf(line, "%*u %*u %*u %u", ret) == 1;
}

void process_files_init(struct process_files *files, pid_t pid)
{
	CLEANUP(freep)
	char *status = NULL;
	size_t length;

	*files = (struct process_files) {
		.root = open_link(pid, "root"),
		.cwd = open_link(pid, "cwd"),
		.cwd_path = find_cwd(pid),
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
	};
	status = procfs_slurp(pid, "status", PROCFS_STATUS_MAX, &length);
	if (status &&
	    (!read_id(status, "Uid", &files->uid) || !read_id(status, "Gid", &files->gid)))
		files->uid = (uid_t)-1;
}

void process_files_deinit(struct process_files *files)
{
	closep(&files->root);
	closep(&files->cwd);
	free(files->cwd_path);
	*files = (struct process_files) { .root = -1, .cwd = -1 };
}

bool process_files_have(const struct process_files *files, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	bool is_absolute = path[0] == '/';
	int dir = is_absolute ? files->root : files->cwd;
	int fd;

	if (dir < 0)
		return false;
	if (is_absolute)
		how.resolve = RESOLVE_IN_ROOT;
	path += strspn(path, "/");
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* before Linux 5.6; seccomp filters */
		fd = openat(dir, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* A name that leads to no device is opened only now: to open some of them does something. */
static int open_regular(int root, const char *path, struct stat *ret)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	CLEANUP(closep)
	int place = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	char link[PROCFS_PATH_SIZE];

	if (place < 0 || fstat(place, ret) || !S_ISREG(ret->st_mode))
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	return open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/*
 * With the rights of the target's user: whoever names /etc/shadow to a sonde of root's does not get
 * it. The kernel takes the capabilities that pass over permissions away with the user, and gives
 * them back (capabilities(7)).
 */
static int open_as_its_user(const struct process_files *files, const char *path, struct stat *ret)
{
	bool is_other = geteuid() == 0 && files->uid != 0;
	int fd;

	if (!is_other)
		return open_regular(files->root, path, ret);
	if (files->uid == (uid_t)-1)
		return -1;
	(void)setfsgid(files->gid);
	(void)setfsuid(files->uid);
	/* both say only which one was in force before */
	fd = (uid_t)setfsuid((uid_t)-1) == files->uid ? open_regular(files->root, path, ret) : -1;
	(void)setfsuid(geteuid());
	(void)setfsgid(getegid());
	return fd;
}

int process_files_open(const struct process_files *files, const char *path, struct stat *ret)
{
	char whole[PATH_MAX];
	int n;

	if (files->root < 0 || (path[0] != '/' && !files->cwd_path))
		return -1;
	n = snprintf(whole, sizeof(whole), "%s/%s", path[0] == '/' ? "" : files->cwd_path, path);
	if (n < 0 || (size_t)n >= sizeof(whole))
		return -1;
	return open_as_its_user(files, whole, ret);
}
