/*
 * output.c - the table of forms, by name and by ending.
 */
#include "output/output.h"

#include <string.h>
#include <strings.h>

const struct output *const outputs[] = {
	&output_folded,
	&output_table,
	&output_chrometrace, /* before speedscope, whose .json
				is any other */
	&output_gecko,
	&output_gecko_gz,
	&output_speedscope,
	&output_pprof,
	&output_pstats,
	&output_callgrind,
	&output_html,
	&output_svg,
	&output_markdown,
	&output_jsonl,
	&output_cpuprofile,
	&output_recording,
	NULL,
};

static bool is_called(const struct output *output, const char *name)
{
	size_t i;

	if (!strcasecmp(output->name, name))
		return true;
	for (i = 0; output->aliases[i]; i++)
		if (!strcasecmp(output->aliases[i], name))
			return true;
	return false;
}

const struct output *output_by_name(const char *name)
{
	size_t i;

	for (i = 0; outputs[i]; i++)
		if (is_called(outputs[i], name))
			return outputs[i];
	return NULL;
}

static bool ends_with(const char *path, const char *suffix)
{
	size_t length = strlen(path), ending = strlen(suffix);

	return length > ending && !strcasecmp(path + length - ending, suffix);
}

const struct output *output_by_suffix(const char *path)
{
	size_t i, s;

	for (i = 0; outputs[i]; i++)
		for (s = 0; outputs[i]->suffixes[s]; s++)
			if (ends_with(path, outputs[i]->suffixes[s]))
				return outputs[i];
	return NULL;
}

const char *output_names(void)
{
	static char names[512];
	size_t i;

	names[0] = '\0';
	for (i = 0; outputs[i]; i++) {
		if (i)
			strncat(names, ", ", sizeof(names) - strlen(names) - 1);
		strncat(names, outputs[i]->name, sizeof(names) - strlen(names) - 1);
	}
	return names;
}
