/*
 * stats.c - the closing summary of a run.
 */
#include "profile/stats.h"

#include <inttypes.h>
#include <stdbool.h>

enum { SECOND_NS = 1000 * 1000 * 1000, NS_PER_US = 1000 };

/* 1234567 -> "1,234,567" */
enum { NUMBER_SIZE = 32 };

static const char *number(uint64_t value, char buf[NUMBER_SIZE])
{
	char *p = buf + NUMBER_SIZE;
	int digits = 0;

	*--p = '\0';
	do {
		if (digits && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + value % 10);
		value /= 10;
		digits++;
	} while (value);
	return p;
}

static void print_duration(uint64_t ns, FILE *file)
{
	if (ns < SECOND_NS)
		fprintf(file, "%.0f ms", (double)ns / 1e6);
	else
		fprintf(file, "%.1f s", (double)ns / 1e9);
}

/* "; " or ", " between the parts of a line, nothing before the first. */
static const char *separator(bool *first, const char *text)
{
	bool was_first = *first;

	*first = false;
	return was_first ? "" : text;
}

/* How much was seen and how well the asked rate was kept. */
static void print_reached(const struct stats *stats, FILE *file)
{
	double seconds = (double)stats->elapsed_ns / 1e9;
	char buf[NUMBER_SIZE];
	double rate = seconds > 0 ? (double)stats->ticks / seconds : 0;

	fprintf(file, "sonde: %s sample%s in ", number(stats->samples, buf),
		stats->samples == 1 ? "" : "s");
	print_duration(stats->elapsed_ns, file);
	fprintf(file, "; looked %.*f times a second", rate < 10 ? 1 : 0, rate);
	if (stats->rate_asked > 0)
		fprintf(file, " of %g asked", stats->rate_asked);
	if (stats->late)
		fprintf(file, ", %s late", number(stats->late, buf));
	if (stats->skipped)
		fprintf(file, ", %s skipped", number(stats->skipped, buf));
	if (stats->slowed_ns)
		fprintf(file,
			", slowed down to use no more than %g %% of a CPU (--max-cpu allows more)",
			stats->cpu_limit);
	if (stats->waited_ns)
		fputs(", slowed down as the target's memory map was in use", file);
	fputc('\n', file);
}

/* What is not in the profile, or not whole, and why. */
static void print_missing(const struct stats *stats, FILE *file)
{
	uint64_t unreadable = stats->torn + stats->faults;
	char buf[NUMBER_SIZE];
	bool first = true;

	if (!stats->hidden_waiting && !unreadable && !stats->elided && !stats->lost_ticks)
		return;
	fputs("sonde: ", file);
	if (stats->hidden_waiting) {
		fprintf(file, "%s%s waiting hidden", separator(&first, "; "),
			number(stats->hidden_waiting, buf));
		if (stats->hidden_gil)
			fprintf(file, ", %s of them for the GIL", number(stats->hidden_gil, buf));
		fputs(" (-i shows them)", file);
	}
	if (stats->torn)
		fprintf(file, "%s%s changed while being read", separator(&first, "; "),
			number(stats->torn, buf));
	if (stats->faults)
		fprintf(file, "%s%s unreadable", separator(&first, "; "),
			number(stats->faults, buf));
	if (stats->elided)
		fprintf(file, "%s%s too deep to be whole", separator(&first, "; "),
			number(stats->elided, buf));
	if (stats->lost_ticks)
		fprintf(file, "%s%s look%s without a list of threads", separator(&first, "; "),
			number(stats->lost_ticks, buf), stats->lost_ticks == 1 ? "" : "s");
	fputc('\n', file);
}

static void print_looks(uint64_t count, const char *what, FILE *file)
{
	char buf[NUMBER_SIZE];

	if (count)
		fprintf(file, ", %s look%s while it %s", number(count, buf), count == 1 ? "" : "s",
			what);
}

/* How long the target stood still, and how well that served. */
static void print_stops(const struct hold_counts *held, double elapsed_ns, FILE *file)
{
	char buf[NUMBER_SIZE];

	if (held->stops) {
		fputs("stopped for ", file);
		print_duration(held->stopped_ns, file);
		if (elapsed_ns > 0)
			fprintf(file, " (%.1f %%)", 100.0 * (double)held->stopped_ns / elapsed_ns);
		fprintf(file, ", %s time%s %.0f us, at most %.0f us", number(held->stops, buf),
			held->stops == 1 ? "" : "s",
			(double)held->stopped_ns / (double)held->stops / NS_PER_US,
			(double)held->longest_ns / NS_PER_US);
	} else {
		fputs("not stopped", file);
	}
	print_looks(held->off_cpu, "had no CPU", file);
	print_looks(held->missed, "went on", file);
}

/* What it cost. */
static void print_cost(const struct stats *stats, FILE *file)
{
	double elapsed = (double)stats->elapsed_ns;
	char buf[NUMBER_SIZE];

	fputs("sonde: the target was ", file);
	print_stops(&stats->held, elapsed, file);
	if (elapsed > 0)
		fprintf(file, "; sonde used %.1f %% of a CPU",
			100.0 * (double)stats->own_cpu_ns / elapsed);
	if (stats->reattached)
		fprintf(file, "; the target replaced itself %s time%s",
			number(stats->reattached, buf), stats->reattached == 1 ? "" : "s");
	fputc('\n', file);
}

void stats_print(const struct stats *stats, FILE *file)
{
	print_reached(stats, file);
	print_missing(stats, file);
	print_cost(stats, file);
}

void stats_print_reading(const struct stats *stats, FILE *file)
{
	double looks = stats->ticks ? (double)stats->ticks : 1;
	char buf[NUMBER_SIZE];

	fprintf(file, "sonde: read %s times", number(stats->read_calls, buf));
	fprintf(file, " (%.2f a look), %s bytes", (double)stats->read_calls / looks,
		number(stats->read_bytes, buf));
	fprintf(file, " (%.0f a look); %s stacks read again", (double)stats->read_bytes / looks,
		number(stats->retries, buf));
	fprintf(file, ", %s taken from the look before\n", number(stats->reused, buf));
}
