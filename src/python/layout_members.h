/*
 * layout_members.h - offsets of structure members from the DWARF of an ELF file.
 */
#ifndef SRC_PYTHON_LAYOUT_MEMBERS_H
#define SRC_PYTHON_LAYOUT_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * For each of the paths (written as in layout_fields.h) its offset in bytes into ret[i], -1 where
 * the file has no such structure or member. One pass over the file for all of them.
 * ERROR_NOT_FOUND when the file has no DWARF.
 */
__attribute__((warn_unused_result)) struct error *
layout_members_resolve(int fd, const char *const *paths, size_t count, int32_t *ret);

#endif
