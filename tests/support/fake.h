/*
 * fake.h - an interpreter's memory that a test builds: an arena behind struct mem.
 *
 * fake_objects.h and fake_threads.h put objects, code, frames and threads into it, by the layout
 * that it was made with, so that every shape is tested without that Python. Addresses are those of
 * no process; a page may be unmapped, bytes may be overwritten, the target may go away.
 */
#ifndef TESTS_SUPPORT_FAKE_H
#define TESTS_SUPPORT_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/layout.h"
#include "python/view.h"
#include "target/mem.h"

enum {
	FAKE_ARENA_BYTES = 8 << 20, /* a PyInterpreterState takes 0.4 MB */
	FAKE_PAGE = 4096,
	FAKE_TYPES_MAX = 64,
};

/* Where the arena seems to be; 0 and everything outside is not mapped. */
#define FAKE_BASE UINT64_C(0x7f5a00000000)

struct fake_known_type {
	const char *name;
	uint64_t addr;
};

struct fake {
	struct mem mem; /* first: a struct mem * is a struct fake * */
	struct py_layout layout;
	struct py_view view; /* of the two above */
	bool gone;           /* every read is &error_gone from now on */

	/* Called before each read, when set: what the target does meanwhile. */
	void (*before_read)(struct fake *py, void *arg);
	void *before_read_arg;

	uint8_t *bytes; /* of the arena, zeroed */
	size_t used;
	bool unmapped[FAKE_ARENA_BYTES / FAKE_PAGE];
	struct fake_known_type types[FAKE_TYPES_MAX];
	size_t type_count;
	uint64_t chunk;   /* of the data stack that fake_frame() adds to; 0: a new one is made */
	uint64_t none;    /* once made */
	uint32_t version; /* the next code object's */
};

/*
 * Every layout that there is a row for, and those of 3.14 and later by their shapes over the newest
 * rows. NULL past the last: for (size_t i = 0; (layout = fake_layout(i)); i++). Static.
 */
const struct py_layout *fake_layout(size_t index);

/* "3.12.1", "3.13.0t": for messages. Static, overwritten by the next call. */
const char *fake_layout_name(const struct py_layout *layout);

/* The layout is copied: a test may change py->layout afterwards. */
void fake_init(struct fake *py, const struct py_layout *layout);
void fake_deinit(struct fake *py);

/*
 * A test for each layout: FAKE_EACH(py) { ... } with an empty arena each time. fake_start() is
 * false past the last.
 */
#define FAKE_EACH(py)                                                                              \
	for (size_t fake_index_ = 0; fake_start(&(py), fake_index_);                               \
	     fake_deinit(&(py)), fake_index_++)
bool fake_start(struct fake *py, size_t index);

/* Zeroed bytes, aligned to 16, with 64 zeroed bytes before them. Ends the test when full. */
uint64_t fake_alloc(struct fake *py, size_t size);

/* Bytes that end where the mapped memory ends. */
uint64_t fake_alloc_at_edge(struct fake *py, size_t size);

/* The test's own pointer to an address of the arena. */
void *fake_at(struct fake *py, uint64_t addr);

/* Overwrite; a negative offset (no such field in this layout) does nothing. */
void fake_put(struct fake *py, uint64_t addr, int32_t offset, const void *bytes, size_t len);
void fake_put_u64(struct fake *py, uint64_t addr, int32_t offset, uint64_t value);
void fake_put_u32(struct fake *py, uint64_t addr, int32_t offset, uint32_t value);
void fake_put_u8(struct fake *py, uint64_t addr, int32_t offset, uint8_t value);
uint64_t fake_get_u64(struct fake *py, uint64_t addr, int32_t offset);

/* The page that holds the address cannot be read any more, or again. */
void fake_unmap(struct fake *py, uint64_t addr);
void fake_map(struct fake *py, uint64_t addr);

#endif
