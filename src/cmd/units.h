/*
 * units.h - rates and durations as people write them.
 */
#ifndef CMD_UNITS_H
#define CMD_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "250", "0.5", "1k", "10khz", "100hz": times a second, above 0 up to a million; "max" is 0. False
 * when it is none of these.
 */
bool parse_rate(const char *text, double *ret);

/*
 * "30", "30s", "500ms", "1.5m", "1h": nanoseconds, above 0; "unlimited" is 0. False when it is none
 * of these.
 */
bool parse_duration(const char *text, uint64_t *ret);

/* A moment since a start, in the same units: nanoseconds, 0 as well. */
bool parse_moment(const char *text, uint64_t *ret);

/* "5", "2.5%": percent of a CPU, above 0 up to 10000; "unlimited" is 0. False otherwise. */
bool parse_percent(const char *text, double *ret);

#endif
