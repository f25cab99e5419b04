/*
 * top_load.c - the sum over the processes.
 */
#include "top_load.h"

#include "base/clock.h"
#include "target/usage.h"

void top_load_deinit(struct top_load *load)
{
	array_deinit(&load->cpu_ns);
}

struct error *top_load_meet(struct top_load *load, const struct profile *dictionary)
{
	for (size_t i = load->cpu_ns.count; i < dictionary->process_count; i++) {
		struct usage usage;
		bool is_known = usage_read(dictionary->processes[i].pid, &usage);

		if (!array_push(&load->cpu_ns, is_known ? usage.cpu_ns : UINT64_MAX))
			return &error_nomem;
	}
	return NULL;
}

struct error *top_load_ask(struct top_load *load, const struct profile *dictionary,
			   struct load *ret)
{
	uint64_t now_ns = clock_now_ns(), cpu_ns = 0;
	struct error *err = top_load_meet(load, dictionary);

	*ret = (struct load) { 0 };
	if (err)
		return err;
	for (size_t i = 0; i < dictionary->process_count; i++) {
		struct usage usage;

		if (!usage_read(dictionary->processes[i].pid, &usage))
			continue;
		if (usage.cpu_ns > load->cpu_ns.items[i])
			cpu_ns += usage.cpu_ns - load->cpu_ns.items[i];
		load->cpu_ns.items[i] = usage.cpu_ns;
		ret->rss_bytes += usage.rss_bytes;
		ret->threads += usage.threads;
		ret->processes++;
		if (usage.age_ns > ret->age_ns)
			ret->age_ns = usage.age_ns;
	}
	if (load->asked_ns && now_ns > load->asked_ns)
		ret->cpu = (double)cpu_ns / (double)(now_ns - load->asked_ns);
	load->asked_ns = now_ns;
	return NULL;
}
