/*
 * Files as another process sees them: in its root, and with its rights.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "target/files.h"

enum { NOBODY = 65534 };

static char root[] = "/tmp/sonde-files-XXXXXX";
static pid_t child;

static void write_file(const char *name, const char *text, mode_t mode)
{
	CLEANUP(closep)
	int fd = open(name, O_CREAT | O_WRONLY, mode);

	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void setup(void)
{
	cr_assert(mkdtemp(root));
	cr_assert_eq(chdir(root), 0);
	cr_assert_eq(chmod(root, 0755), 0);
	cr_assert_eq(mkdir("inside", 0755), 0);
	cr_assert_eq(mkdir("inside/cwd", 0755), 0);
	write_file("outside.py", "outside", 0644);
	write_file("inside/a.py", "inside", 0644);
	write_file("inside/cwd/b.py", "cwd", 0644);
	write_file("inside/secret.py", "secret", 0600);
}

static void teardown(void)
{
	char command[128];

	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(files, .init = setup, .fini = teardown);

/* A process below `inside`, with that user; false where we may not make one. */
static bool start_inside(uid_t uid)
{
	int ready[2];
	char said = 0;

	cr_assert_eq(pipe(ready), 0);
	child = fork();
	if (!child) {
		said = !chdir("inside") && !chroot(".") && !chdir("cwd") && !setgid(uid) &&
		       !setuid(uid);
		if (write(ready[1], &said, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	cr_assert_eq(read(ready[0], &said, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return said;
}

static void check(const struct process_files *files, const char *path, const char *expected)
{
	char text[64] = "";
	struct stat st;
	CLEANUP(closep)
	int fd = process_files_open(files, path, &st);

	cr_assert_eq(fd >= 0, expected != NULL, "%s: %d", path, fd);
	if (!expected)
		return;
	cr_assert_eq(read(fd, text, sizeof(text)), (ssize_t)strlen(expected));
	cr_assert_str_eq(text, expected);
	cr_assert_eq(st.st_size, (off_t)strlen(expected));
}

Test(files, of_ourselves)
{
	CLEANUP(process_files_deinit)
	struct process_files files;
	char path[128];

	process_files_init(&files, getpid());
	snprintf(path, sizeof(path), "%s/inside/a.py", root);
	cr_assert(process_files_have(&files, path));
	cr_assert(process_files_have(&files, "inside/cwd/b.py"));
	cr_assert(!process_files_have(&files, "inside/none.py"));
	check(&files, path, "inside");
	check(&files, "inside/cwd/b.py", "cwd");
	check(&files, "inside/cwd/../a.py", "inside");
	check(&files, "inside", NULL);
	check(&files, "none.py", NULL);
	check(&files, "/dev/zero", NULL);
}

Test(files, of_nobody)
{
	CLEANUP(process_files_deinit)
	struct process_files files;

	process_files_init(&files, 0);
	cr_assert(!process_files_have(&files, "/etc/passwd"));
	check(&files, "/etc/passwd", NULL);
	check(&files, "inside/a.py", NULL);
}

Test(files, stay_inside_the_root)
{
	CLEANUP(process_files_deinit)
	struct process_files files;
	char path[128];

	snprintf(path, sizeof(path), "%s/outside.py", root);
	cr_assert_eq(symlink(path, "inside/absolute.py"), 0);
	cr_assert_eq(symlink("../../outside.py", "inside/up.py"), 0);
	cr_assert_eq(symlink("/a.py", "inside/good.py"), 0);
	if (!start_inside(getuid()))
		cr_skip_test("chroot is not permitted");
	process_files_init(&files, child);
	check(&files, "/a.py", "inside");
	check(&files, "/good.py", "inside");
	check(&files, "b.py", "cwd");
	check(&files, "../a.py", "inside");
	check(&files, "../../../a.py", "inside");
	check(&files, "/absolute.py", NULL);
	check(&files, "/up.py", NULL);
	check(&files, "../up.py", NULL);
	check(&files, "../../outside.py", NULL);
	check(&files, path, NULL);
	cr_assert(process_files_have(&files, "/good.py"));
	cr_assert(!process_files_have(&files, "/absolute.py"));
}

Test(files, only_what_its_user_may_read)
{
	CLEANUP(process_files_deinit)
	struct process_files files;

	if (geteuid() != 0 || !start_inside(NOBODY))
		cr_skip_test("only root can be more than others");
	process_files_init(&files, child);
	check(&files, "/a.py", "inside");
	check(&files, "/secret.py", NULL);
	check(&files, "/a.py", "inside");
	write_file("ours.py", "root again", 0600);
	cr_assert_eq(access("ours.py", R_OK), 0);
	cr_assert_eq(chown("inside/secret.py", NOBODY, NOBODY), 0);
	check(&files, "/secret.py", "secret");
}
