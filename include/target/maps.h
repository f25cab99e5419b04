/*
 * maps.h - what is mapped where in a process: /proc/PID/maps, once, as a sorted list.
 */
#ifndef TARGET_MAPS_H
#define TARGET_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct mapping {
	uint64_t start, end; /* [start, end) */
	uint64_t offset;     /* in the file */
	uint64_t inode;      /* 0: no file */
	unsigned int dev_major, dev_minor;
	bool readable, writable, executable;
	bool deleted; /* the kernel says that the file is no longer at its path */
	char *path;   /* as the kernel prints it less " (deleted)"; "" when there is none */
};

struct maps {
	struct mapping *items; /* ascending, disjoint */
	size_t count;
};

/* Reads /proc/PID/maps. ERROR_GONE, ERROR_PERMISSION. maps_deinit() frees. */
__attribute__((warn_unused_result)) struct error *maps_read(int pid, struct maps *ret);

/* The same from text in the form of that file: malformed lines are ERROR_OTHER. */
__attribute__((warn_unused_result)) struct error *maps_parse(const char *text, struct maps *ret);

void maps_deinit(struct maps *maps);

/* The mapping that holds addr, or NULL; borrowed from maps. */
const struct mapping *maps_find(const struct maps *maps, uint64_t addr);

#endif
