/*
 * embed.h - files of the tree that are part of the program: scripts and styles of what it writes.
 *
 * The Makefile makes src/ROOM/a-b.js into the symbols embed_ROOM_a_b_js and ..._end. One byte 0
 * stands behind the last, so that it is a string, too.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>
#include <stdint.h>

/* Declares what embed() names; at file scope. */
#define EMBED(name) extern const char embed_##name[], embed_##name##_end[]

struct embed {
	const char *chars;
	size_t length;
};

/* The bytes of an embedded file, as struct embed. */
#define embed(name)                                                                                \
	((struct embed) { embed_##name, (uintptr_t)embed_##name##_end - (uintptr_t)embed_##name })

#endif
