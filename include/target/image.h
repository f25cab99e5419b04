/*
 * image.h - one ELF file as it is mapped in a process.
 *
 * Dynamic symbols are looked up in the target's own memory, through DT_GNU_HASH or DT_HASH: no
 * file is needed, so a deleted, replaced or unreachable one (another mount namespace) makes no
 * difference. Sections, .symtab and DWARF need a file: image_open_file(), image_open_debug_file().
 */
#ifndef TARGET_IMAGE_H
#define TARGET_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "target/maps.h"
#include "target/mem.h"

enum { IMAGE_SEGMENTS_MAX = 64, IMAGE_BUILD_ID_MAX = 64 };

struct image_segment {
	uint64_t start, end; /* where it lies in the target, [start, end), not rounded to pages */
	uint64_t offset;     /* of its first byte in the file */
	bool writable, executable;
};

struct image {
	struct mem *mem;  /* borrowed; must outlive the image */
	const char *path; /* borrowed from maps; a name for messages, not to be opened */
	uint64_t start;   /* where the ELF header is mapped */
	uint64_t map_end; /* end of the mapping that starts there */
	uint64_t bias;    /* add it to an address of the file (st_value, sh_addr) */
	struct image_segment segments[IMAGE_SEGMENTS_MAX]; /* PT_LOAD */
	size_t segment_count;
	uint64_t symtab, strtab, strtab_size; /* addresses in the target; 0 when absent */
	uint64_t gnu_hash, sysv_hash;
	unsigned char build_id[IMAGE_BUILD_ID_MAX];
	size_t build_id_size; /* 0 when there is none */
};

struct image_list {
	struct image *items;
	size_t count;
};

/*
 * The images of a process: the main executable first, then those whose name holds "python", then
 * the rest. Files that are no ELF or damaged are left out, and those mapped as mere data. exe_inode
 * (of struct process) says which is the main one. Paths are borrowed from maps.
 */
__attribute__((warn_unused_result)) struct error *image_list_read(struct mem *mem,
								  const struct maps *maps,
								  uint64_t exe_inode,
								  struct image_list *ret);
void image_list_deinit(struct image_list *list);

/* From the ELF header at `start` in the target's memory. ERROR_OTHER when it is no ELF64. */
__attribute__((warn_unused_result)) struct error *image_init(struct image *image, struct mem *mem,
							     uint64_t start);

/* Whether [addr, addr + size) lies in one segment; its end counts as inside for a size of 0. */
bool image_holds(const struct image *image, uint64_t addr, uint64_t size);

/* Address and size of a dynamic symbol. ERROR_NOT_FOUND. *size may be 0; size may be NULL. */
__attribute__((warn_unused_result)) struct error *
image_symbol(const struct image *image, const char *name, uint64_t *addr, uint64_t *size);

/*
 * Opens the file behind the image for reading, checking that it is the one mapped (its headers and
 * notes, hence its build id, are what the target's memory holds): through /proc/PID/map_files,
 * /proc/PID/exe, /proc/PID/root/PATH or PATH. *ret is a file descriptor that the caller closes.
 * ERROR_NOT_FOUND, ERROR_PERMISSION.
 */
__attribute__((warn_unused_result)) struct error *image_open_file(const struct image *image,
								  int pid, int *ret);

/*
 * Opens the separate file with the debug information of the image, by build id or by the
 * .gnu_debuglink of its file fd (-1: not by that), in /usr/lib/debug or beside the image, below
 * /proc/PID/root and then here. Only one with the same build id is taken. *ret is the caller's to
 * close. ERROR_NOT_FOUND.
 */
__attribute__((warn_unused_result)) struct error *image_open_debug_file(const struct image *image,
									int pid, int fd, int *ret);

/*
 * Looks `name` up in .symtab of the file of the image, fd, and when it is not there in that of its
 * debug file: local symbols too. ERROR_NOT_FOUND.
 */
__attribute__((warn_unused_result)) struct error *
image_file_symbol(const struct image *image, int pid, int fd, const char *name, uint64_t *addr);

/* Address (in the target) and size of a section by name, from the file. ERROR_NOT_FOUND. */
__attribute__((warn_unused_result)) struct error *image_file_section(const struct image *image,
								     int fd, const char *name,
								     uint64_t *addr,
								     uint64_t *size);

#endif
