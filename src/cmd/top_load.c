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

struct error *top_load_ask(struct top_load *load, const struct profile *dictionary,
			   struct load *ret)
{
	uint64_t now_ns = clock_now_ns(), cpu_ns = 0;

	*ret = (struct load) { 0 };
	for (size_t i = 0; i < dictionary->process_count; i++) {
		struct usage usage;
		bool is_new = load->cpu_ns.count <= i;

		if (is_new && !array_push(&load->cpu_ns, (uint64_t)0))
			return &error_nomem;
		if (!usage_read(dictionary->processes[i].pid, &usage))
			continue;
		if (!is_new && usage.cpu_ns > load->cpu_ns.items[i])
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
