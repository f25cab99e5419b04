/*
 * locals.h - the arguments and local variables of a frame, with their values.
 */
#ifndef PYTHON_LOCALS_H
#define PYTHON_LOCALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/view.h"

struct py_local {
	char *name;
	char *repr;
	uint64_t addr; /* of the object */
	bool is_argument;
};

struct py_locals {
	struct py_local *items; /* arguments first, each group in the order of definition */
	size_t count;
};

/*
 * frame is the address of a PyFrameObject or _PyInterpreterFrame, code that of its code object.
 * Unbound variables are left out; cell and free variables are shown by what the cell holds. Each
 * value takes at most `budget` characters. At most LOCALS_MAX variables.
 */
__attribute__((warn_unused_result)) struct error *locals_read(const struct py_view *view,
							      uint64_t frame, uint64_t code,
							      size_t budget, struct py_locals *ret);
void py_locals_deinit(struct py_locals *locals);

enum { LOCALS_MAX = 1000 /* more than any function that a person wrote */ };

#endif
