/*
 * copies.h - memory for the copies of a round: given piece by piece, never moved, taken back at
 * once.
 */
#ifndef TARGET_COPIES_H
#define TARGET_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct copies_block;

struct copies {
	struct copies_block *block; /* the newest; one is left when a round begins */
	size_t bytes;               /* given in this round */
};

void copies_deinit(struct copies *copies);

/*
 * Room for a copy of [addr, addr + len), in the same place of a line of the cache. NULL past
 * SNAPSHOT_BYTES_MAX or out of memory.
 */
char *copies_room(struct copies *copies, uint64_t addr, size_t len);

/* Takes back the room that was given last. */
void copies_take_back(struct copies *copies, const char *data, size_t len);

/*
 * Gives at once what was given in another one since it was cleared, in the same places: *distance
 * is how far behind those they are. False where the room is not enough, or is not in one piece.
 */
bool copies_repeat(struct copies *copies, const struct copies *like, ptrdiff_t *distance);

/* Nothing is given any more. False when out of memory. */
bool copies_clear(struct copies *copies);

#endif
