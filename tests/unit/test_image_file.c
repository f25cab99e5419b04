/*
 * Images of a live process (ours), and the files behind them.
 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "support/elf_image.h"
#include "target/image.h"
#include "target/process.h"

/* A local symbol, to be found in .symtab only. */
static volatile int local_marker_of_this_test = 1;

static struct mem *mem;
static struct maps maps;
static struct image_list list;

static void look(void)
{
	struct process process;

	image_list_deinit(&list);
	maps_deinit(&maps);
	cr_assert_null(process_open(getpid(), &process));
	cr_assert_null(maps_read(getpid(), &maps));
	cr_assert_null(image_list_read(mem, &maps, process.exe_inode, &list));
	process_deinit(&process);
}

static void setup(void)
{
	local_marker_of_this_test++;
	cr_assert_null(mem_live_create(getpid(), &mem));
	look();
}

static void teardown(void)
{
	image_list_deinit(&list);
	maps_deinit(&maps);
	mem_live_destroy(mem);
}

TestSuite(image_file, .init = setup, .fini = teardown);

static const struct image *find_image(const char *part)
{
	const struct image *found = NULL;

	for (size_t i = 0; i < list.count; i++)
		if (strstr(list.items[i].path, part)) {
			cr_assert_null(found, "two images of %s", part);
			found = &list.items[i];
		}
	return found;
}

static const struct image *libc(void)
{
	const struct image *image = find_image("/libc.so");

	cr_assert(image);
	return image;
}

Test(image_file, the_program_comes_first)
{
	cr_assert_gt(list.count, 3);
	cr_expect(strstr(list.items[0].path, "test_image_file"), "%s", list.items[0].path);
}

Test(image_file, symbols_are_where_the_loader_finds_them)
{
	static const char *const names[] = { "malloc", "qsort", "stderr", "getpid", "environ" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t addr, size;
		void *handle = dlopen("libc.so.6", RTLD_NOW);

		cr_assert_null(image_symbol(libc(), names[i], &addr, &size), "%s", names[i]);
		if (strcmp(names[i], "stderr") != 0 && strcmp(names[i], "environ") != 0)
			cr_expect_eq(addr, (uint64_t)(uintptr_t)dlsym(handle, names[i]), "%s",
				     names[i]);
		cr_expect_gt(size, 0);
	}
}

/* Every defined symbol of libc, by both of its hash tables. */
Test(image_file, every_symbol_of_a_real_table)
{
	struct image image = *libc();
	Elf64_Sym symbol;
	char name[256];
	size_t count = 0;

	for (uint64_t at = image.symtab + sizeof(symbol); at < image.strtab; at += sizeof(symbol)) {
		uint64_t addr;

		cr_assert_null(mem_read(mem, at, &symbol, sizeof(symbol)));
		if (symbol.st_name >= image.strtab_size || symbol.st_shndx == SHN_UNDEF ||
		    symbol.st_shndx == SHN_ABS || ELF64_ST_TYPE(symbol.st_info) == STT_TLS)
			continue;
		cr_assert_null(mem_read_cstr(mem, image.strtab + symbol.st_name, name, 256));
		cr_assert_null(image_symbol(&image, name, &addr, NULL), "%s", name);
		count++;
	}
	cr_expect_gt(count, 1000);
}

Test(image_file, a_file_mapped_as_data_is_no_image)
{
	int fd = open(libc()->path, O_RDONLY);
	uint64_t start = libc()->start;
	struct stat file;

	cr_assert_eq(fstat(fd, &file), 0);
	cr_assert_neq(mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0), MAP_FAILED);
	cr_assert_neq(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), MAP_FAILED);
	close(fd);
	look();
	cr_expect_eq(libc()->start, start);
}

static void expect_same_file(int fd, const char *path)
{
	struct stat here, there;

	cr_assert_eq(fstat(fd, &here), 0);
	cr_assert_eq(stat(path, &there), 0);
	cr_expect_eq(here.st_ino, there.st_ino);
}

Test(image_file, the_file_is_opened)
{
	int fd;

	for (size_t i = 0; i < list.count; i++) {
		cr_assert_null(image_open_file(&list.items[i], getpid(), &fd), "%s",
			       list.items[i].path);
		expect_same_file(fd, list.items[i].path);
		close(fd);
	}
}

static void copy(const char *from, const char *to)
{
	char command[PATH_MAX * 2];

	snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	cr_assert_eq(system(command), 0);
}

static void expect_this_file_or_none(const struct image *image, ino_t inode)
{
	struct stat file;
	int fd = -1;
	struct error *err = image_open_file(image, getpid(), &fd);

	if (err) { /* without CAP_SYS_ADMIN, map_files may not be used */
		cr_expect(err->kind == ERROR_NOT_FOUND || err->kind == ERROR_PERMISSION);
		cr_expect_neq(geteuid(), 0, "%s", error_message(err));
		error_destroy(err);
		return;
	}
	cr_assert_eq(fstat(fd, &file), 0);
	cr_expect_eq(file.st_ino, inode);
	close(fd);
}

Test(image_file, a_file_that_was_replaced_is_not_taken_for_it)
{
	char folder[] = "/tmp/sonde-image-XXXXXX", path[128], other[128];
	const struct image *image;
	struct stat file;
	void *handle;

	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/libprivate.so", folder);
	snprintf(other, sizeof(other), "%s/new", folder);
	copy(find_image("/libcriterion")->path, path);
	handle = dlmopen(LM_ID_BASE, path, RTLD_NOW | RTLD_LOCAL);
	cr_assert(handle, "%s", dlerror());
	cr_assert_eq(stat(path, &file), 0);
	copy(libc()->path, other);
	cr_assert_eq(rename(other, path), 0);
	look();
	image = find_image("/libprivate.so");
	cr_assert(image);
	expect_this_file_or_none(image, file.st_ino);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(mkfifo(path, 0600), 0);
	expect_this_file_or_none(image, file.st_ino);
	cr_assert_eq(unlink(path), 0);
	expect_this_file_or_none(image, file.st_ino);
	cr_assert_eq(rmdir(folder), 0);
}

/* A made-up image whose name is a FIFO: opening that would wait for ever. */
Test(image_file, only_regular_files_are_opened)
{
	static struct elf_image elf;
	char path[] = "/tmp/sonde-fifo-XXXXXX";
	struct image image;
	struct error *err;
	int fd = mkstemp(path);

	close(fd);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(mkfifo(path, 0600), 0);
	elf_image_init(&elf);
	cr_assert_null(image_init(&image, &elf.mem, ELF_BASE));
	image.path = path;
	err = image_open_file(&image, getpid(), &fd);
	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_NOT_FOUND);
	error_destroy(err);
	image.path = "/dev/zero";
	err = image_open_file(&image, getpid(), &fd);
	cr_assert(err);
	error_destroy(err);
	cr_assert_eq(unlink(path), 0);
}

Test(image_file, local_symbols_and_sections)
{
	const struct image *image = &list.items[0];
	uint64_t here = (uint64_t)(uintptr_t)&local_marker_of_this_test, addr, size;
	CLEANUP(closep)
	int fd = -1;
	struct error *err;

	cr_assert_null(image_open_file(image, getpid(), &fd));
	cr_assert_null(image_file_symbol(image, getpid(), fd, "local_marker_of_this_test", &addr));
	cr_expect_eq(addr, here);
	cr_assert_null(image_file_section(image, fd, ".data", &addr, &size));
	cr_expect(here >= addr && here < addr + size);
	err = image_file_symbol(image, getpid(), fd, "no_such_symbol", &addr);
	cr_assert(err && err->kind == ERROR_NOT_FOUND);
	error_destroy(err);
	err = image_file_section(image, fd, ".symtab", &addr, &size);
	cr_assert(err && err->kind == ERROR_NOT_FOUND, "it is in the file only");
	error_destroy(err);
}

/* The file of a stripped program, and what strip took from it in a file of its own. */
static void strip_into(const char *path, const char *debug)
{
	char command[PATH_MAX * 4];

	snprintf(command, sizeof(command),
		 "mkdir -p \"$(dirname '%s')\" && objcopy --only-keep-debug '%s' '%s' && "
		 "objcopy --strip-all --add-gnu-debuglink='%s' '%s'",
		 debug, path, debug, debug, path);
	cr_assert_eq(system(command), 0);
}

Test(image_file, local_symbols_in_a_separate_file)
{
	char folder[] = "/tmp/sonde-debug-XXXXXX", path[128], debug[160], command[160];
	struct image image = list.items[0];
	CLEANUP(closep)
	int fd = -1, found = -1;
	struct error *err;
	uint64_t addr;

	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/program", folder);
	snprintf(debug, sizeof(debug), "%s/.debug/program.debug", folder);
	copy(image.path, path);
	strip_into(path, debug);
	image.path = path;
	fd = open(path, O_RDONLY);
	if (!image.build_id_size)
		cr_skip("the linker writes no build id");
	cr_assert_null(image_open_debug_file(&image, getpid(), fd, &found));
	expect_same_file(found, debug);
	cr_assert_null(image_file_symbol(&image, getpid(), fd, "local_marker_of_this_test", &addr));
	cr_expect_eq(addr, (uint64_t)(uintptr_t)&local_marker_of_this_test);
	image.build_id[0] ^= 1;
	err = image_file_symbol(&image, getpid(), fd, "local_marker_of_this_test", &addr);
	cr_assert(err && err->kind == ERROR_NOT_FOUND, "of another build");
	error_destroy(err);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	cr_assert_eq(system(command), 0);
}

Test(image_file, files_that_are_cut_off)
{
	char path[] = "/tmp/sonde-cut-XXXXXX";
	CLEANUP(closep)
	int fd = mkstemp(path);
	struct image image = list.items[0];
	uint64_t addr, size;
	struct stat file;

	copy(image.path, path);
	cr_assert_eq(fstat(fd, &file), 0);
	for (off_t length = file.st_size; length; length -= length > 4096 ? length / 16 : 1) {
		uint64_t found;

		cr_assert_eq(ftruncate(fd, length), 0);
		error_destroy(image_file_symbol(&image, getpid(), fd, "no_such_symbol", &found));
		error_destroy(image_file_section(&image, fd, ".nothing", &addr, &size));
	}
	cr_assert_eq(unlink(path), 0);
}
