/*
 * recording_facts.c - facts as pairs of key and value. A reader passes over keys that it does not
 * know: an odd key has a string, an even one a number.
 */
#include "recording_facts.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "recording_format.h"

enum fact_key {
	FACT_COMMAND = 1,
	FACT_HOST = 3,
	FACT_VERSION = 5,

	FACT_START = 2, /* ns since 1970 */
	FACT_FLAGS = 4,
	FACT_RATE = 6, /* asked, millionths of a look a second */
	FACT_FIRST_STAT = 8,
};

enum fact_flag { FACT_BLOCKING = 1, FACT_GIL_ONLY = 2 };

enum { RATE_SCALE = 1000 * 1000 };

/* Members of struct stats: their keys are FACT_FIRST_STAT and every second number after it. */
static const size_t stats_members[] = {
	offsetof(struct stats, elapsed_ns),
	offsetof(struct stats, ticks),
	offsetof(struct stats, late),
	offsetof(struct stats, skipped),
	offsetof(struct stats, samples),
	offsetof(struct stats, hidden_waiting),
	offsetof(struct stats, hidden_gil),
	offsetof(struct stats, torn),
	offsetof(struct stats, faults),
	offsetof(struct stats, elided),
	offsetof(struct stats, lost_ticks),
	offsetof(struct stats, reattached),
	offsetof(struct stats, held.stopped_ns),
	offsetof(struct stats, own_cpu_ns),
	offsetof(struct stats, read_calls),
	offsetof(struct stats, read_bytes),
	offsetof(struct stats, retries),
	offsetof(struct stats, held.stops),
	offsetof(struct stats, held.longest_ns),
	offsetof(struct stats, held.off_cpu),
	offsetof(struct stats, held.missed),
};

enum { STATS_MEMBERS = sizeof(stats_members) / sizeof(*stats_members) };

static uint64_t *member_of(struct stats *stats, size_t i)
{
	return (uint64_t *)(void *)((char *)stats + stats_members[i]);
}

static void put_number(struct bytes *out, uint64_t key, uint64_t value)
{
	if (!value)
		return; /* as it is when nothing is said */
	bytes_put_number(out, key);
	bytes_put_number(out, value);
}

static void put_string(struct bytes *out, uint64_t key, const char *chars)
{
	size_t length = strnlen(chars, STRING_MAX_BYTES);

	if (!length)
		return;
	bytes_put_number(out, key);
	bytes_put_number(out, length);
	bytes_put(out, chars, length);
}

void facts_put(const struct capture *capture, struct bytes *out)
{
	struct stats stats = capture->stats;

	put_string(out, FACT_COMMAND, capture->command);
	put_string(out, FACT_HOST, capture->host);
	put_string(out, FACT_VERSION, capture->version);
	put_number(out, FACT_START, capture->start_unix_ns);
	put_number(out, FACT_FLAGS,
		   (capture->blocking ? FACT_BLOCKING : 0) |
			   (capture->gil_only ? FACT_GIL_ONLY : 0));
	put_number(out, FACT_RATE, (uint64_t)llround(stats.rate_asked * RATE_SCALE));
	for (size_t i = 0; i < STATS_MEMBERS; i++)
		put_number(out, FACT_FIRST_STAT + 2 * i, *member_of(&stats, i));
}

static struct error *read_string(struct cursor *cursor, struct profile *profile, const char **ret,
				 bool *sense)
{
	uint64_t length = cursor_number(cursor);
	const char *chars = cursor_take(cursor, length);
	CLEANUP(freep)
	char *copy = NULL;

	*sense = chars && !memchr(chars, '\0', length);
	if (!*sense || !ret)
		return NULL;
	copy = strndup(chars, length);
	*ret = copy ? profile_string(profile, copy) : NULL;
	return *ret ? NULL : &error_nomem;
}

static void set_number(struct capture *capture, uint64_t key, uint64_t value)
{
	uint64_t stat = (key - FACT_FIRST_STAT) / 2;

	if (key == FACT_START) {
		capture->start_unix_ns = value;
	} else if (key == FACT_FLAGS) {
		capture->blocking = value & FACT_BLOCKING;
		capture->gil_only = value & FACT_GIL_ONLY;
	} else if (key == FACT_RATE) {
		capture->stats.rate_asked = (double)value / RATE_SCALE;
	} else if (key >= FACT_FIRST_STAT && stat < STATS_MEMBERS) {
		*member_of(&capture->stats, stat) = value;
	}
}

static const char **string_of(struct capture *capture, uint64_t key)
{
	switch (key) {
	case FACT_COMMAND:
		return &capture->command;
	case FACT_HOST:
		return &capture->host;
	case FACT_VERSION:
		return &capture->version;
	default:
		return NULL;
	}
}

struct error *facts_read(struct cursor *cursor, struct profile *profile, bool *sense)
{
	struct error *err = NULL;

	*sense = true;
	while (!err && *sense && cursor_left(cursor)) {
		uint64_t key = cursor_number(cursor);

		if (key & 1)
			err = read_string(cursor, profile, string_of(&profile->capture, key),
					  sense);
		else
			set_number(&profile->capture, key, cursor_number(cursor));
		*sense = *sense && !cursor->failed;
	}
	return err;
}
