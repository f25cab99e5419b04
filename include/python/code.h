/*
 * code.h - code objects, read once and kept: names, file, lines.
 *
 * A code object that is freed leaves its address to another one: a cached entry is only as good as
 * its identity, words that are read in the same call as the frames that use it, or were a moment
 * ago (code_cache_trusts()); where the interpreter counts the code objects that died (3.14 and
 * later), that count serves for all.
 */
#ifndef PYTHON_CODE_H
#define PYTHON_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "python/lines.h"
#include "python/view.h"
#include "target/snapshot.h"

struct code {
	uint64_t addr;
	uint64_t id;    /* never given to another code object of this process */
	char *name;     /* co_qualname where there is one, else co_name; UTF-8, never empty */
	char *filename; /* co_filename */
	int32_t firstlineno;
	struct line_rows lines;
	uint64_t instructions;   /* address of the first code unit (3.11 and later), else 0 */
	uint64_t tlbc;           /* array of per-thread copies of the instructions; 0: none */
	uint64_t fresh_until_ns; /* see code_cache_trusts() */
	uint32_t size;           /* of the instructions, bytes */
	uint8_t *leaves; /* bit n: code unit n returns or yields (3.11 and later); NULL: unknown */
	uint32_t framesize;     /* what a frame of it takes on the data stack, bytes; 0: unknown */
	uint32_t stacksize;     /* of the value stack at its end, bytes; 0: unknown */
	char first_argument[8]; /* "self", "cls" or "": what it is called */
	bool is_generator;      /* or a coroutine: what runs it is not always who made it */
	bool is_shim;           /* the interpreter's own clean-up code: never shown */
	bool is_stale;          /* no more: freed by the next code_cache_begin() */
};

enum {
	CODE_CACHE_MAX = 1 << 16,      /* a large application has some 50,000 functions */
	CODE_NAME_CHARS_MAX = 4096,    /* longer names are cut, visibly */
	CODE_LINETABLE_MAX = 64 << 20, /* bytes; a module of a million lines takes 5 MB */
	CODE_WANTS_MAX = 3,            /* ranges that tell that a code object is the same */
};

struct code_cache;

/* view is borrowed. */
__attribute__((warn_unused_result)) struct error *code_cache_create(const struct py_view *view,
								    struct code_cache **ret);
void code_cache_destroy(struct code_cache *cache);

/*
 * The code object at addr, which was found in a frame of `snapshot`: cached, or read now.
 * `snapshot` also gives the identity words. &error_torn when there is no code object, &error_fault,
 * &error_gone. *ret is borrowed until the next code_cache_begin().
 */
__attribute__((warn_unused_result)) struct error *code_cache_get(struct code_cache *cache,
								 struct snapshot *snapshot,
								 uint64_t addr,
								 const struct code **ret);

/* The same where nothing has to be read for it; else false. */
bool code_cache_recall(struct code_cache *cache, uint64_t addr, const struct code **ret);

/*
 * The code object that was at addr when it was last looked at, which may be gone; NULL when none is
 * known. Good enough to leave out a frame, not to show one. Borrowed as that of code_cache_get().
 */
const struct code *code_cache_peek(struct code_cache *cache, uint64_t addr);

/*
 * What of the code object at addr is to be read before code_cache_get() may give it: so many ranges
 * in `ret`. 0 when nothing is, it is in the copy already, or no code object is known there.
 */
size_t code_cache_wants(struct code_cache *cache, struct snapshot *snapshot, uint64_t addr,
			struct mem_range ret[CODE_WANTS_MAX]);

/*
 * A new sample: entries are checked again when they are asked for, unless `trusted` (the
 * interpreter says that no code object died since the last). Entries that turned out stale in the
 * last one are freed; all become stale when there are more than CODE_CACHE_MAX. now_ns: of the
 * sample.
 */
void code_cache_begin(struct code_cache *cache, bool trusted, uint64_t now_ns);

/*
 * The memory was copied again for the same sample, by a target that went on meanwhile: what was
 * checked is so no longer, unless `trusted`. Nothing is freed: frames that were read before stay.
 */
void code_cache_reread(struct code_cache *cache, bool trusted);

/*
 * Need it not be checked? A frame keeps its code object alive, but between two samples one may be
 * freed, and another take its place. That is left to those that make code objects and run them over
 * and over: an entry is believed for 1/256 of the time for which it was seen to live, for 16 ms at
 * most, and not at all when samples are so far apart that it saves nothing (fresh.h).
 */
bool code_cache_trusts(const struct code_cache *cache, const struct code *code);

/* Did any turn out stale in this sample? */
bool code_cache_has_stale(const struct code_cache *cache);

/* Does the instruction at that offset end the frame's turn? A frame that is there calls nothing. */
bool code_leaves_at(const struct code *code, int32_t offset);

/* Line of the instruction at that offset in bytes; before the first (-1) the definition's. */
int32_t code_line(const struct code *code, int32_t offset);

#endif
