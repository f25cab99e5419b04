/*
 * The closing summary: every count that is not nought is in it.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/stats.h"

static void check(const struct stats *stats, const char *expected)
{
	CLEANUP(freep)
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	stats_print(stats, file);
	fclose(file);
	cr_assert_str_eq(text, expected);
}

Test(stats, nothing)
{
	const struct stats stats = { 0 };

	check(&stats, "sonde: 0 samples in 0 ms; looked 0.0 times a second\n"
		      "sonde: the target was not stopped\n");
}

Test(stats, a_good_run)
{
	const struct stats stats = { .rate_asked = 1000,
				     .elapsed_ns = 10000000000,
				     .ticks = 9990,
				     .samples = 1,
				     .hidden_waiting = 1234567,
				     .own_cpu_ns = 123000000 };

	check(&stats, "sonde: 1 sample in 10.0 s; looked 999 times a second of 1000 asked\n"
		      "sonde: 1,234,567 waiting hidden (-i shows them)\n"
		      "sonde: the target was not stopped; sonde used 1.2 % of a CPU\n");
}

Test(stats, everything_went_wrong)
{
	const struct stats stats = { .rate_asked = 0.5,
				     .elapsed_ns = 2500000000,
				     .ticks = 1000,
				     .late = 1,
				     .skipped = 2,
				     .samples = 3000,
				     .hidden_waiting = 4,
				     .hidden_gil = 3,
				     .torn = 5,
				     .faults = 6,
				     .elided = 7,
				     .lost_ticks = 8,
				     .reattached = 1,
				     .held = { .stops = 1250,
					       .stopped_ns = 25000000,
					       .longest_ns = 310000,
					       .off_cpu = 3,
					       .missed = 2 },
				     .own_cpu_ns = 2500000000 };

	check(&stats,
	      "sonde: 3,000 samples in 2.5 s; looked 400 times a second of 0.5 asked, 1 late, "
	      "2 skipped\n"
	      "sonde: 4 waiting hidden, 3 of them for the GIL (-i shows them); 5 "
	      "changed while "
	      "being read; 6 unreadable; 7 too deep to be whole; 8 looks without a list of "
	      "threads\n"
	      "sonde: the target was stopped for 25 ms (1.0 %), 1,250 times 20 us, at most 310 us, "
	      "3 looks while it had no CPU, 2 looks while it went on; sonde used 100.0 % of a CPU; "
	      "the "
	      "target replaced itself 1 time\n");
}

Test(stats, slowed_down)
{
	const struct stats stats = { .rate_asked = 1000,
				     .elapsed_ns = 10000000000,
				     .ticks = 5000,
				     .samples = 5000,
				     .own_cpu_ns = 500000000,
				     .cpu_limit = 5,
				     .slowed_ns = 9000000000,
				     .waited_ns = 1 };

	check(&stats, "sonde: 5,000 samples in 10.0 s; looked 500 times a second of 1000 asked, "
		      "slowed down to use no more than 5 % of a CPU (--max-cpu allows more), "
		      "slowed down as the target's memory map was in use\n"
		      "sonde: the target was not stopped; sonde used 5.0 % of a CPU\n");
}

Test(stats, reading)
{
	const struct stats stats = {
		.ticks = 1000, .read_calls = 1250, .read_bytes = 2000000, .retries = 3, .reused = 4
	};
	CLEANUP(freep)
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	stats_print_reading(&stats, file);
	fclose(file);
	cr_assert_str_eq(text, "sonde: read 1,250 times (1.25 a look), 2,000,000 bytes (2000 a "
			       "look); 3 stacks read again, 4 taken from the look before\n");
}
