/*
 * map.h - hash maps: uthash, told to report that memory ran out instead of leaving the process.
 *
 * After HASH_ADD, item->hh.tbl is NULL when the item could not be added.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
