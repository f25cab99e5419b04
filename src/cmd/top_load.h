/*
 * top_load.h - what all processes that are looked at take of the machine.
 */
#ifndef CMD_TOP_LOAD_H
#define CMD_TOP_LOAD_H

#include "base/array.h"
#include "ui/model.h"

struct top_load {
	/* by process of the dictionary: when it was last asked; UINT64_MAX: it said nothing */
	ARRAY(uint64_t) cpu_ns;
	uint64_t asked_ns;
};

void top_load_deinit(struct top_load *load);

/* From here on the CPU time of processes that are new in the dictionary counts. &error_nomem. */
__attribute__((warn_unused_result)) struct error *top_load_meet(struct top_load *load,
								const struct profile *dictionary);

/*
 * Asks the kernel about every process of the dictionary. CPU time is that since the last time, or
 * since it was met. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
top_load_ask(struct top_load *load, const struct profile *dictionary, struct load *ret);

#endif
