/*
 * frame_text.c - the one way in which a frame is written.
 */
#include "frame_text.h"

#include <inttypes.h>

#include "base/utf8.h"

void frame_text_add(struct text *text, const struct frame *frame)
{
	text_add_clean(text, frame->name);
	if (frame->kind != FRAME_PYTHON || !frame->file[0])
		return;
	text_add(text, " (");
	text_add_clean(text, frame->file);
	if (frame->line > 0)
		text_addf(text, ":%" PRId32, frame->line);
	text_add_char(text, ')');
}
