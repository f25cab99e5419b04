/*
 * code_read.h - read a code object whole, and what tells it from others at the same address.
 */
#ifndef PYTHON_CODE_READ_H
#define PYTHON_CODE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/code.h"
#include "python/view.h"

enum {
	IDENTITY_MAX = 128,       /* bytes from co_firstlineno to the end of co_linetable */
	STRING_IDENTITY_MAX = 40, /* bytes of a str behind its object header */
};

/* What of a code object is read, by the layout. */
struct code_plan {
	int32_t identity_start;
	size_t identity_size, string_identity_size; /* the latter 0 where co_version is enough */
	size_t head_size;
	uint64_t code_type; /* address of PyCode_Type, once seen */
};

/* Words of a code object that stay what they are as long as it lives. */
struct code_words {
	uint64_t name, filename; /* addresses of the str objects */
	unsigned char identity[IDENTITY_MAX];
};

void code_plan_init(struct code_plan *plan, const struct py_layout *layout);

/* Fills in *code, but for its id. &error_torn when there is no code object. */
__attribute__((warn_unused_result)) struct error *code_read(const struct py_view *view,
							    struct code_plan *plan, uint64_t addr,
							    struct code *code,
							    struct code_words *words);

/*
 * What was read of a code object belongs together only if it lived until the last of it was read:
 * its strings may have become others' in the meantime. &error_torn when it is gone, or its names
 * are others now.
 */
__attribute__((warn_unused_result)) struct error *
code_check_alive(const struct py_view *view, const struct code_plan *plan, uint64_t addr,
		 const struct code_words *words, const struct code *code);

/* Frees what code_read() filled in, not the struct. */
void code_deinit(struct code *code);

#endif
