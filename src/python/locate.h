/*
 * locate.h - where the interpreter is in a process, and by which layout it is read.
 */
#ifndef PYTHON_LOCATE_H
#define PYTHON_LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/layout.h"
#include "target/image.h"
#include "target/maps.h"
#include "target/mem.h"
#include "target/process.h"

enum { LOCATION_HEADS_MAX = 64 /* words of a program's data that may point to an interpreter */ };

struct py_location {
	struct py_layout layout;
	uint64_t runtime; /* _PyRuntime; 0 before 3.7 */
	/*
	 * Words that point to the first interpreter. One, or, where no symbol says which word is
	 * the head of the list (2.7 and 3.6, stripped programs), all that point to an interpreter.
	 */
	uint64_t heads[LOCATION_HEADS_MAX];
	size_t head_count;
	uint64_t gc_collecting;  /* the collector's flag, an int (2.7, 3.6); 0 unknown */
	uint64_t tstate_current; /* word with the thread that holds the GIL (to 3.11); 0 unknown */
};

/*
 * Looks through all images of the process: by symbol, by section, by what stands in their data.
 * ERROR_NOT_PYTHON, ERROR_NOT_READY (it starts or ends), ERROR_UNSUPPORTED with what was found,
 * ERROR_GONE, ERROR_PERMISSION.
 */
__attribute__((warn_unused_result)) struct error *
locate_python(const struct process *process, struct mem *mem, struct py_location *ret);

#endif
