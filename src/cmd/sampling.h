/*
 * sampling.h - the options of how often is looked, and at whom: those of record and top.
 */
#ifndef CMD_SAMPLING_H
#define CMD_SAMPLING_H

#include <argp.h>

#include "profile/sampler.h"

struct sampling {
	struct sampler_options options;
	bool has_cpu_limit; /* was given: else it depends on the rate */
};

/* A thousand looks a second. */
void sampling_init(struct sampling *sampling);

/* -r, --max-cpu, -s, --class-names; ARGP_ERR_UNKNOWN for any other key. */
error_t sampling_parse(struct sampling *sampling, int key, const char *arg,
		       struct argp_state *state);

/* When all options are read: what follows from them. */
void sampling_settle(struct sampling *sampling);

#endif
