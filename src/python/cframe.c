/*
 * cframe.c - the words of a _PyCFrame, with what lies beside it.
 */
#include "cframe.h"

#include <string.h>

enum { SPAN_MAX = 512 /* bytes; both are variables of one C function */ };

struct cframe_span cframe_span(const struct py_layout *layout)
{
	const int32_t current = layout->cframe_current_frame, previous = layout->cframe_previous;
	const int32_t start = current < previous ? current : previous;
	const int32_t last = current < previous ? previous : current;

	return (struct cframe_span) { .start = start,
				      .size = (uint32_t)(last - start) + sizeof(uint64_t) };
}

void cframe_span_learn(struct cframe_span *span, uint64_t cframe, uint64_t addr, size_t frame_size)
{
	int64_t distance = (int64_t)(addr - cframe);
	int64_t start = distance < span->start ? distance : span->start;
	int64_t end = span->start + (int64_t)span->size;

	if (distance + (int64_t)frame_size > end)
		end = distance + (int64_t)frame_size;
	if (distance <= -SPAN_MAX || distance >= SPAN_MAX || end - start > SPAN_MAX)
		return;
	*span = (struct cframe_span) { .start = (int32_t)start,
				       .size = (uint32_t)(end - start),
				       .has_entry_frame = true };
}

static uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

bool cframe_below(const struct py_layout *layout, struct snapshot *snapshot, uint64_t *cframe,
		  uint64_t *current)
{
	enum { DISTANCE_MAX = 16 << 20 /* on the C stack: a C function may recurse in between */ };
	const struct cframe_span span = cframe_span(layout);
	const void *bytes;
	uint64_t below;

	if (error_catch_any(snapshot_get(snapshot, *cframe + (uint64_t)(int64_t)span.start,
					 span.size, &bytes)))
		return false;
	below = word(bytes, layout->cframe_previous - span.start);
	if (below <= *cframe || below - *cframe > DISTANCE_MAX || below % sizeof(below) ||
	    error_catch_any(snapshot_get(snapshot, below + (uint64_t)(int64_t)span.start, span.size,
					 &bytes)))
		return false;
	*cframe = below;
	*current = word(bytes, layout->cframe_current_frame - span.start);
	return true;
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
	*current = word(bytes, layout->cframe_current_frame - span->start);
	return NULL;
}
