/*
 * locate_gc.h - the garbage collector's flag where no structure holds it (2.7 and 3.6).
 */
#ifndef PYTHON_LOCATE_GC_H
#define PYTHON_LOCATE_GC_H

#include <stdint.h>

#include "target/image.h"
#include "target/mem.h"

/*
 * Address of the int that is 1 while the collector of the interpreter in `image` runs, 0 when it
 * cannot be found.
 */
uint64_t locate_gc_collecting(const struct image *image, struct mem *mem, int pid);

#endif
