/*
 * clock.h - monotonic time in nanoseconds, and waiting until a moment of it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_MS_NS = 1000 * 1000, CLOCK_SECOND_NS = 1000 * 1000 * 1000 };

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t clock_now_ns(void);

/* CPU time that this process has used, nanoseconds. */
uint64_t clock_own_cpu_ns(void);

/* How often this thread has given up its CPU of its own accord: to sleep, or to wait for a lock. */
uint64_t clock_own_sleeps(void);

/* When the machine was started, by the wall clock as it is now: ns since 1970. */
uint64_t clock_boot_unix_ns(void);

/* Sleeps until that moment of CLOCK_MONOTONIC; returns early when a signal came. */
void clock_sleep_until(uint64_t deadline_ns);

/* The kernel's timer slack for this thread set to its least (1 ns): wake-ups come when asked. */
void clock_be_punctual(void);

#endif
