/*
 * object_suffix.h - the frames that are as they were, where each is an object (until 3.10): taken
 * over, not checked again.
 */
#ifndef PYTHON_OBJECT_SUFFIX_H
#define PYTHON_OBJECT_SUFFIX_H

#include "frame_blocks.h"
#include "python/code.h"
#include "python/layout.h"
#include "suffix.h"

/*
 * Appends the frames from the one at *addr on which are there again with the words that they had,
 * `room` at most. *addr is then the frame behind the last of them, 0 when that was the root.
 * Returns how many there were.
 */
size_t object_suffix_append(struct suffix *suffix, const struct py_layout *layout,
			    struct frame_blocks *blocks, const struct code_cache *codes,
			    size_t room, uint64_t *addr, frame_array *frames);

#endif
