/*
 * sampling.c - how often is looked, and at whom.
 */
#include "sampling.h"

#include "exit_status.h"
#include "options.h"
#include "units.h"

enum {
	RATE_HZ = 1000,        /* by default */
	CPU_LIMIT_PERCENT = 5, /* by default: what nobody on the machine notices */
};

void sampling_init(struct sampling *sampling)
{
	*sampling = (struct sampling) { .options.rate_hz = RATE_HZ };
}

error_t sampling_parse(struct sampling *sampling, int key, const char *arg,
		       struct argp_state *state)
{
	switch (key) {
	case 'r':
		if (!parse_rate(arg, &sampling->options.rate_hz))
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is no rate (250, 1k, 10khz, max)", arg);
		return 0;
	case KEY_MAX_CPU:
		if (!parse_percent(arg, &sampling->options.cpu_limit))
			argp_failure(state, STATUS_USAGE, 0,
				     "'%s' is no share of a CPU (5, 2.5%%, unlimited)", arg);
		sampling->has_cpu_limit = true;
		return 0;
	case 's':
		sampling->options.subprocesses = true;
		return 0;
	case KEY_CLASS_NAMES:
		sampling->options.class_names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void sampling_settle(struct sampling *sampling)
{
	if (!sampling->has_cpu_limit && sampling->options.rate_hz > 0)
		sampling->options.cpu_limit = CPU_LIMIT_PERCENT;
}
