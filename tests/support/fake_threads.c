/*
 * fake_threads.c - code, frames, threads, interpreters in a fake target's memory.
 */
#include "support/fake_threads.h"

#include <stdlib.h>
#include <string.h>

#include "support/fake_objects.h"

enum {
	CHUNK_BYTES = 16 * 1024, /* DATA_STACK_CHUNK_SIZE, Python/pystate.c */
	INSTRUCTIONS_USUAL = 64,
	VARIABLES_MAX = 64,
	THREAD_ATTACHED = 1,
	OWNED_BY_THREAD = 0,
	FRAME_OBJECT_SLACK = 64 * 8,
};

static const char *or_unknown(const char *text)
{
	return text ? text : "?";
}

/* co_varnames, co_cellvars and co_freevars: those with one of the kinds. */
static uint64_t names_of(struct fake *py, const struct fake_code *code, const uint64_t *names,
			 unsigned int kinds)
{
	uint64_t chosen[VARIABLES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < code->variable_count; i++) {
		if (code->variables[i].kinds & kinds)
			chosen[count++] = names[i];
	}
	return fake_tuple(py, chosen, count);
}

static size_t count_of(const struct fake_code *code, unsigned int kinds)
{
	size_t count = 0;

	for (size_t i = 0; i < code->variable_count; i++)
		count += (code->variables[i].kinds & kinds) != 0;
	return count;
}

/*
 * Names are interned: the same object wherever they stand. Until 3.10 an argument that is a cell
 * has two places, in co_varnames and in co_cellvars.
 */
static void put_variables(struct fake *py, uint64_t object, const struct fake_code *code)
{
	const struct py_layout *layout = &py->layout;
	uint64_t names[VARIABLES_MAX];
	uint8_t kinds[VARIABLES_MAX];

	if (code->variable_count > VARIABLES_MAX)
		abort();
	for (size_t i = 0; i < code->variable_count; i++)
		names[i] = fake_str(py, code->variables[i].name);
	fake_put_u64(py, object, layout->code_varnames, names_of(py, code, names, FAKE_LOCAL));
	fake_put_u64(py, object, layout->code_cellvars, names_of(py, code, names, FAKE_CELL));
	fake_put_u64(py, object, layout->code_freevars, names_of(py, code, names, FAKE_FREE));
	fake_put_u32(py, object, layout->code_nlocals, (uint32_t)count_of(code, FAKE_LOCAL));
	if (layout->code_localsplusnames < 0)
		return;
	for (size_t i = 0; i < code->variable_count; i++)
		kinds[i] = (uint8_t)code->variables[i].kinds;
	fake_put_u64(py, object, layout->code_localsplusnames, names_of(py, code, names, 0xFF));
	fake_put_u64(py, object, layout->code_localspluskinds,
		     fake_bytes(py, kinds, code->variable_count));
	fake_put_u32(py, object, layout->code_nlocalsplus, (uint32_t)code->variable_count);
}

uint64_t fake_code(struct fake *py, const struct fake_code *code)
{
	const struct py_layout *layout = &py->layout;
	uint32_t size = code->size ? code->size : INSTRUCTIONS_USUAL;
	uint64_t object = fake_object(py, fake_type(py, "code"), (size_t)layout->code_size + size);
	uint64_t name = fake_str(py, or_unknown(code->name)), instructions;
	size_t words = (size_t)layout->frame_localsplus / 8 + code->variable_count +
		       (size_t)code->stacksize;

	fake_put_u64(py, object, layout->code_name, name);
	fake_put_u64(py, object, layout->code_qualname,
		     code->qualname ? fake_str(py, code->qualname) : name);
	fake_put_u64(py, object, layout->code_filename, fake_str(py, or_unknown(code->filename)));
	fake_put_u64(py, object, layout->code_linetable,
		     fake_bytes(py, code->linetable, code->linetable_size));
	fake_put_u32(py, object, layout->code_firstlineno, (uint32_t)code->firstlineno);
	fake_put_u32(py, object, layout->code_argcount, (uint32_t)code->argcount);
	fake_put_u32(py, object, layout->code_kwonlyargcount, (uint32_t)code->kwonlyargcount);
	fake_put_u32(py, object, layout->code_flags, code->flags);
	fake_put_u32(py, object, layout->code_stacksize, (uint32_t)code->stacksize);
	fake_put_u32(py, object, layout->code_framesize, (uint32_t)words);
	fake_put_u32(py, object, layout->code_version, py->version++);
	put_variables(py, object, code);
	if (layout->code_code_adaptive >= 0) {
		fake_put_u64(py, object, layout->var_size, size / 2);
	} else {
		void *zeros = calloc(1, size);

		instructions = fake_bytes(py, zeros, size);
		fake_put_u64(py, object, layout->code_code, instructions);
		free(zeros);
	}
	return object;
}

static uint32_t get_u32(struct fake *py, uint64_t addr, int32_t offset)
{
	uint32_t value = 0;

	if (offset >= 0)
		memcpy(&value, fake_at(py, addr + (uint64_t)offset), sizeof(value));
	return value;
}

size_t fake_frame_bytes(struct fake *py, uint64_t code)
{
	const struct py_layout *layout = &py->layout;

	if (layout->frame_shape == FRAME_OBJECT)
		return 0;
	return (size_t)layout->frame_localsplus + 8 * (get_u32(py, code, layout->code_nlocalsplus) +
						       get_u32(py, code, layout->code_stacksize));
}

/* Room on the data stack, in the current chunk or in a new one behind it. */
static uint64_t push(struct fake *py, size_t bytes)
{
	const struct py_layout *layout = &py->layout;
	uint64_t top = py->chunk ? fake_get_u64(py, py->chunk, layout->chunk_top) : 0;
	size_t header = (size_t)layout->chunk_data;

	if (!py->chunk || header + top * 8 + bytes > CHUNK_BYTES) {
		uint64_t chunk = fake_alloc(py, CHUNK_BYTES);

		fake_put_u64(py, chunk, layout->chunk_previous, py->chunk);
		fake_put_u64(py, chunk, layout->chunk_size, CHUNK_BYTES);
		/* the first word of the oldest chunk stays unused */
		top = py->chunk ? 0 : 1;
		py->chunk = chunk;
	}
	fake_put_u64(py, py->chunk, layout->chunk_top, top + bytes / 8);
	return py->chunk + header + top * 8;
}

/* A reference as the frames of this version hold it; the tag says "borrowed". */
static uint64_t tagged(const struct fake *py, uint64_t object)
{
	return object | (py->layout.stackref_mask & 1);
}

static uint64_t fill_frame(struct fake *py, uint64_t frame, uint64_t previous, uint64_t code,
			   int32_t offset, int owner)
{
	const struct py_layout *layout = &py->layout;

	fake_put_u64(py, frame, layout->frame_code, tagged(py, code));
	fake_put_u8(py, frame, layout->frame_owner, (uint8_t)owner);
	fake_set_previous(py, frame, previous);
	fake_set_offset(py, frame, offset);
	return frame;
}

static uint64_t frame_object(struct fake *py)
{
	return fake_object(py, fake_type(py, "frame"),
			   (size_t)py->layout.frame_size + FRAME_OBJECT_SLACK);
}

uint64_t fake_frame(struct fake *py, uint64_t previous, uint64_t code, int32_t offset)
{
	uint64_t frame;

	if (py->layout.frame_shape == FRAME_OBJECT)
		frame = frame_object(py);
	else
		frame = push(py, fake_frame_bytes(py, code));
	return fill_frame(py, frame, previous, code, offset, OWNED_BY_THREAD);
}

uint64_t fake_generator_frame(struct fake *py, uint64_t previous, uint64_t code, int32_t offset)
{
	uint64_t frame;

	if (py->layout.frame_shape == FRAME_OBJECT)
		frame = frame_object(py);
	else
		frame = fake_alloc(py, fake_frame_bytes(py, code));
	return fill_frame(py, frame, previous, code, offset, py->layout.generator_owner);
}

uint64_t fake_shim(struct fake *py, uint64_t previous)
{
	const struct py_layout *layout = &py->layout;
	uint64_t frame;

	if (layout->frame_shape == FRAME_OBJECT || layout->shim_owner > UINT8_MAX)
		return previous;
	frame = fake_alloc(py, (size_t)layout->frame_size + 64);
	fake_put_u64(py, frame, layout->frame_code, tagged(py, fake_none(py)));
	fake_put_u8(py, frame, layout->frame_owner, (uint8_t)layout->shim_owner);
	fake_set_previous(py, frame, previous);
	return frame;
}

void fake_set_offset(struct fake *py, uint64_t frame, int32_t offset)
{
	const struct py_layout *layout = &py->layout;
	uint64_t code = fake_get_u64(py, frame, layout->frame_code) & ~layout->stackref_mask;

	switch (layout->instr_shape) {
	case INSTR_BYTES:
		fake_put_u32(py, frame, layout->frame_instr, (uint32_t)offset);
		break;
	case INSTR_UNITS:
		fake_put_u32(py, frame, layout->frame_instr,
			     (uint32_t)(offset < 0 ? -1 : offset / 2));
		break;
	case INSTR_POINTER:
		fake_put_u64(py, frame, layout->frame_instr,
			     code + (uint64_t)layout->code_code_adaptive +
				     (uint64_t)(int64_t)(offset < 0 ? -2 : offset));
		break;
	}
}

void fake_set_previous(struct fake *py, uint64_t frame, uint64_t previous)
{
	fake_put_u64(py, frame, py->layout.frame_previous, previous);
}

void fake_set_local(struct fake *py, uint64_t frame, size_t index, uint64_t object)
{
	fake_put_u64(py, frame, py->layout.frame_localsplus + 8 * (int32_t)index,
		     tagged(py, object));
}

uint64_t fake_interp(struct fake *py, uint64_t modules)
{
	uint64_t interp = fake_alloc(py, (size_t)py->layout.interp_size);

	fake_put_u64(py, interp, py->layout.interp_modules, modules);
	return interp;
}

void fake_set_frame(struct fake *py, uint64_t thread, uint64_t frame)
{
	const struct py_layout *layout = &py->layout;
	uint64_t cframe;

	switch (layout->frame_shape) {
	case FRAME_OBJECT:
		fake_put_u64(py, thread, layout->tstate_frame, frame);
		break;
	case FRAME_CFRAME:
		cframe = fake_get_u64(py, thread, layout->tstate_cframe);
		fake_put_u64(py, cframe, layout->cframe_current_frame, frame);
		break;
	case FRAME_DIRECT:
		fake_put_u64(py, thread, layout->tstate_current_frame, frame);
		break;
	}
}

uint64_t fake_thread(struct fake *py, uint64_t interp, uint64_t ident, uint32_t native_id,
		     uint64_t frame)
{
	const struct py_layout *layout = &py->layout;
	uint64_t thread = fake_alloc(py, (size_t)layout->tstate_size);
	uint64_t head = fake_get_u64(py, interp, layout->interp_threads_head);

	fake_put_u64(py, thread, layout->tstate_next, head);
	if (head)
		fake_put_u64(py, head, layout->tstate_prev, thread);
	fake_put_u64(py, interp, layout->interp_threads_head, thread);
	fake_put_u64(py, thread, layout->tstate_interp, interp);
	fake_put_u64(py, thread, layout->tstate_thread_id, ident);
	fake_put_u64(py, thread, layout->tstate_native_thread_id, native_id);
	fake_put_u32(py, thread, layout->tstate_state, THREAD_ATTACHED);
	/* without frames it is its own, which ends it */
	fake_put_u64(py, thread, layout->tstate_cframe,
		     frame ? fake_alloc(py, 64) : thread + (uint64_t)layout->tstate_size - 32);
	fake_set_frame(py, thread, frame);
	fake_put_u64(py, thread, layout->tstate_datastack_chunk, py->chunk);
	if (py->chunk)
		fake_put_u64(py, thread, layout->tstate_datastack_top,
			     py->chunk + (uint64_t)layout->chunk_data +
				     8 * fake_get_u64(py, py->chunk, layout->chunk_top));
	py->chunk = 0;
	return thread;
}

void fake_set_running(struct fake *py, uint64_t thread, uint64_t generator)
{
	const struct py_layout *l = &py->layout;
	uint64_t own = thread + (uint64_t)l->tstate_size - sizeof(uint64_t);

	if (l->frame_shape == FRAME_CFRAME)
		fake_put_u64(py, thread, l->tstate_exc_info,
			     generator ? generator - (uint64_t)l->gen_iframe +
						 (uint64_t)l->gen_exc_state
				       : own);
}

void fake_set_top(struct fake *py, uint64_t thread, uint64_t top)
{
	fake_put_u64(py, thread, py->layout.tstate_datastack_top, top);
}

uint64_t fake_runtime(struct fake *py, uint64_t interp)
{
	const struct py_layout *layout = &py->layout;
	uint64_t runtime;

	if (layout->runtime_size < 0)
		return 0;
	runtime = fake_alloc(py, (size_t)layout->runtime_size);
	fake_put_u64(py, runtime, layout->runtime_interpreters_head, interp);
	fake_put_u64(py, runtime, layout->runtime_interpreters_main, interp);
	return runtime;
}
