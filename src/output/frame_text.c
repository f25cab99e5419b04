/*
 * frame_text.c - the one way in which a frame is written.
 */
#include "frame_text.h"

#include <inttypes.h>

#include "base/utf8.h"

void frame_text_add(struct text *text, const struct func *func, int32_t line)
{
	text_add_clean(text, func->name);
	if (func->kind != FRAME_PYTHON || !func->file[0])
		return;
	text_add(text, " (");
	text_add_clean(text, func->file);
	if (line > 0)
		text_addf(text, ":%" PRId32, line);
	text_add_char(text, ')');
}
