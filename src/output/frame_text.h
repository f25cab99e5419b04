/*
 * frame_text.h - a frame as people read it: `qualname (file:line)`.
 */
#ifndef OUTPUT_FRAME_TEXT_H
#define OUTPUT_FRAME_TEXT_H

#include "base/text.h"
#include "profile/profile.h"

/* Stands for stacks without a frame: their samples count. */
#define FRAME_TEXT_EMPTY "<empty>"

/*
 * Appends "name (file:line)", "name (file)" without a line, "name" without a file: valid UTF-8, no
 * control characters.
 */
void frame_text_add(struct text *text, const struct func *func, int32_t line);

#endif
