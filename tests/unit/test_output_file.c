/*
 * Output files: whole or not at all, and never a surprise at the end.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "output/file.h"
#include "support/profiles.h"

static const struct output_facts no_facts;
static char folder[] = "/tmp/sonde-output-XXXXXX";
static struct profile profile;
static struct output_file *file;

static void setup(void)
{
	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_null(profile_init(&profile));
	COUNT(&profile, 1, PY("f", "a.py", 1));
}

static void teardown(void)
{
	char command[128];

	output_file_destroy(file);
	profile_deinit(&profile);
	snprintf(command, sizeof(command), "chmod -R u+w %s; rm -rf %s", folder, folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(output_file, .init = setup, .fini = teardown);

static void put(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	cr_assert(stream);
	fputs(text, stream);
	fclose(stream);
}

static void check_content(const char *path, const char *expected)
{
	char text[256] = "";
	FILE *stream = fopen(path, "r");

	cr_assert(stream, "%s", path);
	cr_assert_lt(fread(text, 1, sizeof(text) - 1, stream), sizeof(text) - 1);
	fclose(stream);
	cr_assert_str_eq(text, expected);
}

static int files_here(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir)))
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return count;
}

static void write_once(const char *path)
{
	cr_assert_null(output_file_open(path, &output_folded, &file));
	cr_assert_null(output_file_write(file, &profile, &no_facts));
}

static void check_fails(struct error *err, int errnum)
{
	cr_assert(err);
	cr_assert_eq(err->errnum, errnum, "%s", error_message(err));
	error_destroy(err);
}

Test(output_file, nothing_is_left_behind_before_and_after)
{
	cr_assert_null(output_file_open("out.folded", &output_folded, &file));
	cr_assert_eq(files_here(), 0);
	cr_assert_null(output_file_write(file, &profile, &no_facts));
	cr_assert_eq(files_here(), 1);
	check_content("out.folded", "f (a.py:1) 1\n");
	cr_assert_str_eq(output_file_path(file), "out.folded");
}

Test(output_file, a_snapshot_is_replaced_by_the_next)
{
	write_once("out.folded");
	COUNT(&profile, 1, PY("f", "a.py", 1));
	cr_assert_null(output_file_write(file, &profile, &no_facts));
	check_content("out.folded", "f (a.py:1) 2\n");
	cr_assert_eq(files_here(), 1);
}

Test(output_file, rights_are_those_of_any_new_file_or_of_the_old_one)
{
	struct stat st;

	umask(027);
	write_once("new");
	cr_assert_eq(stat("new", &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0640);
	output_file_destroy(take_ptr(file));
	put("old", "old");
	cr_assert_eq(chmod("old", 0604), 0);
	write_once("old");
	cr_assert_eq(stat("old", &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0604);
}

Test(output_file, a_symbolic_link_stays_one)
{
	struct stat st;

	cr_assert_eq(mkdir("there", 0755), 0);
	put("there/file", "old");
	cr_assert_eq(symlink("there/file", "link"), 0);
	write_once("link");
	cr_assert_eq(lstat("link", &st), 0);
	cr_assert(S_ISLNK(st.st_mode));
	check_content("there/file", "f (a.py:1) 1\n");
}

Test(output_file, what_cannot_be_written_is_said_at_once)
{
	cr_assert_eq(mkdir("dir", 0755), 0);
	check_fails(output_file_open("missing/out", &output_folded, &file), ENOENT);
	check_fails(output_file_open("dir", &output_folded, &file), EISDIR);
	put("plain", "");
	check_fails(output_file_open("plain/out", &output_folded, &file), ENOTDIR);
	cr_assert_null(file);
}

Test(output_file, without_the_right_to_write)
{
	cr_assert_eq(chmod(folder, 0755), 0);
	cr_assert_eq(mkdir("closed", 0755), 0);
	put("closed/readonly", "old");
	put("closed/writable", "old and longer than the new one");
	cr_assert_eq(chmod("closed/readonly", 0444), 0);
	cr_assert_eq(chmod("closed/writable", 0666), 0);
	cr_assert_eq(chmod("closed", 0555), 0);
	if (geteuid() == 0)
		cr_assert_eq(seteuid(65534), 0);
	check_fails(output_file_open("closed/new", &output_folded, &file), EACCES);
	check_fails(output_file_open("closed/readonly", &output_folded, &file), EACCES);
	/* no file can be made beside it, but it can be written itself */
	write_once("closed/writable");
	cr_assert_null(output_file_write(file, &profile, &no_facts));
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	check_content("closed/writable", "f (a.py:1) 1\n");
}

Test(output_file, a_device_is_written_directly)
{
	write_once("/dev/null");
	output_file_destroy(take_ptr(file));
	cr_assert_null(output_file_open("/dev/full", &output_folded, &file));
	check_fails(output_file_write(file, &profile, &no_facts), ENOSPC);
}

Test(output_file, a_pipe_is_written_directly)
{
	char text[64] = "";
	int fd;

	cr_assert_eq(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDONLY | O_NONBLOCK);
	write_once("pipe");
	cr_assert_gt(read(fd, text, sizeof(text) - 1), 0);
	cr_assert_str_eq(text, "f (a.py:1) 1\n");
	close(fd);
	(void)signal(SIGPIPE, SIG_IGN);
	check_fails(output_file_write(file, &profile, &no_facts), EPIPE);
}

Test(output_file, standard_output)
{
	fflush(stdout);
	int saved = dup(STDOUT_FILENO), fd = open("stdout", O_CREAT | O_RDWR, 0600);

	cr_assert_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	write_once("-");
	cr_assert_null(output_file_write(file, &profile, &no_facts)); /* not closed by the first */
	dup2(saved, STDOUT_FILENO);
	check_content("stdout", "f (a.py:1) 1\nf (a.py:1) 1\n");
}

Test(output_file, a_full_disk_leaves_the_old_file)
{
	const struct rlimit limit = { 4096, 4096 };
	struct error *err;

	put("out", "old");
	profile_count_deep(&profile, 1000, 1);
	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_null(output_file_open("out", &output_folded, &file));
	err = output_file_write(file, &profile, &no_facts);
	cr_assert(err);
	cr_assert_eq(err->errnum, EFBIG);
	check_content("out", "old");
	/* what could be written is there, and the sentence says where */
	cr_assert_eq(files_here(), 2);
	cr_assert(strstr(error_message(err), ".sonde-"));
	error_destroy(err);
}

Test(output_file, fields_of_names)
{
	const struct output_name_facts facts = { .pid = 42, .program = "bin/app" };
	char host[256], *name;

	name = output_file_name("a-%p-%n-%%-%x-%", &facts);
	cr_assert_str_eq(name, "a-42-bin_app-%-%x-%");
	free(name);
	name = output_file_name("", &facts);
	cr_assert_str_eq(name, "");
	free(name);
	name = output_file_name("%t", &facts);
	cr_assert_eq(strspn(name, "0123456789-"), 15);
	cr_assert_eq(strlen(name), 15);
	free(name);
	cr_assert_eq(gethostname(host, sizeof(host)), 0);
	name = output_file_name("%h", &facts);
	cr_assert_str_eq(name, host);
	free(name);
}

Test(output_file, forms_by_name_and_ending)
{
	cr_assert_eq(output_by_name("folded"), &output_folded);
	cr_assert_eq(output_by_name("RAW"), &output_folded);
	cr_assert_eq(output_by_name("collapsed"), &output_folded);
	cr_assert_eq(output_by_name("Text"), &output_table);
	cr_assert_null(output_by_name("flame"));
	cr_assert_null(output_by_name(""));
	cr_assert_eq(output_by_suffix("a/b.folded"), &output_folded);
	cr_assert_eq(output_by_suffix("a.TXT"), &output_folded);
	cr_assert_eq(output_by_suffix("a.b.table"), &output_table);
	cr_assert_eq(output_by_suffix("a.gecko.json"), &output_gecko);
	cr_assert_eq(output_by_suffix("a.gecko.json.gz"), &output_gecko_gz);
	cr_assert_null(output_by_suffix("a.folded.gz"));
	cr_assert_null(output_by_suffix("folded"));
	cr_assert_null(output_by_suffix(".folded"));
	cr_assert(!strncmp(output_names(), "folded, table", 13));
}
