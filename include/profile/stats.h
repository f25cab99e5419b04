/*
 * stats.h - how a run went: what was asked and reached, what was lost and why.
 */
#ifndef PROFILE_STATS_H
#define PROFILE_STATS_H

#include <stdint.h>
#include <stdio.h>

/* How the target was stopped (hold.h). */
struct hold_counts {
	uint64_t stops; /* pauses */
	uint64_t stopped_ns, longest_ns;
	uint64_t off_cpu; /* looks at a target that had no CPU, and was kept from running then */
	uint64_t missed;  /* looks in which a thread could go on: it took the GIL meanwhile, or was
			   * let go before all was read */
};

struct stats {
	double rate_asked;       /* per second; 0 for max */
	uint64_t elapsed_ns;     /* sampling, wall */
	uint64_t ticks;          /* moments at which we looked */
	uint64_t late;           /* ticks that came more than half a period late */
	uint64_t skipped;        /* ticks left out because earlier ones took too long */
	uint64_t samples;        /* thread stacks recorded, the next two included */
	uint64_t hidden_waiting; /* thread samples left out: waiting */
	uint64_t hidden_gil;     /* of those: for the GIL */
	uint64_t torn, faults;   /* those that could not be read, by cause */
	uint64_t elided;         /* stacks with frames missing at the root */
	uint64_t lost_ticks;     /* the list of threads could not be read */
	uint64_t reattached;     /* the process called exec, or a new one took over */
	struct hold_counts held; /* with --blocking */
	uint64_t own_cpu_ns;
	double cpu_limit;   /* percent of a CPU that we may use; 0: any */
	uint64_t slowed_ns; /* the rate was lower than asked, because of that limit */
	uint64_t waited_ns; /* the same, because reading had to wait for the target's memory map */
	uint64_t read_calls, read_bytes, retries;
	uint64_t reused; /* stacks of threads that had not moved */
};

/* The closing summary, for people: two or three lines, each prefixed "sonde: ". */
void stats_print(const struct stats *stats, FILE *file);

/* What the reading took, for who wants to know (--stats): a line of the same form. */
void stats_print_reading(const struct stats *stats, FILE *file);

#endif
