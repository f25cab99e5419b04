/*
 * resumer_find.h - who ran a generator that is linked to nobody?
 */
#ifndef PYTHON_RESUMER_FIND_H
#define PYTHON_RESUMER_FIND_H

#include "walk.h"

/* Remembers with which function of a stack, leaf first, the data stack ends. */
void resumer_note_top(const struct frame_walker *walker, const struct py_frame *frames,
		      size_t count);

/* The frame that may have run the one that was taken last, which nothing leads down from; 0: none.
 */
uint64_t resumer_find(struct frame_walker *walker, struct walk *walk);

/*
 * If the frame at addr is the one that resumer_find() spoke of: is it on the stack, and one that
 * runs the generator? &error_torn when it is not, &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
resumer_check(struct frame_walker *walker, struct walk *walk, uint64_t addr,
	      const struct found_frame *found, const struct code *code, int32_t offset);

#endif
