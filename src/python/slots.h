/*
 * slots.h - the attributes of an instance whose class has __slots__.
 */
#ifndef PYTHON_SLOTS_H
#define PYTHON_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/object.h"
#include "python/view.h"

struct slot {
	char name[64];
	uint64_t value; /* address of an object, non-zero */
};

enum { SLOTS_MAX = 64 /* of one instance; more are not read */ };

/* Those that are set, of the class first and then of its bases; *count of at most SLOTS_MAX. */
__attribute__((warn_unused_result)) struct error *
slots_read(const struct py_view *view, uint64_t object, const struct py_type *type,
	   struct slot slots[SLOTS_MAX], size_t *count);

#endif
