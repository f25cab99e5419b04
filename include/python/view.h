/*
 * view.h - an interpreter's memory and the layout by which it is read: what every reader of objects
 * needs.
 */
#ifndef PYTHON_VIEW_H
#define PYTHON_VIEW_H

#include "python/layout.h"
#include "target/mem.h"

struct py_view {
	struct mem *mem;                /* borrowed */
	const struct py_layout *layout; /* borrowed */
};

#endif
