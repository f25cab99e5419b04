/*
 * map.h - hash maps: uthash, told to report that memory ran out instead of leaving the process.
 *
 * After HASH_ADD, item->hh.tbl is NULL when the item could not be added.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* By words, not by bytes as uthash's own: most keys are addresses, looked up in each look. */
static inline unsigned int map_hash(const void *key, size_t len)
{
	const char *at = key;
	uint64_t hash = len, word;

	for (; len; at += sizeof(word), len -= sizeof(word)) {
		if (len < sizeof(word)) {
			word = 0;
			memcpy(&word, at, len);
			len = sizeof(word);
		} else {
			memcpy(&word, at, sizeof(word));
		}
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio */
		hash ^= hash >> 32;
	}
	return (unsigned int)hash;
}

#define HASH_FUNCTION(key, len, ret) ((ret) = map_hash(key, len))
#define HASH_NONFATAL_OOM            1
#include <uthash.h>

#endif
