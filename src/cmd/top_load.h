/*
 * top_load.h - what all processes that are looked at take of the machine.
 */
#ifndef CMD_TOP_LOAD_H
#define CMD_TOP_LOAD_H

#include "base/array.h"
#include "ui/model.h"

struct top_load {
	ARRAY(uint64_t) cpu_ns; /* by process of the dictionary: when it was last asked */
	uint64_t asked_ns;
};

void top_load_deinit(struct top_load *load);

/*
 * Asks the kernel about every process of the dictionary. CPU time is that since the last time,
 * none at the first. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
top_load_ask(struct top_load *load, const struct profile *dictionary, struct load *ret);

#endif
