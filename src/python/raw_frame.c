/*
 * raw_frame.c - decode the head of a frame.
 *
 * A frame's stack pointer is kept in a C variable while its code runs, and in the frame while
 * another Python frame runs on top of it: _PyFrame_GetStackPointer() leaves -1 in `stacktop` behind
 * (3.11 to 3.13, Include/internal/pycore_frame.h), so that the saved value tells a caller from a
 * frame that has nothing on top of it. Since 3.14 only debug builds leave NULL in `stackpointer`
 * (Include/internal/pycore_interpframe.h); others keep the value of the last call of any kind.
 */
#include "raw_frame.h"

#include <string.h>

enum { FRAME_HEAD_MAX = 512 /* bytes up to the last field that is looked at */ };

static int32_t end_of(int32_t offset, int32_t size)
{
	return offset < 0 ? 0 : offset + size;
}

size_t raw_frame_size(const struct py_layout *l)
{
	const int32_t ends[] = {
		end_of(l->frame_previous, 8),
		end_of(l->frame_code, 8),
		end_of(l->frame_instr, l->instr_shape == INSTR_POINTER ? 8 : 4),
		end_of(l->frame_owner, 1),
		end_of(l->frame_tlbc_index, 4),
		end_of(l->frame_func, 8),
		end_of(l->frame_is_entry, 1),
		end_of(l->frame_stacktop, 4),
		end_of(l->frame_stackpointer, 8),
	};
	int32_t end = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i] > end)
			end = ends[i];
	return (size_t)(end < FRAME_HEAD_MAX ? end : FRAME_HEAD_MAX);
}

static uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static int32_t half_word(const char *bytes, int32_t offset)
{
	int32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static uint64_t saved_stack_pointer(const struct py_layout *l, uint64_t addr, const char *bytes)
{
	int32_t top;

	if (l->frame_stackpointer >= 0)
		return word(bytes, l->frame_stackpointer);
	if (l->frame_stacktop < 0)
		return 0;
	top = half_word(bytes, l->frame_stacktop);
	return top < 0 ? 0 : addr + (uint64_t)l->frame_localsplus + (uint64_t)top * 8;
}

struct raw_frame raw_frame_decode(const struct py_layout *l, uint64_t addr, const void *bytes)
{
	const char *head = bytes;
	struct raw_frame raw = {
		.previous = word(head, l->frame_previous),
		.code = word(head, l->frame_code) & ~l->stackref_mask,
		.owner = l->frame_owner >= 0 ? (signed char)head[l->frame_owner] : -1,
		.from_c = l->frame_is_entry >= 0 && head[l->frame_is_entry],
		.stack_pointer = saved_stack_pointer(l, addr, head),
		.func = l->frame_func >= 0 ? word(head, l->frame_func) & ~l->stackref_mask : 0,
	};

	if (l->instr_shape == INSTR_POINTER)
		raw.instr = word(head, l->frame_instr);
	else
		raw.instr = (uint64_t)(int64_t)half_word(head, l->frame_instr);
	/* free-threaded only: elsewhere the table of debug offsets says 0 */
	if (l->flavour & PY_FREE_THREADED && l->frame_tlbc_index > 0)
		raw.tlbc_index = half_word(head, l->frame_tlbc_index);
	return raw;
}

bool raw_frame_is_generators(const struct py_layout *l, const struct raw_frame *raw)
{
	return l->frame_owner >= 0 && raw->owner == l->generator_owner;
}

bool raw_frame_is_shim(const struct py_layout *l, const struct raw_frame *raw)
{
	return raw->owner >= l->shim_owner;
}
