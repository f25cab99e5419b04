/*
 * mem.h - the memory reader: the one way in which anything of a target is read.
 *
 * Implemented by a live process, by an ELF file (static data before it is mapped is never needed,
 * so only its own notes and tables), and by a fake in the tests. Addresses of the target are
 * uint64_t: they cannot be dereferenced by mistake. Everything that comes back is untrusted.
 */
#ifndef TARGET_MEM_H
#define TARGET_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One piece of the target to copy to `buf`. */
struct mem_range {
	uint64_t addr;
	size_t len; /* bytes; 0 is read without a look */
	void *buf;  /* room for len bytes; contents undefined where the range failed */
	bool ok;    /* out: read whole */
};

struct mem;

struct mem_ops {
	/*
	 * Reads all ranges, in their order, in as few system calls as can be, and sets ok in each.
	 * A range that cannot be read does not keep the later ones from being read.
	 * &error_gone when there is no process any more (or it called exec); NULL otherwise.
	 */
	struct error *(*readv)(struct mem *mem, struct mem_range *ranges, size_t count);
};

struct mem {
	const struct mem_ops *ops;
	uint64_t calls; /* system calls made */
	uint64_t bytes; /* bytes asked for */
};

/* See struct mem_ops. */
__attribute__((warn_unused_result)) struct error *mem_readv(struct mem *mem,
							    struct mem_range *ranges, size_t count);

/* One range. &error_fault when it cannot be read whole, &error_gone; buf is undefined then. */
__attribute__((warn_unused_result)) struct error *mem_read(struct mem *mem, uint64_t addr,
							   void *buf, size_t len);

/* A word of 8 bytes; *ret is written on success only. */
__attribute__((warn_unused_result)) struct error *mem_read_u64(struct mem *mem, uint64_t addr,
							       uint64_t *ret);
__attribute__((warn_unused_result)) struct error *mem_read_u32(struct mem *mem, uint64_t addr,
							       uint32_t *ret);

/*
 * A string up to its NUL, at most max - 1 bytes (cut there without an error), into buf, which is
 * NUL-terminated. Never fails because the page behind the NUL is not mapped.
 */
__attribute__((warn_unused_result)) struct error *mem_read_cstr(struct mem *mem, uint64_t addr,
								char *buf, size_t max);

/* The reader over a live process (process_vm_readv). Freed by mem_live_destroy(). */
struct error *mem_live_create(int pid, struct mem **ret);
void mem_live_destroy(struct mem *mem);
void mem_live_destroyp(struct mem **mem);

#endif
