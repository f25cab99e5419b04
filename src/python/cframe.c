/*
 * cframe.c - the word of a _PyCFrame, with what lies beside it.
 */
#include "cframe.h"

#include <string.h>

enum { SPAN_MAX = 512 /* bytes; both are variables of one C function */ };

struct cframe_span cframe_span(const struct py_layout *layout)
{
	return (struct cframe_span) { .start = layout->cframe_current_frame,
				      .size = sizeof(uint64_t) };
}

void cframe_span_learn(struct cframe_span *span, const struct py_layout *layout, uint64_t cframe,
		       uint64_t addr, size_t frame_size)
{
	int64_t distance = (int64_t)(addr - cframe), word = layout->cframe_current_frame;
	int64_t start = distance < word ? distance : word;
	int64_t end = word + (int64_t)sizeof(uint64_t);

	if (distance + (int64_t)frame_size > end)
		end = distance + (int64_t)frame_size;
	if (distance <= -SPAN_MAX || distance >= SPAN_MAX || end - start > SPAN_MAX)
		return;
	*span = (struct cframe_span) { .start = (int32_t)start,
				       .size = (uint32_t)(end - start),
				       .has_entry_frame = true };
}

struct error *cframe_read(const struct cframe_span *span, const struct py_layout *layout,
			  struct snapshot *snapshot, uint64_t cframe, uint64_t *current, bool *late)
{
	uint64_t addr = cframe + (uint64_t)(int64_t)span->start;
	const void *bytes = snapshot_peek(snapshot, addr, span->size);

	if (!bytes) {
		struct error *err = snapshot_get(snapshot, addr, span->size, &bytes);

		*late = true;
		if (err)
			return err;
	}
	memcpy(current, (const char *)bytes + (layout->cframe_current_frame - span->start),
	       sizeof(*current));
	return NULL;
}
