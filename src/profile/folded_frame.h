/*
 * folded_frame.h - what one frame of a folded line says.
 */
#ifndef PROFILE_FOLDED_FRAME_H
#define PROFILE_FOLDED_FRAME_H

#include "base/text.h"
#include "profile/profile.h"

/* The three kinds of frames at the root, in the order in which they stand there. */
struct folded_root {
	enum frame_kind kind;
	int64_t number;   /* PID, number of the interpreter, TID; 0 where there is none */
	uint64_t ident;   /* of a thread without a TID */
	const char *rest; /* command line or name, not NUL-terminated: inside the frame */
	size_t rest_length;
};

/* Whether the frame chars[0, length) is one of these. */
bool folded_root_parse(const char *chars, size_t length, struct folded_root *ret);

/*
 * Adds `name (file:line)`, `name (file)` or `name` to the profile: valid UTF-8 is made of whatever
 * it is. `scratch` is memory that is used again.
 */
__attribute__((warn_unused_result)) struct error *folded_frame_add(struct profile *profile,
								   const char *chars, size_t length,
								   struct text *scratch,
								   uint32_t *ret);

#endif
