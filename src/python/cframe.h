/*
 * cframe.h - where the address of the current frame stands in 3.11 and 3.12: in a _PyCFrame.
 *
 * Each activation of _PyEval_EvalFrameDefault has one on the C stack, and the thread state points
 * to that of the innermost (Include/cpython/pystate.h, Python/ceval.c). From 3.12 on its entry
 * frame lies beside it: where that is known, both are read as one piece.
 */
#ifndef PYTHON_CFRAME_H
#define PYTHON_CFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/layout.h"
#include "target/snapshot.h"

/* What of an activation is read, relative to its _PyCFrame. */
struct cframe_span {
	int32_t start;
	uint32_t size;
	bool has_entry_frame;
};

/* Its own words alone. */
struct cframe_span cframe_span(const struct py_layout *layout);

/* An entry frame of that size was found at addr, of the activation of the _PyCFrame at cframe. */
void cframe_span_learn(struct cframe_span *span, uint64_t cframe, uint64_t addr, size_t frame_size);

/*
 * The address of the current frame, by the _PyCFrame at cframe. *late is set when it was not
 * predicted. &error_fault, &error_gone, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
cframe_read(const struct cframe_span *span, const struct py_layout *layout,
	    struct snapshot *snapshot, uint64_t cframe, uint64_t *current, bool *late);

/*
 * From the _PyCFrame at *cframe to that of the activation below it, and which frame is current
 * there. False when nothing leads there. As long as the upper one is active the words of the lower
 * one do not change; afterwards both stay as they were until the C stack is used again.
 */
bool cframe_below(const struct py_layout *layout, struct snapshot *snapshot, uint64_t *cframe,
		  uint64_t *current);

#endif
