/*
 * log.h - what `-v` shows: one line a fact on stderr, prefixed by its room.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* 0 says nothing (the default), 1 for -v, 2 for -vv. */
void log_set_level(int level);
int log_level(void);

/* Prints when level is at most the level that was set; room is "target", "python", ... */
__attribute__((format(printf, 3, 4))) void log_line(int level, const char *room, const char *format,
						    ...);

#endif
